import { describe, expect, it } from 'vitest';
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
