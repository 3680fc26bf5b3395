import { describe, expect, it } from 'vitest';

import { scheduleKinds } from '../../src/schedules/index.js';
import { backup, backupWith, load, table, type Row } from './diagnose.js';

const inBackup = (rows: readonly Row[]) => table(rows, backup);
const added = (rows: readonly Row[]) => table(rows, backupWith);

describe('the file as a whole', () => {
  table([
    ['', '1:1 empty-file', 'timers:'],
    ['\n\n', '1:1 empty-file', 'timers:'],
    ['# nothing here\n', '1:1 empty-file', 'timers:'],
    ['---\n', '1:1 empty-file', 'timers:'],
    ['null', '1:1 empty-file', 'timers:'],
    ['- a\n- b', '1:1 not-a-map', 'list'],
    ['timers', '1:1 not-a-map', '"timers"'],
    ['42', '1:1 not-a-map', '42'],
    ['30 2 * * * ./backup.sh\n0 * * * * ./sync.sh', '1:1 not-a-map', '"timers import" converts it'],
    ['{}', '1:1 no-timers', 'no timers'],
    ['timezone: UTC', '1:1 no-timers', 'no timers'],
    ['timers:', '1:1 no-timers', 'empty'],
    ['timezone: UTC\ntimers: {}', '2:1 no-timers', 'empty'],
    ['timers:\n  - every: 1m\n    run: x', '2:3 wrong-type', 'name'],
    ['timers: a', '1:9 wrong-type', '"a"'],
    ['timers:\n  a:', '2:3 wrong-type', 'empty'],
    ['timers:\n  a: ls', '2:3 wrong-type', '"ls"'],
    ['timers:\n  a: [x]', '2:3 wrong-type', 'a list'],
    ['timers:\n  a:\n    - every: 1m\n    - run: x', '2:3 wrong-type', 'Remove the dashes'],
  ]);
});

describe('names', () => {
  const named = (name: string) => `timers:\n  ${name}: {every: 1m, run: x}`;
  it.each(['a b', '-a', '.a', '_a', '"a\\tb"', '""', 'é', 'a/b', '"a:b"', '~', '"a\\u0000"', `a${'b'.repeat(128)}`])(
    '%j is not a valid name',
    (name) => {
      expect(load(named(name)).problems.map(({ line, column, code }) => [line, column, code])).toEqual([
        [2, 3, 'bad-name'],
      ]);
    },
  );
  it.each(['a', 'A.b-c_d', '1', '007', 'true', 'null', 'constructor', 'toString', 'hasOwnProperty', 'a'.repeat(128)])(
    '%j is a valid name',
    (name) => {
      const { problems, timerFile } = load(named(name));
      expect(problems).toEqual([]);
      expect(timerFile?.jobs[0]?.name).toBe(name);
    },
  );
  it('__proto__ is not a valid name and is harmless', () => {
    const { problems, timerCount } = load('timers:\n  __proto__: {every: 1m, run: x, polluted: true}');
    expect(problems.map(({ code }) => code)).toEqual(['bad-name', 'unknown-key']);
    expect(timerCount).toBe(1);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('unknown keys', () => {
  added([
    ['tiemout: 5m', '5:5 unknown-key', 'Did you mean timeout?'],
    ['output: {path: x.log}', '5:14 unknown-key', 'Did you mean file?'],
    ['timeout_seconds: 5', '5:5 unknown-key', 'Did you mean timeout? The unit is part of the value: timeout: 30s.'],
    ['killAfterMs: 5', '5:5 unknown-key', 'Did you mean kill_after? The unit is part of the value: kill_after: 500ms.'],
    ['jitter-in-minutes: 5', '5:5 unknown-key', 'Did you mean jitter? The unit is part of the value: jitter: 5m.'],
    ['enviroment: {A: b}', '5:5 unknown-key', 'Did you mean env?'],
    ['workingdirectry: /', '5:5 unknown-key', 'Did you mean cwd?'],
    ['time_out: 5m', '5:5 unknown-key', 'Did you mean timeout?'],
    ['Timeout: 5m', '5:5 unknown-key', 'Did you mean timeout?'],
    ['killAfter: 5s', '5:5 unknown-key', 'Did you mean kill_after?'],
    ['kill-after: 5s', '5:5 unknown-key', 'Did you mean kill_after?'],
    ['runAtStart: true', '5:5 unknown-key', 'Did you mean run_at_start?'],
    ['tz: UTC', '5:5 unknown-key', 'Did you mean timezone?'],
    ['environment: {A: b}', '5:5 unknown-key', 'Did you mean env?'],
    ['working_dir: /', '5:5 unknown-key', 'Did you mean cwd?'],
    ['retries: 3', '5:5 unknown-key', 'Did you mean retry?'],
    ['attempts: 3', '5:5 unknown-key', 'attempts belongs under retry'],
    ['retry:\nattempts: 3', '5:5 empty-value', 'retry is empty', '6:5 unknown-key'],
    ['env:\nA: b', '5:5 empty-value', 'env is empty', '6:5 unknown-key'],
    ['concurrencyPolicy: Forbid', '5:5 unknown-key', 'Did you mean overlap?'],
    ['suspend: true', '5:5 unknown-key', 'Did you mean enabled?'],
    ['concurrency: 3', '5:5 unknown-key', 'belongs at the top of the file'],
    ['groups: {a: 3}', '5:5 unknown-key', 'belongs at the top of the file'],
    ['max_delay: 3s', '5:5 unknown-key', 'belongs under retry'],
    ['cooldown: 3s', '5:5 unknown-key', 'belongs under breaker'],
    ['gap: skip', '5:5 unknown-key', 'belongs under dst'],
    ['max_size: 3MB', '5:5 unknown-key', 'belongs under output'],
    ['desc: x', '5:5 unknown-key', 'Did you mean description?'],
    ['on_fail: x', '5:5 unknown-key', 'Did you mean on_failure?'],
    ['xyzzy: 1', '5:5 unknown-key', 'Unknown key "xyzzy" in a timer. timers keys lists all keys.'],
    ['__proto__: 1', '5:5 unknown-key', '__proto__'],
    ['constructor: 1', '5:5 unknown-key', 'constructor'],
    ['retry: {attempts: 3, timezone: UTC}', '5:26 unknown-key', 'timezone belongs in a timer'],
    ['retry: {attempts: 3, dely: 1s}', '5:26 unknown-key', 'Did you mean delay?'],
    ['retry:\n  attempts: 3\n  maxDelay: 1s', '7:7 unknown-key', 'Did you mean max_delay?'],
    ['dst: {gapp: skip}', '5:11 unknown-key', 'Did you mean gap?'],
    ['catch_up: {polciy: all}', '5:16 unknown-key', 'Did you mean policy?'],
    ['breaker: {failures: 3, wait: 5m}', '5:28 unknown-key', 'failures, cooldown'],
    ['output: {fil: x}', '5:14 unknown-key', 'Did you mean file?'],
  ]);
  inBackup([
    ['evry: 10s\nrun: x', '3:5 unknown-key', 'Did you mean every?'],
    ['schedule: "* * * * *"\nrun: x', '3:5 unknown-key', 'Did you mean cron?'],
    ['interval: 10s\nrun: x', '3:5 unknown-key', 'Did you mean every?'],
    ['every: 10s\ncommand: x', '4:5 unknown-key', 'Did you mean run?'],
    ['every: 10s\nscript: x', '4:5 unknown-key', 'Did you mean run?'],
    ['every: 10s\nrun: x\nactiveDeadlineSeconds: 5', '5:5 unknown-key', 'Did you mean timeout?'],
    ['every: 10s\nrun: x\ntimeout-minutes: 5', '5:5 unknown-key', 'Did you mean timeout?'],
    ['every: 10s\nrun: x\nRestartSec: 5', '5:5 unknown-key', 'RestartSec is delay here, and belongs under retry'],
    ['every: 10s\nrun: x\nuses: y', '5:5 unknown-key', 'Write the command under run'],
    ['every: 10s\nrun: x\nname: y', '5:5 unknown-key', 'its key under timers'],
    ['every: 10s\nrun: x\nbackoffLimit: 5', '5:5 unknown-key', 'Did you mean retry?'],
    ['every: 10s\nrun: x\nkillTimeout: 5', '5:5 unknown-key', 'Did you mean kill_after?'],
    ['every: 10s\nrun: x\nMAILTO: me', '5:5 unknown-key', 'Did you mean notify?'],
    ['every: 10s\nrun: x\nmail: me', '5:5 unknown-key', 'Did you mean notify?'],
    ['every: 10s\nrun: x\non_permanent_failure: y', '5:5 unknown-key', 'Did you mean on_failure?'],
    ['every: 10s\nrun: x\nOnUnitActiveSec: 5', '5:5 unknown-key', 'Did you mean every?'],
    ['every: 10s\nrun: x\nGroup: www-data', '5:5 unknown-key', 'write user: NAME:GROUP'],
    ['every: 10s\nrun: x\nrunAsGroup: 33', '5:5 unknown-key', 'write user: NAME:GROUP'],
    ['every: 10s\nrun: x\nAfter: network.target', '5:5 unknown-key', 'Timers do not wait for each other'],
    ['every: 10s\nrun: x\nExecStartPre: y', '5:5 unknown-key', 'A timer has one command'],
    ['every: 10s\nrun: x\nNice: 10', '5:5 unknown-key', 'run: nice'],
    ['every: 10s\nrun: x\numask: 022', '5:5 unknown-key', 'run: umask 022'],
    ['every: 10s\nrun: x\nSuccessExitStatus: 3', '5:5 unknown-key', 'Did you mean success_codes?'],
    ['every: 10s\nrun: x\nOnActiveSec: 3', '5:5 unknown-key', 'Did you mean in?'],
    ['every: 10s\nrun: x\nterminationGracePeriodSeconds: 3', '5:5 unknown-key', 'Did you mean kill_after?'],
    ['every: 10s\nrun: x\nparallelism: 3', '5:5 unknown-key', 'overlap'],
    ['every: 10s\nrun: x\nsaveLimit: 3', '5:5 unknown-key', 'Did you mean output?'],
    ['every: 10s\nrun: x\ndagrun_timeout: 3', '5:5 unknown-key', 'Did you mean timeout?'],
    ['every: 10s\nrun: x\nmisfire_grace_time: 5', '5:5 unknown-key', 'Did you mean catch_up?'],
    ['every: 10s\nrun: x\nretry: {maximumRetries: 5}', '5:13 unknown-key', 'Did you mean attempts?'],
  ]);
  table([
    ['timer:\n  a: {every: 1m, run: x}', '1:1 unknown-key', 'Did you mean timers?'],
    [
      'MAILTO: me\ntimers: {a: {every: 1m, run: x}}',
      '1:1 unknown-key',
      'MAILTO is notify here, and belongs in a timer',
    ],
    ['SHELL: /bin/sh\ntimers: {a: {every: 1m, run: x}}', '1:1 unknown-key', 'SHELL is shell here'],
    ['apiVersion: v1\ntimers: {a: {every: 1m, run: x}}', '1:1 unknown-key', 'Remove it'],
    ['Timers:\n  a: {every: 1m, run: x}', '1:1 unknown-key', 'Did you mean timers?'],
    ['jobs:\n  a: {every: 1m, run: x}', '1:1 unknown-key', 'Did you mean timers?'],
    ['tasks:\n  a: {every: 1m, run: x}', '1:1 unknown-key', 'Did you mean timers?'],
    ['backup:\n  every: 1m\n  run: x', '1:1 unknown-key', 'belongs under timers:'],
    ['timout: 5m\ntimers: {a: {every: 1m, run: x}}', '1:1 unknown-key', 'Unknown key'],
    ['timeout: 5m\ntimers: {a: {every: 1m, run: x}}', '1:1 unknown-key', 'belongs in a timer, or under defaults'],
    ['env: {A: b}\ntimers: {a: {every: 1m, run: x}}', '1:1 unknown-key', 'env belongs in a timer, or under defaults'],
    [
      'http: {listen: "127.0.0.1:1", tokn_file: x}\ntimers: {a: {every: 1m, run: x}}',
      '1:31 unknown-key',
      'Did you mean token_file?',
    ],
    ['default: {timeout: 5m}\ntimers: {a: {every: 1m, run: x}}', '1:1 unknown-key', 'Did you mean defaults?'],
    ['defaults: {tiemout: 5m}\ntimers: {a: {every: 1m, run: x}}', '1:12 unknown-key', 'Did you mean timeout?'],
    ['history: {days: 3}\ntimers: {a: {every: 1m, run: x}}', '1:11 unknown-key', 'keep, runs'],
  ]);
});

describe('required keys and duplicate keys', () => {
  inBackup([
    ['every: 10s', '2:3 missing-run', 'run'],
    ['run: x', '2:3 missing-schedule', scheduleKinds.map(({ key }) => key).join(', ')],
    ['description: x', '2:3 missing-schedule', 'cron', '2:3 missing-run'],
    ['every: 10s\ncron: "* * * * *"\nrun: x', '4:5 several-schedules', 'both every and cron'],
    ['run: x\nin: 5s\nat: "2027-01-01"', '5:5 several-schedules', 'both in and at'],
  ]);
  it('are reported at the name of a timer on one line', () => {
    expect(load('timers: {a: {every: 1m}}').problems).toMatchObject([
      { line: 1, column: 10, code: 'missing-run', path: 'timers.a' },
    ]);
  });
});

describe('defaults', () => {
  table([
    ['defaults: {cron: "@daily"}\ntimers: {a: {every: 1m, run: x}}', '1:12 not-in-defaults', 'cron'],
    ['defaults: {run: x}\ntimers: {a: {every: 1m, run: x}}', '1:12 not-in-defaults', 'every timer sets its own'],
    ['defaults: [a]\ntimers: {a: {every: 1m, run: x}}', '1:11 wrong-type', 'a list'],
    ['defaults: 5m\ntimers: {a: {every: 1m, run: x}}', '1:11 wrong-type', '"5m"'],
    ['defaults: {timeout: 5}\ntimers: {a: {every: 1m, run: x}}', '1:21 wrong-type', 'for seconds'],
    [
      'defaults: {timezone: Mars/Base}\ntimers: {a: {every: 1m, run: x}, b: {every: 1m, run: x}}',
      '1:22 unknown-timezone',
      'Mars/Base',
    ],
    [
      'defaults: {env_file: nope}\ntimers: {a: {every: 1m, run: x}, b: {every: 1m, run: x}}',
      '1:22 missing-env-file',
      '/etc/nope',
    ],
  ]);
  it('can be empty', () => {
    expect(load('defaults:\ntimers: {a: {every: 1m, run: x}}').problems).toEqual([]);
  });
});

describe('the keys of one timer', () => {
  it('do not affect how the next timer is read', () => {
    const shapes = [
      '{run: x, "every run": 1}',
      '{every: 1m, run: x}',
      '{run: x, every: 1m, tags: [1]}',
      '{run: x, every: 1m, tags: [a]}',
    ];
    const { problems } = load(`timers:\n${shapes.map((shape, index) => `  t${index}: ${shape}\n`).join('')}`);
    expect(problems.map(({ line, code }) => `${line} ${code}`)).toEqual([
      '2 missing-schedule',
      '2 unknown-key',
      '4 wrong-type',
    ]);
  });
  it('can be combined in more ways than there are cached schemas', () => {
    const keys = [
      'tags: [a]',
      'group: g',
      'shell: /bin/sh',
      'timeout: 1m',
      'jitter: 1m',
      'deadline: 1h',
      'description: d',
    ];
    const sets = Array.from({ length: 128 }, (_, set) => keys.filter((_key, bit) => set & (1 << bit)));
    const text = sets.map((set, index) => `  t${index}: {${['every: 1h', 'run: x', ...set].join(', ')}}\n`).join('');
    expect(load(`groups: {g: 1}\ntimers:\n${text}`).timerFile?.jobs[127]).toMatchObject({
      group: 'g',
      description: 'd',
    });
  });
});
