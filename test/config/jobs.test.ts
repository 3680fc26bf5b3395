import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { jobOffset } from '../../src/config/build/job-offset.js';
import { CLOSED } from '../../src/domain/breaker.js';
import type { Job } from '../../src/domain/job.js';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time.js';
import type { Outcome } from '../../src/domain/outcome.js';
import { backup, backupWith, load, machine } from './diagnose.js';

/** Some file of NAME=value lines. */
const ENV_FILE = fileURLToPath(new URL('../../.npmrc', import.meta.url));

const jobs = (text: string) => {
  const { problems, timerFile } = load(text);
  expect(problems).toEqual([]);
  return timerFile?.jobs ?? [];
};
const backupJob = (lines: string) => jobs(backupWith(lines))[0]!;
const failure: Outcome = { status: 'failure', exitCode: 1 };
const pauses = (lines: string) => [1, 2, 3, 4, 5].map((attempt) => backupJob(lines).retry.pauseAfter(attempt, failure));

/** How many failures in a row open its breaker, and for how long. */
const opensAfter = ({ breaker }: Job) => {
  for (let failures = 1; breaker && failures < 10; failures++) {
    const state = breaker.after(CLOSED, { outcome: failure, failuresInARow: failures, isTrial: false }, 0);
    if (state.kind === 'open') return { failures, cooldown: state.cooldown };
  }
  return undefined;
};

describe('a job', () => {
  it('has default values', () => {
    expect(jobs(backup('every: 10s\nrun: ls'))[0]).toMatchObject({
      name: 'backup',
      written: { key: 'every', text: '10s' },
      timezone: 'Europe/Berlin',
      command: {
        run: 'ls',
        shell: '/bin/sh',
        cwd: '/etc',
        env: {},
        successCodes: [0],
        killAfter: 10 * SECOND,
        output: { to: 'log' },
      },
      tags: [],
      enabled: true,
      runAtStart: false,
      offset: 0,
      stopGrace: 8 * SECOND,
      window: {},
      hooks: {},
    });
  });

  it.each([
    ['every: {interval: 2w, at: "Tue 10:30"}', '{interval: 2w, at: "Tue 10:30"}'],
    ['every:\n  interval: 15m # two lines\n  offset: 5m', 'interval: 15m # two lines\noffset: 5m'],
    ['cron:\n  - 0 3 * * *\n  - "@daily"', '- 0 3 * * *\n- "@daily"'],
    ['at: ["2027-01-01 00:00"]', '["2027-01-01 00:00"]'],
    ['cron: "${NONE:-0 3 * * *}"', '${NONE:-0 3 * * *}'],
    ['every: "5m"', undefined],
  ])('keeps the text of its schedule: %s', (lines, source) => {
    const [job] = load(backup(`${lines}\nrun: ls`)).timerFile?.jobs ?? [];
    expect(job?.written.source).toBe(source);
  });

  it('takes the values of its timer', () => {
    const text = [
      'timezone: UTC',
      'description: text',
      'tags: [a, b]',
      'enabled: true',
      'run_at_start: true',
      'shell: /bin/../bin/sh',
      'cwd: /',
      'env: {PORT: 8080, DEBUG: true, RATE: 1e3, MODE: 0644, NAME: x}',
      `env_file: ${ENV_FILE}`,
      'timeout: 5m',
      'kill_after: 0s',
      'success_codes: [0, 3]',
      'group: db',
      'deadline: 1h',
      'not_before: 2026-12-01',
      'not_after: 2026-12-02T00:00:00Z',
      'max_runs: 7',
      'output: {file: x.log, max_size: 2MiB}',
      'on_failure: notify',
      'fallback: [plan, b]',
    ].join('\n');
    expect(backupJob(text)).toMatchObject({
      timezone: 'UTC',
      description: 'text',
      tags: ['a', 'b'],
      runAtStart: true,
      command: {
        shell: '/bin/sh',
        cwd: '/',
        env: { PORT: '8080', DEBUG: 'true', RATE: '1e3', MODE: '0644', NAME: 'x' },
        envFile: ENV_FILE,
        killAfter: 0,
        successCodes: [0, 3],
        output: { to: 'file', file: '/etc/x.log', maxSize: 2 * 1024 * 1024 },
      },
      fallback: {
        run: ['plan', 'b'],
        cwd: '/',
        env: { PORT: '8080' },
        killAfter: 0,
        successCodes: [0],
        output: { to: 'file' },
      },
      timeout: 5 * MINUTE,
      stopGrace: 0,
      deadline: HOUR,
      group: 'db',
      window: { notBefore: Date.UTC(2026, 11, 1), notAfter: Date.UTC(2026, 11, 2), maxRuns: 7 },
      hooks: {
        onFailure: { run: 'notify', cwd: '/', successCodes: [0], killAfter: 5 * SECOND, output: { to: 'discard' } },
      },
    });
  });

  it.each([
    ['[sleep, 5]', ['sleep', '5']],
    ['[chmod, 0644, x]', ['chmod', '0644', 'x']],
    ['[echo, true, ""]', ['echo', 'true', '']],
    ['[echo, "${HOME}"]', ['echo', '${HOME}']],
    ['echo 1 2', 'echo 1 2'],
    ['|\n  one\n  two', 'one\ntwo\n'],
  ])('runs %s', (written, run) => {
    expect(jobs(backup(`every: 10s\nrun: ${written}`))[0]?.command.run).toEqual(run);
  });

  it.each([
    ['cwd: /', '/'],
    ['cwd: .', '/etc'],
    ['cwd: ..', '/'],
    ['cwd: ~/..', '/home'],
    ['cwd: "${HOME}/.."', '/home'],
  ])('with %s runs in %s', (lines, cwd) => {
    expect(backupJob(lines).command.cwd).toBe(cwd);
  });
});

describe('defaults', () => {
  const withDefaults = (defaults: string, timer: string) =>
    jobs(`defaults: {${defaults}}\ntimers: {a: {every: 1m, run: x, ${timer}}}`)[0]!;

  it('are overridden by the values of a timer', () => {
    expect(withDefaults('timeout: 5m, tags: [a], cwd: /', 'timeout: 1m')).toMatchObject({
      timeout: MINUTE,
      tags: ['a'],
      command: { cwd: '/' },
    });
  });
  it('merge env, retry, breaker and dst by key', () => {
    const job = withDefaults(
      'env: {A: 1, B: 2}, breaker: {failures: 3, cooldown: 1m}, retry: {attempts: 3, delay: 5s}',
      'env: {B: 3}, breaker: {failures: 5}, retry: {delay: 1s}',
    );
    expect(job.command.env).toEqual({ A: '1', B: '3' });
    expect(opensAfter(job)).toEqual({ failures: 5, cooldown: MINUTE });
    expect([1, 2, 3].map((attempt) => job.retry.pauseAfter(attempt, failure))).toEqual([SECOND, 2 * SECOND, undefined]);
  });
  it('are replaced completely by a short form', () => {
    const job = withDefaults(
      'retry: {attempts: 9, delay: 1h}, breaker: {failures: 9, cooldown: 1h}',
      'retry: 2, breaker: 4',
    );
    expect([1, 2].map((attempt) => job.retry.pauseAfter(attempt, failure))).toEqual([SECOND, undefined]);
    expect(opensAfter(job)).toEqual({ failures: 4, cooldown: 5 * MINUTE });
  });
});

describe('retry', () => {
  it.each([
    ['description: none', [undefined, undefined]],
    ['retry: 3', [SECOND, 2 * SECOND, undefined]],
    ['retry: {attempts: 4, delay: 5s, factor: 3, max_delay: 20s}', [5 * SECOND, 15 * SECOND, 20 * SECOND, undefined]],
    ['retry: {attempts: 3, delay: 5m}', [5 * MINUTE, 5 * MINUTE, undefined]],
    ['retry: {attempts: 2, delay: 10s, jitter: true}', [5 * SECOND, undefined]],
    ['retry: {attempts: 3, on: [75]}', [undefined]],
    ['retry: {attempts: 2, not_on: [75, timeout, signal]}', [SECOND, undefined]],
  ])('is parsed: %s', (lines, expected) => {
    expect(pauses(lines).slice(0, expected.length)).toEqual(expected);
  });
});

describe('breaker', () => {
  it.each([
    ['enabled: true', undefined],
    ['breaker: 3', { failures: 3, cooldown: 5 * MINUTE }],
    ['breaker: {failures: 2}', { failures: 2, cooldown: 5 * MINUTE }],
    ['breaker: {failures: 1, cooldown: 30s}', { failures: 1, cooldown: 30 * SECOND }],
  ])('is parsed: %s', (lines, expected) => {
    expect(opensAfter(backupJob(lines))).toEqual(expected);
  });
});

describe('catch_up', () => {
  const now = machine.start;
  const passed = [now - 3 * HOUR, now - 2 * HOUR, now - HOUR];
  it.each([
    ['enabled: true', []],
    ['catch_up: false', []],
    ['catch_up: true', [now - HOUR]],
    ['catch_up: 30m', []],
    ['catch_up: 6h', [now - HOUR]],
    ['catch_up: {}', [now - HOUR]],
    ['catch_up: {policy: all}', passed],
    ['catch_up: {policy: all, within: 150m}', passed.slice(1)],
  ])('is parsed: %s', (lines, expected) => {
    expect(backupJob(lines).misfire.select(passed, now)).toEqual(expected);
  });
});

describe('jitter', () => {
  it('is the same fraction for the same host and timer', () => {
    const digest = createHash('sha256').update('ada\0backup').digest('hex');
    const fraction = Number(`0x${digest.slice(0, 12)}`) / 2 ** 48;
    expect(backupJob('jitter: 1h').offset).toBe(Math.floor(fraction * HOUR));
  });
  it('is the same on all machines of a shared state, regardless of host and URL', () => {
    const offsetWith = (state: string, hostname: string) => {
      const text = `state: "${state}"\ntimers: {backup: {every: 1d, run: x, jitter: 1h}}`;
      const { timerFile } = load(text, undefined, { ...machine, hostname });
      return timerFile?.jobs[0]?.offset;
    };
    const offset = offsetWith('redis://:secret@db-1:6379/0?prefix=night', 'ada');
    expect(offset).toBeGreaterThan(0);
    expect(offsetWith('rediss://localhost/0?ca=/etc/ca.pem&prefix=night', 'bob')).toBe(offset);
    expect(offsetWith('redis://db-1:6379/0?prefix=day', 'ada')).not.toBe(offset);
    expect(offsetWith('redis://db-1:6379/1?prefix=night', 'ada')).not.toBe(offset);
    expect(offsetWith('etcd://a:2379,b:2379?prefix=night', 'ada')).toBe(
      offsetWith('etcd://b:2379?prefix=night', 'bob'),
    );
  });
  it('is in [0, jitter)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), fc.string(), fc.string(), (jitter, host, name) => {
        const offset = jobOffset(jitter, host, name);
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThan(jitter);
      }),
    );
  });
});

describe('settings', () => {
  const settings = (top: string) => load(`${top}\ntimers: {a: {every: 1m, run: x, group: db}}`).timerFile?.settings;
  it('have defaults', () => {
    expect(settings('')).toEqual({
      timezone: 'Europe/Berlin',
      state: { kind: 'default' },
      groups: new Map(),
      orphans: 'kill',
      launcher: 'auto',
      history: { keep: 30 * 24 * HOUR, runs: 1000 },
    });
  });
  it('take the values of the file', () => {
    const top =
      'timezone: UTC\nconcurrency: 4\nstate: ./timers.db\ngroups: {db: 2}\norphans: keep\nlauncher: execa\nhistory: {keep: 1d, runs: 5}';
    expect(settings(top)).toEqual({
      timezone: 'UTC',
      concurrency: 4,
      state: { kind: 'file', path: '/etc/timers.db' },
      groups: new Map([['db', 2]]),
      orphans: 'keep',
      launcher: 'execa',
      history: { keep: 24 * HOUR, runs: 5 },
    });
  });
  it.each(['false', 'False', '"false"', 'memory', '":memory:"'])('keep state in memory for %s', (written) => {
    expect(settings(`state: ${written}`)?.state).toEqual({ kind: 'memory' });
  });
  it('keep state in a file of that name if it is written as a path', () => {
    expect(settings('state: ./memory')?.state).toEqual({ kind: 'file', path: '/etc/memory' });
  });
  it('cause a warning for a state on a network file system', () => {
    const networkMount = (path: string) => (path === '/etc/a.db' ? { type: 'nfs4', at: '/etc' } : undefined);
    const problems = (state: string) =>
      load(`state: ${state}\ntimers: {a: {every: 1m, run: x}}`, undefined, { ...machine, networkMount }).problems;
    expect(problems('./a.db')).toMatchObject([{ severity: 'warning', code: 'state-on-network', line: 1, column: 8 }]);
    expect(problems('/var/a.db')).toEqual([]);
    expect(problems('memory')).toEqual([]);
  });
  it('cause no warning for an output file on a network file system, because the check may hang', () => {
    const networkMount = () => ({ type: 'nfs4', at: '/nope' });
    const text = 'timers: {a: {every: 1m, run: x, output: {file: /nope/a.log}}}';
    expect(load(text, undefined, { ...machine, networkMount }).problems).toEqual([]);
    expect(load(text).problems).toMatchObject([{ code: 'missing-output-folder' }]);
  });
  it('cause no warning for a state in memory if no timer needs a state', () => {
    expect(load('state: false\ntimers: {a: {every: 1m, run: x, catch_up: false}}').problems).toEqual([]);
    expect(
      load('state: false\ntimers: {a: {every: 1m, run: x, catch_up: true, ignore: [needs-state]}}').problems,
    ).toEqual([]);
  });
});
