import { describe, expect, it } from 'vitest';

import { backup, backupWith, brief, load, machine, table, type Row } from './diagnose.js';

const inBackup = (rows: readonly Row[]) => table(rows, backup);
const added = (rows: readonly Row[]) => table(rows, backupWith);

describe('durations', () => {
  added([
    ['timeout: 10', '5:14 wrong-type', '"10s" for seconds'],
    ['timeout: 1.5', '5:14 wrong-type', 'Write "1s500ms"'],
    ['timeout: -1', '5:14 wrong-type', 'cannot have a sign'],
    ['timeout: "10"', '5:14 bad-duration', 'unit'],
    ['timeout: 0s', '5:14 bad-duration', '0'],
    ['timeout: 0', '5:14 wrong-type', 'such as "10s"'],
    ['timeout: -5s', '5:14 bad-duration', 'negative'],
    ['timeout: 1.5h', '5:14 bad-duration', '1h30m'],
    ['timeout: 5 minutes', '5:14 bad-duration', '5m'],
    ['timeout: 5 bananas', '5:14 bad-duration', 'bananas'],
    ['timeout: 30m1h', '5:14 bad-duration', '1h30m'],
    ['timeout: 1M', '5:14 bad-duration', '1m'],
    ['timeout: P1Y', '5:14 bad-duration', 'years'],
    ['timeout: ""', '5:14 bad-duration', 'duration'],
    ['timeout:', '5:5 empty-value', 'timeout is empty'],
    ['timeout: none', '5:14 bad-duration', 'none'],
    ['timeout: [5m]', '5:14 wrong-type', 'a list'],
    ['timeout: {value: 5m}', '5:14 wrong-type', 'a map'],
    ['timeout: true', '5:14 wrong-type', 'true'],
    ['timeout: 12:30', '5:14 bad-duration', '12:30'],
    ['kill_after: 5', '5:17 wrong-type', '"5s"'],
    ['deadline: 0s', '5:15 bad-duration', '0'],
    ['jitter: 30', '5:13 wrong-type', '"30s"'],
    ['breaker: {failures: 2, cooldown: 5}', '5:38 wrong-type', 'for seconds'],
    ['retry: {attempts: 2, delay: 5}', '5:33 wrong-type', 'for seconds'],
    ['catch_up: 5', '5:15 wrong-type', 'catch_up'],
    ['catch_up: {within: 5}', '5:24 wrong-type', 'for seconds'],
  ]);
});

describe('numbers', () => {
  added([
    ['max_runs: 0', '5:15 bad-value', 'at least 1'],
    ['max_runs: -1', '5:15 bad-value', 'at least 1'],
    ['max_runs: 1.5', '5:15 wrong-type', 'whole number'],
    ['max_runs: "3"', '5:15 wrong-type', 'Without quotes: 3'],
    ['max_runs: many', '5:15 wrong-type', '"many"'],
    ['max_runs: .inf', '5:15 wrong-type', 'whole number'],
    ['max_runs: .nan', '5:15 wrong-type', 'whole number'],
    ['max_runs: 1_000', '5:15 wrong-type', '1_000'],
    ['max_runs: 010', '~5:15 leading-zero', '10'],
    ['retry: 0', '5:12 bad-value', 'at least 1'],
    ['retry: three', '5:12 wrong-type', 'number of attempts'],
    ['retry: {attempts: 0}', '5:23 bad-value', 'at least 1'],
    ['retry: {attempts: 3, factor: 0.5}', '5:34 bad-value', 'at least 1'],
    ['retry: {attempts: 3, delay: 2m, max_delay: 1m}', '5:48 bad-value', 'shorter than delay'],
    ['retry: {delay: 5s}', '~5:12 no-attempts', 'attempts: 3'],
    ['breaker: 0', '5:14 bad-value', 'at least 1'],
    ['breaker: {cooldown: 5m}', '5:14 missing-failures', 'failures'],
    ['success_codes: [0, 256]', '5:24 bad-value', '0 to 255'],
    ['success_codes: [-1]', '5:21 bad-value', '0 to 255'],
    ['success_codes: [0, ok]', '5:24 wrong-type', '"ok"'],
    ['success_codes: ["0"]', '5:21 wrong-type', 'Without quotes: 0'],
    ['success_codes: 0', '5:20 wrong-type', '[0]'],
    ['success_codes: []', '5:20 bad-value', 'list of exit codes'],
    ['success_codes:\n  - 0\n  - 300', '7:9 bad-value', '300'],
    ['success_codes: [014]', '~5:21 leading-zero', '14'],
    ['retry: {attempts: 2, on: [timeout, kill]}', '5:40 wrong-type', 'signal'],
    ['retry: {attempts: 2, not_on: [300]}', '5:35 bad-value', '255'],
    ['retry: {attempts: 2, on: timeout}', '5:30 wrong-type', '[timeout]'],
  ]);
  table([
    ['concurrency: 0\ntimers: {a: {every: 1m, run: x}}', '1:14 bad-value', 'at least 1'],
    ['concurrency: lots\ntimers: {a: {every: 1m, run: x}}', '1:14 wrong-type', '"lots"'],
    ['groups: {db: 0}\ntimers: {a: {every: 1m, run: x, group: db}}', '1:14 bad-value', 'at least 1'],
    ['groups: [db]\ntimers: {a: {every: 1m, run: x}}', '1:9 wrong-type', 'a list'],
    ['history: {keep: 30}\ntimers: {a: {every: 1m, run: x}}', '1:17 wrong-type', 'for seconds'],
    ['history: {runs: 0}\ntimers: {a: {every: 1m, run: x}}', '1:17 bad-value', 'at least 1'],
    ['history: 30d\ntimers: {a: {every: 1m, run: x}}', '1:10 wrong-type', 'keep and runs'],
  ]);
});

describe('booleans', () => {
  added([
    ['enabled: yes', '5:14 wrong-type', 'write true'],
    ['enabled: no', '5:14 wrong-type', 'write false'],
    ['enabled: on', '5:14 wrong-type', 'write true'],
    ['enabled: Off', '5:14 wrong-type', 'write false'],
    ['enabled: "true"', '5:14 wrong-type', 'Without quotes: true'],
    ['enabled: ture', '5:14 wrong-type', 'Did you mean true?'],
    ['enabled: 1', '5:14 wrong-type', 'true or false'],
    ['enabled:', '5:5 empty-value', 'true or false'],
    ['run_at_start: yes', '5:19 wrong-type', 'write true'],
    ['catch_up: yes', '5:15 wrong-type', 'write true'],
    ['retry: {attempts: 2, jitter: yes}', '5:34 wrong-type', 'write true'],
  ]);
});

describe('enumerated values', () => {
  added([
    ['overlap: skpi', '5:14 bad-value', 'Did you mean skip?'],
    ['overlap: Queue', '5:14 bad-value', 'Did you mean queue?'],
    ['overlap: Forbid', '5:14 bad-value', 'Did you mean skip?'],
    ['overlap: drop', '5:14 bad-value', 'Did you mean skip?'],
    ['overlap: Allow', '5:14 bad-value', 'Did you mean allow?'],
    ['overlap: Replace', '5:14 bad-value', 'Did you mean replace?'],
    ['overlap: TERMINATE_OTHER', '5:14 bad-value', 'Did you mean replace?'],
    ['overlap: constructor', '5:14 bad-value', 'skip, queue, allow or replace'],
    ['overlap: true', '5:14 bad-value', 'not true'],
    ['overlap:', '5:5 empty-value', 'skip'],
    ['dst: after', '5:10 wrong-type', 'gap and repeat'],
    ['dst: {gap: before}', '5:16 bad-value', 'after or skip'],
    ['dst: {repeat: frist}', '5:19 bad-value', 'Did you mean first?'],
    ['catch_up: maybe', '5:15 wrong-type', 'true, false, a duration'],
    ['catch_up: {policy: lates}', '5:24 bad-value', 'Did you mean latest?'],
    ['output: stdout', '5:13 wrong-type', 'log, inherit, discard'],
    ['output: lgo', '5:13 wrong-type', 'or a map with file or parse'],
    ['output: stderr', '5:13 wrong-type', "Write inherit for the scheduler's own output, or {file: /dev/stderr}."],
    ['output: /dev/null', '5:13 wrong-type', 'Write discard.'],
    ['user: ""', '5:11 bad-value', 'user is empty.'],
    ['user: ""', '5:11 bad-value', 'Give it a value, or remove user.'],
    ['output: ./x.log', '5:13 wrong-type', '{file: ./x.log}'],
    ['output: {max_size: 5MB}', '5:13 bad-output', 'file'],
    ['output: {file: x, max_size: 5}', '5:33 wrong-type', '5MB'],
    ['output: {file: x, max_size: 5 apples}', '5:33 bad-size', 'MiB'],
    ['output: {file: x, max_size: 0MB}', '5:33 bad-size', 'MiB'],
    ['timezone: Europe/Berln', '5:15 unknown-timezone', 'Europe/Berlin'],
    ['timezone: Berlin', '5:15 unknown-timezone', 'Europe/Berlin'],
    ['timezone: CEST', '5:15 unknown-timezone', 'IANA'],
    ['timezone: +02:00', '5:15 unknown-timezone', 'IANA'],
    ['timezone: ""', '5:15 unknown-timezone', 'IANA'],
    ['timezone: 2', '5:15 wrong-type', 'time zone'],
    ['timezone: [UTC]', '5:15 wrong-type', 'a list'],
  ]);
  table([
    ['timezone: Europe/Berln\ntimers: {a: {every: 1m, run: x}}', '1:11 unknown-timezone', 'Europe/Berlin'],
    ['orphans: destroy\ntimers: {a: {every: 1m, run: x}}', '1:10 bad-value', 'kill or keep'],
    ['state: true\ntimers: {a: {every: 1m, run: x}}', '1:8 wrong-type', 'false for memory'],
    ['state: ""\ntimers: {a: {every: 1m, run: x}}', '1:8 bad-value', 'cannot be empty'],
    ['state: none\ntimers: {a: {every: 1m, run: x}}', '1:8 bad-value', './none'],
    ['state: off\ntimers: {a: {every: 1m, run: x}}', '1:8 bad-value', 'false to keep the state in memory'],
    ['state: false\ntimers: {a: {every: 1m, run: x, catch_up: true}}', '~2:43 needs-state', 'in memory only'],
    ['state: memory\ntimers: {a: {every: 1m, run: x, max_runs: 3}}', '~2:43 needs-state', 'in memory only'],
    ['state: false\ndefaults: {catch_up: 1h}\ntimers: {a: {every: 1m, run: x}}', '~2:22 needs-state', 'catch_up'],
    ['state: 5\ntimers: {a: {every: 1m, run: x}}', '1:8 wrong-type', 'a path'],
    ['groups: {db: 2}\ntimers: {a: {every: 1m, run: x}}', '~1:10 unused-group', 'db'],
    [
      'groups: {database: 1}\ntimers: {a: {every: 1m, run: x, group: datbase}, b: {every: 1m, run: x, group: database}}',
      '~2:40 undeclared-group',
      'Did you mean database?',
    ],
    [
      'groups: {db: 1}\ntimers: {a: {every: 1m, run: x, group: other}, b: {every: 1m, run: x, group: db}}',
      '~2:40 undeclared-group',
      'Add it: groups: {other: 1}',
    ],
    ['timers: {a: {every: 1m, run: x, enabled: false}}', '~1:1 all-disabled', 'nothing will fire'],
  ]);
});

describe('strings and lists', () => {
  added([
    ['description: 5', '5:18 wrong-type', 'Quote it: "5"'],
    ['description: [a]', '5:18 wrong-type', 'one string'],
    ['tags: nightly', '5:11 wrong-type', '[nightly]'],
    ['tags: [1]', '5:12 wrong-type', 'Quote it: "1"'],
    ['tags: [a, ""]', '5:15 bad-value', 'empty'],
    ['tags:\n  - a\n  -', '7:7 empty-value', 'empty'],
    ['group: [a]', '5:12 wrong-type', 'one string'],
    ['group: ""', '5:12 bad-value', 'empty'],
    ['env: [A=1]', '5:10 wrong-type', '{NAME: value}'],
    ['env: A=1', '5:10 wrong-type', 'map'],
    ['env: {A: }', '5:11 empty-value', 'Write ""'],
    ['env: {A: ~}', '5:14 empty-value', 'Write ""'],
    ['env: {A: [1]}', '5:14 wrong-type', 'string'],
    ['env: {A: {b: c}}', '5:14 wrong-type', 'string'],
    ['env: {"A=B": c}', '5:11 bad-env-name', '='],
    ['env: {"": c}', '5:11 bad-env-name', 'name'],
    ['env: {A B: c}', '5:11 bad-env-name', 'space'],
    ['env: {TIMERS_RUN_ID: c}', '~5:11 reserved-env', 'TIMERS_RUN_ID'],
    ['env: {A: "x\\0y"}', '5:14 nul-character', 'NUL'],
  ]);
});

describe('commands', () => {
  inBackup([
    ['every: 1m\nrun:', '4:5 empty-value', 'run is empty'],
    ['every: 1m\nrun: ""', '4:10 bad-value', 'empty'],
    ['every: 1m\nrun: date +\\%F', '~4:10 crontab-percent', 'Write % alone'],
    ['every: 1m\nrun: [date, +\\%F]', '~4:17 crontab-percent', 'Write % alone'],
    ['every: 1m\nrun: mail -s x root%Hello%', '~4:10 crontab-percent', 'echo Hello | mail root'],
    ['every: 1m\nrun: "   "', '4:10 empty-value', 'no program'],
    ['every: 1m\nrun: []', '4:10 bad-value', 'program'],
    ['every: 1m\nrun: [""]', '4:11 empty-value', 'no program'],
    ['every: 1m\nrun: 5', '4:10 wrong-type', 'Quote it: "5"'],
    ['every: 1m\nrun: true', '4:10 wrong-type', 'Quote it: "true"'],
    ['every: 1m\nrun: {cmd: x}', '4:10 wrong-type', 'a map'],
    ['every: 1m\nrun:\n  cmd: x', '5:7 wrong-type', 'a map'],
    ['every: 1m\nrun: [a, [b]]', '4:14 wrong-type', 'a list'],
    ['every: 1m\nrun: [a, ~]', '4:14 empty-value', 'empty'],
    ['every: 1m\nrun:\n  - a\n  -\n  - b', '6:7 empty-value', 'empty'],
    ['every: 1m\nrun: "a\\0b"', '4:10 nul-character', 'NUL'],
  ]);
  added([
    ['on_failure: ""', '5:17 bad-value', 'empty'],
    ['fallback: ""', '5:15 bad-value', 'empty'],
    ['on_failure: []', '5:17 bad-value', 'program'],
    ['on_success: {run: x}', '5:17 wrong-type', 'a map'],
    ['on_recovery: 5', '5:18 wrong-type', 'on_recovery'],
    ['shell: bash', '5:12 bad-shell', '/bin/bash'],
    ['shell: /nope/sh', '5:12 bad-shell', 'does not exist'],
    ['shell: /etc/passwd', '5:12 bad-shell', 'not executable'],
    ['shell: /etc', '5:12 bad-shell', 'not executable'],
    ['cwd: /nope', '~5:10 missing-cwd', '/nope'],
    ['cwd: nope', '~5:10 missing-cwd', '/etc/nope'],
    ['cwd: /etc/passwd', '5:10 not-a-directory', '/etc/passwd'],
    ['cwd: ""', '5:10 bad-value', 'empty'],
    ['output: {file: /nope/x.log}', '~5:13 missing-output-folder', '/nope does not exist'],
    ['output: {file: nope/x.log}', '~5:13 missing-output-folder', '/etc/nope does not exist'],
    ['output: {file: passwd/x.log}', '5:13 not-a-directory', '/etc/passwd is not a directory'],
    ['output: {file: /etc}', '5:13 not-a-file', '/etc/output.log'],
    ['env_file: nope.env', '5:15 missing-env-file', '/etc/nope.env'],
    ['env_file: /etc', '5:15 unreadable-env-file', '/etc is a directory, not a regular file'],
    ['env_file: /dev/zero', '5:15 unreadable-env-file', '/dev/zero is a device, not a regular file'],
    ['env_file: /etc/passwd', '5:15 bad-env-file', '/etc/passwd:1: this line has no ='],
    ['env_file: [a]', '5:15 wrong-type', 'a list'],
    ['user: root', '5:11 needs-root', 'root'],
  ]);
});

describe('user, as root', () => {
  const asRoot = { ...machine, uid: 0 };
  it.each([
    ['root', { uid: 0, gid: 0, name: 'root', home: '/root' }],
    ['0', { uid: 0, gid: 0, name: 'root', home: '/root' }],
    ['54321', { uid: 54321, gid: 54321, name: '54321', home: '/', shell: '/bin/sh' }],
    ['54321:12', { uid: 54321, gid: 12, name: '54321', home: '/', shell: '/bin/sh' }],
    ['root:root', { uid: 0, gid: 0, name: 'root', home: '/root' }],
  ])('%s', (user, id) => {
    expect(
      load(backupWith(`user: ${user}`), '/etc/timers.yaml', asRoot).timerFile?.jobs[0]?.command.user,
    ).toMatchObject(id);
  });
  it.each([
    ['nobody-here', 'unknown-user'],
    ['root:no-group', 'unknown-group'],
    ['""', 'bad-value'],
    ['":5"', 'unknown-user'],
    ['a:b:c', 'unknown-user'],
    ['-1', 'bad-value'],
  ])('%s is %s', (user, code) => {
    const { problems } = load(backupWith(`user: ${user}`), '/etc/timers.yaml', asRoot);
    expect(problems).toMatchObject([{ line: 5, column: 11, code }]);
  });
});

describe('windows', () => {
  added([
    ['not_before: tomorrow', '5:17 timestamp-form', 'RFC 3339'],
    ['not_before: 2027', '5:17 wrong-type', '"2027-01-01 00:00"'],
    ['not_after: 2027-02-30', '5:16 timestamp-date', '28'],
    ['not_before: 2027-01-02\nnot_after: 2027-01-01', '6:16 empty-window', 'before not_before'],
    ['not_after: 2020-01-01', '~5:16 never-fires', 'no upcoming firing'],
  ]);
});

describe('variables', () => {
  added([
    ['description: ${NOPE}', '5:18 unset-variable', '${NOPE:-default}'],
    ['description: "a ${STAGE} ${NOPE} b"', '5:30 unset-variable', 'NOPE'],
    ['description: ${NOPE} ${NOPE}', '5:18 unset-variable', 'NOPE', '5:26 unset-variable'],
    ['description: ${STAGE', '5:18 bad-variable', 'no closing }'],
    ['description: "${}"', '5:19 bad-variable', '${NAME}'],
    ['description: ${STAGE-x}', '5:18 bad-variable', '${NAME:-default}'],
    ['description: "${A B}"', '5:19 bad-variable', '${NAME}'],
    ['tags: [a, "${NOPE}"]', '5:16 unset-variable', 'NOPE'],
    ['env: {A: "${NOPE}"}', '5:15 unset-variable', 'NOPE'],
    ['timeout: ${NOPE}', '5:14 unset-variable', 'NOPE'],
    ['max_runs: ${STAGE}', '5:15 wrong-type', 'whole number of at least 1, not "${STAGE}"'],
    ['max_runs: ${NOPE:-0}', '5:15 bad-value', 'at least 1'],
    ['enabled: ${NOPE:-yes}', '5:14 wrong-type', 'not "yes". In YAML 1.2 "yes" is a string: write true'],
    ['timeout: ${NOPE:-10}', '5:14 bad-duration', '"10s" for seconds'],
  ]);
  it('are also required in disabled timers', () => {
    const { problems } = load(backupWith('enabled: false\ndescription: ${NOPE}'));
    expect(problems.map(brief)).toContain('6:18 unset-variable');
  });
  it('are expanded everywhere except in commands and keys', () => {
    const text = backup(
      'every: ${NOPE:-5m}\nrun: echo ${NOPE}\non_failure: [mail, "${NOPE}"]\nenv: {"A": "${STAGE}-$STAGE-$$", B: "${EMPTY:-c}"}\n' +
        'description: "$${STAGE} ${EMPTY}${STAGE}"\ntags: ["${STAGE:-x: [y]}"]\ncwd: /${NOPE:-}',
    );
    const { problems, timerFile } = load(text);
    expect(problems).toEqual([]);
    expect(timerFile?.jobs[0]).toMatchObject({
      written: { key: 'every', text: '5m' },
      command: { run: 'echo ${NOPE}', env: { A: 'prod-$STAGE-$$', B: 'c' }, cwd: '/' },
      hooks: { onFailure: { run: ['mail', '${NOPE}'] } },
      description: '${STAGE} prod',
      tags: ['prod'],
    });
  });
  it('are read as booleans and numbers where those are expected, and as strings elsewhere', () => {
    const text = backupWith(
      'enabled: ${NOPE:-false}\nmax_runs: ${NOPE:-3}\nretry: {attempts: "${NOPE:-08}"}\nsuccess_codes: [0, "${NOPE:-4}"]\n' +
        'description: ${NOPE:-true}\ngroup: ${NOPE:-5}\nrun_at_start: ${NOPE:-True}',
    );
    const { problems, timerFile } = load(text);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(timerFile?.jobs[0]).toMatchObject({
      enabled: false,
      runAtStart: true,
      window: { maxRuns: 3 },
      command: { successCodes: [0, 4] },
      description: 'true',
      group: '5',
    });
  });
  it('are data: their values are neither expanded again nor parsed as YAML', () => {
    const on = { ...machine, env: { A: '${B}', B: 'b', LIST: '[x, y]' } };
    const text = backupWith('description: ${A}\ntags: ["${LIST}"]');
    expect(load(text, '/etc/timers.yaml', on).timerFile?.jobs[0]).toMatchObject({
      description: '${B}',
      tags: ['[x, y]'],
    });
  });
});

it('an extremely long key is truncated in the path of a diagnostic', () => {
  const { problems } = load(`timers:\n  ${'x'.repeat(500)}:\n    every: 1 parsec\n    run: x\n`);
  expect(problems.map(({ path }) => path.length).filter((length) => length > 200)).toEqual([]);
  expect(problems.map(({ path }) => path).join()).toMatch(/^timers\.x+…x+,timers\.x+…x+\.every$/);
});
