import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Accounts } from '../../src/config/text/accounts.js';
import { KEY_ENTRIES } from '../../src/config/keys/index.js';
import { scheduleKinds } from '../../src/schedules/index.js';
import { backupWith, brief, load, machine, table, words, type Row } from './diagnose.js';

const onRedis = (rows: readonly Row[]) => table(rows, (lines) => `state: redis://db/0\n${backupWith(lines)}`);
const runOnOf = (text: string, on = machine) => load(text, '/etc/timers.yaml', on).timerFile?.jobs[0]?.command.runOn;

describe('run_on', () => {
  onRedis([
    ['run_on: the big one', '6:13 bad-label', 'letters, digits'],
    [`run_on: ${'x'.repeat(41)}`, '6:13 bad-label', '40'],
    ['run_on: ""', '6:13 bad-value', 'run_on'],
    ['run_on: 5', '6:13 wrong-type', 'run_on'],
    ['run_on: [any]', '6:13 wrong-type', 'a list'],
  ]);

  it('requires a Redis state, wherever it is written', () => {
    const { problems } = load(`defaults: { run_on: any }\nstate: postgres://db/timers\n${backupWith('')}`);
    expect(problems.map(brief)).toEqual(['1:21 run-on-without-redis']);
    expect(problems.map(words).join()).toContain('Write state: redis://HOST/0');
  });

  it('requires that the state in use is on Redis, regardless of the file', () => {
    const file = `state: redis://db/0\n${backupWith('run_on: any')}`;
    const onFile = { ...machine, state: { kind: 'file', path: '/x.db' } } as const;
    const { problems } = load(file, '/etc/timers.yaml', onFile);
    expect(problems.map(({ code }) => code)).toEqual(['run-on-without-redis']);
    expect(problems.map(words).join()).toContain('This scheduler does not use the state in the file');
    const onRedisNow = { ...machine, state: { kind: 'shared', url: 'redis://db/0', lease: 5_000 } } as const;
    expect(runOnOf(file.replace('redis:', 'postgres:'), onRedisNow)?.label).toBe('any');
  });

  it('accepts any, a label, or local to override a default', () => {
    const file = (lines: string) => `state: rediss://db/0\ndefaults: { run_on: any }\n${backupWith(lines)}`;
    expect(runOnOf(file(''))?.label).toBe('any');
    expect(runOnOf(file('run_on: gpu-1'))?.label).toBe('gpu-1');
    expect(runOnOf(file('run_on: local'))).toBeUndefined();
  });

  it('has the same hash with other zones, folders and schedules, and another for another command', () => {
    const file = (lines: string) => `state: redis://db/0\n${backupWith(`run_on: any\n${lines}`)}`;
    const hash = (lines: string, on = machine) => runOnOf(file(lines), on)?.hash;
    const same = hash('');
    expect(same).toMatch(/^[\w-]{12}$/);
    expect(hash('', { ...machine, timezone: 'America/New_York', hostname: 'bob' })).toBe(same);
    expect(hash('timezone: Asia/Tokyo\njitter: 5s\ntimeout: 5m\nretry: 3')).toBe(same);
    expect(hash('env: { A: b }')).not.toBe(same);
    expect(hash('shell: /bin/bash')).not.toBe(same);
    expect(hash('output: discard')).not.toBe(same);
  });
});

describe('the hash by which a worker recognizes a definition', () => {
  /** Keys of the command that the hash leaves out. */
  const LEFT_OUT: Readonly<Record<string, string>> = {
    run_on: 'A worker compares the label itself.',
    success_codes: 'A worker returns the exit code, and the scheduler judges it.',
  };
  const folder = mkdtempSync(join(tmpdir(), 'run-on-'));
  const envFile = join(folder, 'app.env');
  writeFileSync(envFile, '');
  afterAll(() => rmSync(folder, { recursive: true }));

  const accounts: Accounts = {
    user: (name) => ({ uid: 33, gid: 33, groups: [], name, home: '/', shell: '/bin/sh' }),
    group: () => undefined,
    groupsOf: () => [],
    hasSetpriv: () => true,
    withGroup: () => [],
  };
  const root = { ...machine, uid: 0, accounts };

  const commandWith = (keys: Readonly<Record<string, string>>) => {
    const lines = Object.entries({ run: 'x', run_on: 'any', ...keys }).map(([key, value]) => `    ${key}: ${value}`);
    const text = ['state: redis://db/0', 'timers:', '  backup:', ...lines].join('\n');
    const { runOn, ...command } = load(text, '/etc/timers.yaml', root).timerFile!.jobs[0]!.command;
    return { hash: runOn!.hash, command };
  };

  const isSchedule = (key: string) => scheduleKinds.some((kind) => kind.key === key);

  it.each(Object.entries(KEY_ENTRIES.timer))('differs if %s changes the command', (key, { example }) => {
    const plain = commandWith({ every: '10s' });
    const value = key === 'env_file' ? envFile : example;
    const changed = commandWith({ ...(!isSchedule(key) && { every: '10s' }), [key]: value });
    const isSame = JSON.stringify(changed.command) === JSON.stringify(plain.command);
    const where = `Add ${key} to KEYS in src/config/build/run-on.ts, or to LEFT_OUT here with the reason`;
    expect(changed.hash === plain.hash, where).toBe(isSame || key in LEFT_OUT);
  });
});
