import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { SourceFile } from '../../../src/importers/kind.js';
import { readWords } from '../../../src/importers/systemd/words.js';
import { systemd } from '../../../src/importers/systemd/systemd.js';
import { parseTimeSpan, writeDuration } from '../../../src/importers/systemd/time-span.js';
import { firings, imported } from '../imported.js';
import { systemdInstants, withoutSystemd } from './real-calendar.js';

/** The result of reading a timer and a service: the keys of its timers, and the differences as text. */
function read(timer: string, service: string, { folder = '', more = [] as readonly SourceFile[], name = 'job' } = {}) {
  const files = [
    { path: `${folder}${name}.timer`, text: `[Timer]\n${timer}\n` },
    { path: `${folder}${name.replace(/@.*/, '@')}.service`, text: `[Service]\n${service}\n` },
    ...more,
  ];
  const { timers, differences } = systemd.read(files, { timezone: 'UTC', now: 0, readBeside: () => undefined });
  const said = [...differences, ...timers.flatMap((one) => one.differences)];
  return { keys: timers.map(({ keys }) => keys), said: said.map(({ message, hint }) => `${message} ${hint ?? ''}`) };
}

const keysOf = (service: string, timer = 'OnCalendar=daily') => read(timer, service).keys[0];

describe('ExecStart', () => {
  it.each([
    ['/bin/echo "a b" c\\x20d \'e"f\'', ['/bin/echo', 'a b', 'c d', 'e"f']],
    ['/bin/echo $$HOME 100%%', ['/bin/echo', '$HOME', '100%']],
    ['/bin/echo a$HOME', ['/bin/echo', 'a$HOME']],
    [':/bin/echo ${HOME}', ['/bin/echo', '${HOME}']],
    ['@/bin/echo name arg', ['/bin/echo', 'arg']],
    ['/bin/echo \\\n  # a comment\n  two', ['/bin/echo', 'two']],
    ['/bin/echo a \\; b', ['/bin/echo', 'a', ';', 'b']],
    ['/bin/sh -c "echo $$PATH | wc -c"', 'echo $PATH | wc -c'],
    ['/bin/echo ${HOME}/it\'"\'"s', `/bin/echo "\${HOME}"'/it"s'`],
    ['/bin/echo $ARGS', '/bin/echo $ARGS'],
    ['-/bin/false', '/bin/false || true'],
    ['/bin/a ; /bin/b x', '/bin/a &&\n/bin/b x'],
    ['/bin/a %n %p %i', ['/bin/a', 'job.service', 'job', '']],
    ['/bin/a %H', '/bin/a "$(uname -n)"'],
  ])('%j becomes %j', (line, run) => {
    expect(keysOf(`ExecStart=${line}`)?.['run']).toEqual(run);
  });

  it('keeps the shell of bash -c', () => {
    expect(keysOf('ExecStart=/bin/bash -c "echo hi"')).toMatchObject({ run: 'echo hi', shell: '/bin/bash' });
  });

  it('runs the commands before and after it, after a check of the condition', () => {
    const service = [
      'ExecCondition=/bin/c',
      'ExecStartPre=-/bin/pre',
      'ExecStart=/bin/main',
      'ExecStartPost=/bin/post',
    ];
    expect(keysOf(service.join('\n'))?.['run']).toBe(
      '/bin/c || exit 0\n{ /bin/pre || true; } &&\n/bin/main &&\n/bin/post',
    );
  });

  it('drops commands before an empty one', () => {
    expect(keysOf('ExecStart=/bin/a\nExecStart=\nExecStart=/bin/b')?.['run']).toEqual(['/bin/b']);
  });
});

test('working directory, user and environment are imported', () => {
  const { keys, said } = read(
    'OnCalendar=daily',
    [
      ...[
        'ExecStart=/bin/a',
        'WorkingDirectory=/srv/%p',
        'User=shop',
        'Group=www',
        'EnvironmentFile=-/etc/default/shop',
      ],
      ...['Environment="A=1 2" B=x\\ty', "Environment='C=${D}'", 'PassEnvironment=LANG'],
    ].join('\n'),
  );
  expect(keys[0]).toMatchObject({
    cwd: '/srv/job',
    user: 'shop:www',
    env: { A: '1 2', B: 'x\ty', C: '${D}' },
    env_file: '/etc/default/shop',
    pass_env: ['LANG'],
  });
  expect(said.join()).toContain('fails if the environment file is missing');
});

test('a user unit runs in the home folder, with paths that only its shell knows', () => {
  const { keys } = read('OnCalendar=daily', 'ExecStart=%h/bin/sync %t/x\nEnvironment=DIR=%h/data', {
    folder: '/home/ann/.config/systemd/user/',
  });
  expect(keys[0]?.['run']).toBe(
    'cd "${HOME}" || exit\nexport DIR="${HOME}"/data\n"${HOME}"/bin/sync "${XDG_RUNTIME_DIR}"/x',
  );
  expect(keys[0]).not.toHaveProperty('cwd');
});

test('limits, exit codes and restarts are imported', () => {
  const oneshot = 'Type=oneshot\nExecStart=/bin/a\n';
  expect(keysOf(`${oneshot}TimeoutStartSec=5min`)).toMatchObject({ timeout: '5m', kill_after: '90s' });
  expect(keysOf(`${oneshot}TimeoutSec=90`)).toMatchObject({ timeout: '90s', kill_after: '90s' });
  expect(keysOf('ExecStart=/bin/a\nTimeoutStartSec=5min')).not.toHaveProperty('timeout');
  expect(keysOf('ExecStart=/bin/a\nRuntimeMaxSec=1h 30min\nTimeoutStopSec=20')).toMatchObject({
    timeout: '90m',
    kill_after: '20s',
  });
  expect(keysOf(`${oneshot}SuccessExitStatus=1 TEMPFAIL`)).toMatchObject({ success_codes: [0, 1, 75] });
  expect(keysOf(`${oneshot}Restart=on-failure\nRestartSec=1`)).toMatchObject({
    retry: { attempts: 5, delay: '1s', factor: 1 },
  });
  expect(keysOf(`${oneshot}Restart=on-abort\nRestartSec=30`)).toMatchObject({
    retry: { attempts: 100, delay: '30s', factor: 1, on: ['signal'] },
  });
  expect(keysOf(`${oneshot}StandardOutput=null`)).toMatchObject({ output: 'discard' });
  expect(keysOf(`${oneshot}StandardOutput=append:/var/log/a`)).toMatchObject({ output: { file: '/var/log/a' } });
});

test('monotonic timers become intervals', () => {
  const keys = (timer: string) => keysOf('ExecStart=/bin/a', timer);
  expect(keys('OnBootSec=15min')).toMatchObject({ in: '15m' });
  expect(keys('OnBootSec=15min\nOnUnitActiveSec=1d')).toMatchObject({ every: '1d', run_at_start: true });
  expect(keys('OnActiveSec=0\nOnUnitInactiveSec=1h')).toMatchObject({
    every: { interval: '1h', from: 'end' },
    run_at_start: true,
  });
  expect(keys('OnCalendar=daily\nPersistent=true\nRandomizedDelaySec=1h')).toMatchObject({
    cron: '0 0 * * *',
    catch_up: true,
    jitter: '1h',
  });
  expect(keys('OnCalendar=daily\nOnBootSec=5\nOnCalendar=\nOnCalendar=hourly')).toMatchObject({ cron: '0 * * * *' });
  expect(keys('OnCalendar=daily\nOnBootSec=5\nOnCalendar=\nOnCalendar=hourly')).not.toHaveProperty('run_at_start');
});

test('drop-ins are applied after their unit, ordered by name', () => {
  const more = [
    { path: 'job.timer.d/20.conf', text: '[Timer]\nOnCalendar=\nOnCalendar=weekly' },
    { path: 'job.timer.d/10.conf', text: '[Timer]\nOnCalendar=monthly' },
    { path: 'job.service.d/a.conf', text: '[Service]\nUser=shop' },
  ];
  const { keys } = read('OnCalendar=daily', 'ExecStart=/bin/a', { more });
  expect(keys[0]).toMatchObject({ cron: '0 0 * * MON', user: 'shop' });
});

describe('two timers with the same name', () => {
  const [etc, lib] = ['/etc/systemd/system/', '/usr/lib/systemd/system/'];
  const timer = (folder: string, when: string) => ({
    path: `${folder}job.timer`,
    text: `[Timer]\nOnCalendar=${when}\n`,
  });
  const service = (folder: string) => ({ path: `${folder}job.service`, text: '[Service]\nExecStart=/bin/a\n' });
  const context = { timezone: 'UTC', now: 0, readBeside: () => undefined };

  test.each([
    ['first', [timer(etc, 'hourly'), timer(lib, 'daily\nPersistent=true'), service(lib)]],
    ['last', [timer(lib, 'daily\nPersistent=true'), service(lib), timer(etc, 'hourly')]],
  ])('resolve to the administrator’s one, even if it is given %s', (_, files) => {
    const { timers, differences } = systemd.read(files, context);
    expect(timers.map(({ keys }) => keys)).toMatchObject([{ cron: '0 * * * *' }]);
    expect(timers[0]?.keys).not.toHaveProperty('catch_up');
    const message = 'Not used: /etc/systemd/system/job.timer replaces it, as in systemd.';
    expect(differences).toEqual([{ file: `${lib}job.timer`, line: 1, severity: 'note', message }]);
  });

  test('resolve to the first one outside the systemd folders, and the other is an error', () => {
    const { timers, differences } = systemd.read([timer('a/', 'hourly'), service('a/'), timer('b/', 'daily')], context);
    expect(timers.map(({ keys }) => keys)).toMatchObject([{ cron: '0 * * * *' }]);
    const message = 'This file is left out: a/job.timer has the same name.';
    expect(differences).toMatchObject([{ file: 'b/job.timer', severity: 'error', message }]);
  });

  test('have separate drop-ins, and an administrator’s drop-in replaces one with the same name', () => {
    const dropIn = (folder: string, when: string) => ({
      path: `${folder}job.timer.d/10.conf`,
      text: `[Timer]\nOnCalendar=${when}\n`,
    });
    const files = [timer(lib, 'hourly'), service(lib), dropIn(lib, 'weekly'), dropIn(etc, 'monthly')];
    expect(systemd.read(files, context).timers.map(({ keys }) => keys['cron'])).toEqual([['0 * * * *', '0 0 1 * *']]);
  });
});

test('an instance uses the service of its template', () => {
  const { keys } = read('OnCalendar=daily', 'ExecStart=/bin/a %i %I', { name: String.raw`job@var-lib\x2dx` });
  expect(keys[0]?.['run']).toEqual(['/bin/a', String.raw`var-lib\x2dx`, 'var/lib-x']);
  expect(read('OnCalendar=daily', 'ExecStart=/bin/a', { name: 'job@' }).said.join()).toContain('is a template');
});

test('a timer uses the service next to it, even one named with Unit=', () => {
  const timer = { path: 'etc/a.timer', text: '[Timer]\nOnCalendar=daily\nUnit=b.service' };
  const beside = (from: string, named: string): SourceFile | undefined =>
    from === 'etc/a.timer' && named === 'b.service'
      ? { path: 'etc/b.service', text: '[Service]\nExecStart=/bin/b' }
      : undefined;
  const context = { timezone: 'UTC', now: 0 };
  expect(systemd.read([timer], { ...context, readBeside: beside }).timers[0]?.keys['run']).toEqual(['/bin/b']);
  const alone = systemd.read([timer], { ...context, readBeside: () => undefined });
  expect(alone.timers).toEqual([]);
  expect(alone.differences[0]?.message).toBe('a.timer is left out: b.service cannot be read.');
});

test('every setting without effect is reported', () => {
  const service = [
    ...['ExecStart=/bin/a', 'Nice=19', 'IOSchedulingClass=idle', 'ProtectHome=yes', 'MemoryMax=1G', 'Frobnicate=1'],
    ...['KillMode=process', 'StateDirectory=x', 'Type=forking', 'RemainAfterExit=yes', 'DynamicUser=yes', 'nonsense'],
    ...[
      '[Unit]',
      'ConditionPathExists=!/run/stop',
      'Requires=db.service',
      'OnFailure=mail@%n.service',
      'After=x.target',
    ],
  ];
  const { said } = read('OnCalendar=daily\nAccuracySec=1h\nWakeSystem=yes\nOnClockChange=yes', service.join('\n'));
  for (const word of [
    ...['nice -n 19 ionice -c 3', 'ProtectHome: ', 'MemoryMax: ', 'Frobnicate ', 'KillMode: ', 'StateDirectory: '],
    ...[
      'Type=forking',
      'remains active',
      'No user is created',
      '"nonsense"',
      '[ ! -e /run/stop ] || exit 0'.slice(2, 5),
    ],
    ...['Requires: ', 'OnFailure: ', 'After: ', 'AccuracySec ', 'WakeSystem: ', 'OnClockChange: '],
  ])
    expect(said.join('\n')).toContain(word);
});

test.each([
  ['LogsDirectory=x', 'LogsDirectory: left out'],
  ['CacheDirectory=x', 'CacheDirectory: left out'],
  ['RuntimeDirectory=x', 'RuntimeDirectory: left out'],
  ['ConfigurationDirectory=x', 'ConfigurationDirectory: left out'],
  ['StandardOutput=append:/x\nStandardError=journal', 'Standard error goes where standard output goes.'],
  ['StandardOutput=null\nStandardError=journal', 'StandardOutput=null is left out'],
  ['StandardOutput=journal+console', 'StandardOutput: the console does not show the output.'],
  ['StandardError=journal+console', 'StandardError: the console does not show the output.'],
  ['StandardOutput=tty', 'StandardOutput=tty is left out'],
  ['Restart=on-failure\nRestartSec=1', 'indefinitely if each attempt takes 1s.'],
  ['Restart=on-failure\nRestartSec=1\nTimeoutStartSec=1h', 'indefinitely if each attempt takes 1s.'],
  ['StartLimitIntervalSec=0', 'StartLimitIntervalSec is left out, because systemd ignores it in [Service].'],
  ['OnCalendar=daily', 'OnCalendar is left out, because systemd ignores it in [Service].'],
])('%j is reported', (lines, message) => {
  const { said } = read('OnCalendar=daily', `Type=oneshot\nExecStart=/bin/a\n${lines}`);
  expect(said).toEqual([expect.stringContaining(message)]);
});

test.each([
  'StandardOutput=journal\nStandardError=syslog',
  'StandardError=journal',
  'StandardOutput=null',
  'Restart=on-failure\nRestartSec=1\nTimeoutStartSec=500ms',
])('%j is not reported', (lines) => {
  expect(read('OnCalendar=daily', `Type=oneshot\nExecStart=/bin/a\n${lines}`).said).toEqual([]);
});

test('the start limit is also read from its old section', () => {
  const service = 'ExecStart=/bin/a\nRestart=on-failure\nRestartSec=1\n';
  expect(keysOf(`${service}StartLimitBurst=3`)).toMatchObject({ retry: { attempts: 3 } });
  expect(keysOf(`${service}StartLimitInterval=0`)).toMatchObject({ retry: { attempts: 100 } });
});

test('one of two random delays becomes jitter, and the other is reported', () => {
  const { keys, said } = read('OnCalendar=daily\nRandomizedDelaySec=5m\nRandomizedOffsetSec=1h', 'ExecStart=/bin/a');
  expect(keys[0]).toMatchObject({ jitter: '5m' });
  expect(said.join()).toContain('RandomizedOffsetSec=1h is left out');
  const offset = read('OnCalendar=daily\nRandomizedDelaySec=0\nRandomizedOffsetSec=1h', 'ExecStart=/bin/a');
  expect(offset.keys[0]).toMatchObject({ jitter: '1h' });
});

test('a repeated local time, at which systemd starts once, is reported', () => {
  const text = '[Timer]\nOnCalendar=hourly\n[Service]\nExecStart=/bin/a';
  const { differences } = imported(systemd, text, { path: '-', timezone: 'Europe/Berlin' });
  expect(differences.map(({ message }) => message).join()).toContain('it starts only the first');
});

test('a template gets a hint with a command that reads one of its instances', () => {
  const text = '# /lib/systemd/system/job@.timer\n[Timer]\nOnCalendar=daily';
  const { differences } = systemd.read([{ path: '-', text }], { timezone: 'UTC', now: 0, readBeside: () => undefined });
  expect(differences[0]?.hint).toBe('Pass an instance, such as: timers import /lib/systemd/system/job@home.timer');
});

test('a description that only repeats the name is omitted', () => {
  expect(keysOf('ExecStart=/bin/a', 'OnCalendar=daily\n[Unit]\nDescription=job')).not.toHaveProperty('description');
});

test('a hint for a condition names the instance', () => {
  const unit = '[Unit]\nConditionPathExists=!/sys/block/%i/md\nConditionPathIsDirectory=%t/x\n';
  const { said } = read('OnCalendar=daily', `ExecStart=/bin/a\n${unit}`, { name: 'job@md0' });
  expect(said.join()).toContain('[ ! -e /sys/block/md0/md ] || exit 0; [ -d /run/x ] || exit 0');
});

test('DynamicUser requires a user only if none is given', () => {
  const said = (service: string) => read('OnCalendar=daily', `ExecStart=/bin/a\nDynamicUser=yes\n${service}`).said;
  expect(said('')).toEqual(["No user is created for the run: it runs as the scheduler's user. Set user: nobody."]);
  expect(said('User=nobody')).toEqual(['No user is created for the run: nobody must exist on this machine. ']);
});

test('the group of an instance includes the instance name', () => {
  const { keys } = read('OnCalendar=daily', 'ExecStart=/bin/a\nUser=%i\nGroup=g-%i', { name: 'job@shop' });
  expect(keys[0]?.['user']).toBe('shop:g-shop');
});

test('an optional environment file that is missing here is omitted', () => {
  const unit = (file: string) =>
    `[Timer]\nOnCalendar=daily\n[Service]\nExecStart=/bin/a\nEnvironment=A=1\nEnvironmentFile=-${file}\n`;
  const { text, differences } = imported(systemd, unit('/nonexistent/env'), { path: 'job.unit' });
  expect(text).not.toContain('    env_file');
  expect(differences.map(({ message }) => message)).toEqual([
    '/nonexistent/env does not exist. So env_file is left out.',
  ]);
  const file = join(mkdtempSync(join(tmpdir(), 'timers-')), 'env');
  writeFileSync(file, 'B=2\n');
  const there = imported(systemd, unit(file), { path: 'job.unit' });
  expect(there.text).toContain(`    env_file: ${file}`);
  expect(there.differences[0]?.message).toBe('A run fails if the environment file is missing.');
});

test('a dependency on its own service or timer is ignored', () => {
  const { said } = read(
    'OnCalendar=daily\n[Unit]\nRequires=job.service\nBindsTo=%p.service',
    '[Unit]\nWants=job.timer\n[Service]\nExecStart=/bin/a',
  );
  expect(said).toEqual([
    'Requires, BindsTo: no meaning here, because a firing does not wait for units. ',
    'Wants: no meaning here, because a firing does not wait for units. ',
  ]);
});

test('arguments are split by the quoting rules of systemd', () => {
  expect(readWords(String.raw`a "b c" 'd "e"' f"g h"i \x41é\U0001f600 \101 \s \q`)).toEqual([
    ...['a', 'b c', 'd "e"', 'fg hi', 'Aé😀', 'A', ' ', '\\q'],
  ]);
});

test.each([
  ['5', 5000, '5s'],
  ['1h 30min', 5_400_000, '90m'],
  ['2 weeks', 1_209_600_000, '2w'],
  ['1.5d', 129_600_000, '36h'],
  ['250ms', 250, '250ms'],
  ['1d1s', 86_401_000, '1d1s'],
  ['43200', 43_200_000, '12h'],
  ['0', 0, '0s'],
] as const)('the time span %s is %i ms and is written as %s', (text, length, written) => {
  expect(parseTimeSpan(text)).toBe(length);
  expect(writeDuration(length)).toBe(written);
});

test('an invalid time span is rejected', () => {
  expect(['', 'x', '5 parsecs', '1h foo'].map((text) => parseTimeSpan(text))).toEqual([
    ...[undefined, undefined, undefined, undefined],
  ]);
});

describe('twenty real unit pairs', () => {
  const text = readFileSync(new URL('pairs.txt', import.meta.url), 'utf8');

  it('become valid timers', () => {
    const { jobs, differences } = imported(systemd, text, { path: '-', timezone: 'UTC' });
    expect(jobs).toHaveLength(20);
    expect(differences.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it.skipIf(withoutSystemd !== undefined)(`fire as systemd says (${withoutSystemd ?? 'systemd-analyze'})`, () => {
    const { jobs, read: source } = imported(systemd, text, { path: '-', timezone: 'UTC' });
    const calendars = [...text.matchAll(/# \S*?([^/\s]+)\.timer\n(?:[^#]*\n)?OnCalendar=(.*)/g)];
    expect(calendars.length).toBeGreaterThan(15);
    const expressions = calendars.map(([, , calendar = '']) => calendar);
    const real = systemdInstants(expressions, { base: '2027-01-15 10:30:00 UTC', zone: 'UTC', count: 20 });
    for (const [, unit = '', calendar = ''] of calendars) {
      const index = source.timers.findIndex(({ name }) => name === unit);
      const theirs = real.get(calendar)?.map((instant) => new Date(instant).toISOString());
      expect(firings(jobs[index]!, 20), unit).toEqual(theirs);
    }
  });
});

test('a service’s report covers the effect of its settings, and disabled settings have none', () => {
  const service = [
    '[Unit]',
    'Wants=network-online.target',
    'Conflicts=other.service',
    'AssertPathExists=/data',
    '[Service]',
    'ExecStart=/bin/true',
    'UMask=0077',
    'NoNewPrivileges=no',
    'IgnoreSIGPIPE=false',
    'CPUSchedulingPolicy=batch',
    'IOSchedulingClass=best-effort',
    'IOSchedulingPriority=7',
  ];
  const files = [
    { path: 'job.timer', text: '[Timer]\nOnCalendar=daily' },
    { path: 'job.service', text: service.join('\n') },
  ];
  const { timers } = systemd.read(files, { timezone: 'UTC', now: 0, readBeside: () => undefined });
  const { differences } = timers[0]!;
  expect(differences.map(({ severity, message, hint }) => [severity, message.split(':')[0], hint])).toEqual([
    ['note', 'Wants', undefined],
    ['warning', 'Conflicts', 'Stop the other unit in run, with systemctl stop.'],
    ['warning', 'AssertPathExists', 'In run, put this before the command: [ -e /data ] || exit 1'],
    ['warning', 'UMask', 'In run, put this before the command: umask 0077'],
    [
      'warning',
      'CPUSchedulingPolicy, IOSchedulingClass, IOSchedulingPriority',
      'Write ionice -c 2 -n 7 chrt -b 0 before the command.',
    ],
  ]);
});

test('a timer without a service is omitted with a hint', () => {
  const { keys, said } = read('OnCalendar=daily\nUnit=job.target', 'ExecStart=/bin/a');
  expect(keys).toEqual([]);
  expect(said).toEqual([
    'job.timer is left out: it starts job.target, which is not a service. ' +
      'Import a timer that starts a service, or write a timer for what the unit starts.',
  ]);
});

test.each(['*-02-30', '2027-02-30 10:00', '2027-03-28 02:30 Europe/Berlin', '2027..2029-04-31'])(
  'a line that never occurs (%s) is omitted, and the others are kept',
  (calendar) => {
    const { keys, said } = read(`OnCalendar=${calendar}\nOnCalendar=daily`, 'ExecStart=/bin/a');
    expect(keys.map(({ cron }) => cron)).toEqual(['0 0 * * *']);
    expect(said).toEqual([
      `OnCalendar=${calendar} is left out. This time never occurs. Correct the date or the time, or remove the line.`,
    ]);
  },
);
