import { describe, expect, test } from 'vitest';
import { cronstable, yacron } from '../../src/importers/yacron/yacron.js';
import { firingsOf, readSample, readText, samplesOf, timerOf, toldOf } from './samples.js';

const read = (path: string) => readSample(path === 'cronstable.yaml' ? cronstable : yacron, 'yacron', path);
const paths = samplesOf('yacron').map(({ path }) => path);

describe('the yacron samples', () => {
  const timers = paths.flatMap((path) => read(path).timers.map((timer) => [`${path} ${timer.name}`, timer] as const));
  const hasYear = /only-2027|year-in-a-map/;
  const differs = /cronstable.yaml gap$/;

  test.each(timers.filter(([name, { original }]) => original && !hasYear.test(name) && !differs.test(name)))(
    '%s fires when its original would',
    (_name, timer) => {
      const { here, there } = firingsOf(timer, 'UTC');
      expect(here).toEqual(there);
    },
  );

  test.each(paths.filter((path) => path !== 'common.yml'))('%s is recognized', (path) => {
    const file = samplesOf('yacron').find((sample) => sample.path === path) ?? { path, text: '' };
    expect(cronstable.recognize(file) > yacron.recognize(file)).toBe(path === 'cronstable.yaml');
    expect(yacron.recognize(file)).toBeGreaterThan(0);
  });
});

test('GitHub workflows are not recognized', () => {
  expect(
    yacron.recognize({ path: 'ci.yml', text: 'on:\n  schedule:\n    - cron: x\njobs:\n  test:\n    steps: []\n' }),
  ).toBe(0);
});

test('a job inherits the defaults, with merged lists and its own keys first', () => {
  expect(timerOf(read('shop.yaml'), 'nightly-export').keys).toEqual({
    cron: '30 2 * * *',
    timezone: 'Europe/Berlin',
    dst: { gap: 'skip', repeat: 'both' },
    overlap: 'skip',
    run: 'set -e\n./export.sh "$STAGE"\n',
    shell: '/bin/bash',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', STAGE: 'production' },
    timeout: '1h',
    kill_after: '30s',
    retry: { attempts: 11, delay: '1s', factor: 2, max_delay: '30s' },
    on_failure: 'echo "$TIMERS_TASK_NAME ended with $TIMERS_EXIT_CODE after $YACRON_JOB_SCHEDULE" >> /var/log/shop.log',
  });
});

test('each difference is reported with its line', () => {
  const imported = read('shop.yaml');
  expect(toldOf(imported)).toEqual([
    '9 warning: The mail report is left out: timers sends no mail.',
    '13 warning: The metrics for statsd are left out.',
  ]);
  expect(toldOf(timerOf(imported, 'nightly-export'))).toEqual([
    '3 note: The local time of the job is that of this machine, Europe/Berlin.',
    expect.stringContaining('31 warning: yacron cancels pending retries'),
    '33 warning: The report of onFailure runs after each failed attempt. on_failure runs once, after the last one.',
    '35 warning: YACRON_JOB_SCHEDULE of yacron is not set here.',
  ]);
  expect(toldOf(timerOf(imported, 'feeds'))).toEqual([
    '36 warning: A run that writes to standard error fails in yacron. Here only the exit code counts.',
  ]);
});

describe('schedules', () => {
  const cronOf = (schedule: string, format = yacron) => {
    const { timers, differences } = readText(
      format,
      `jobs:\n  - { name: x, command: "true", schedule: ${schedule} }\n`,
    );
    return timers[0]?.keys ?? differences;
  };

  test.each([
    ['"0 9 1-7 * 1"', '0 9 1-7 * +1'],
    ['"0 9 13 * fri,sun"', '0 9 13 * +FRI,SUN'],
    ['"0 9 */2 * 5"', '0 9 */2 * 5'],
    ['"0 17 * * L5"', '0 17 * * 5L'],
    ['"0 17 * * L1-3"', '0 17 * * 1L,2L,3L'],
    ['{ minute: "*/5", dayOfWeek: mon-fri }', '*/5 * * * MON-FRI'],
    ['"@daily"', '0 0 * * *'],
    ['"*/10 0 12 * * * *"', '0 12 * * *'],
  ])('%s becomes the expression %s', (schedule, cron) => {
    expect(cronOf(schedule)).toMatchObject({ cron });
  });

  test('keep the seconds of cronstable', () => {
    expect(cronOf('{ second: "*/10", minute: 3 }', cronstable)).toMatchObject({ cron: '*/10 3 * * * *' });
  });

  test('with years become not_before and not_after', () => {
    expect(cronOf('"0 0 1 1 * 2027-2029"')).toMatchObject({
      cron: '0 0 1 1 *',
      not_before: '2027-01-01T00:00:00Z',
      not_after: '2029-12-31T23:59:59Z',
    });
  });

  test('with @reboot become run_at_start', () => {
    expect(cronOf('"@reboot"')).toMatchObject({ in: '1s' });
  });

  test.each([
    ['"30 0 12 * * * *"', 'yacron never fires it'],
    ['"0 24 * * *"', '"24" is not a valid hour.'],
    ['"* * * *"', 'It has 4 fields, not 5 to 7.'],
    ['"0 0 * * *", timezone: Berlin', '"Berlin" is not an IANA time zone.'],
  ])('%s is an error', (schedule, reason) => {
    expect(cronOf(schedule)).toMatchObject([{ severity: 'error', line: 2, message: expect.stringContaining(reason) }]);
  });
});

test('included files add defaults, jobs and web settings, and a missing file is an error', () => {
  const imported = read('start.yaml');
  expect(imported.settings).toEqual({ timezone: 'UTC', http: '127.0.0.1:8080' });
  expect(imported.timers.map(({ name, place }) => `${place.file} ${name}`)).toEqual([
    'common.yml hourly',
    'start.yaml worker',
  ]);
  expect(timerOf(imported, 'worker').keys).toMatchObject({
    overlap: 'skip',
    user: 'www-data:adm',
    output: 'inherit',
    retry: { attempts: 1_000_000, delay: '5s', factor: 1.5, max_delay: '1m' },
  });
  expect(imported.differences).toContainEqual({
    severity: 'error',
    file: 'start.yaml',
    line: 1,
    message: 'missing.yml is left out: it cannot be read from start.yaml.',
    hint: 'Import it too.',
  });
});

test('rules for a stream that is not captured are not reported', () => {
  const rules = 'failsWhen: { producesStdout: true, producesStderr: true }';
  const job = `{ name: x, command: "true", schedule: "* * * * *", captureStderr: false, ${rules} }`;
  const { timers, differences } = readText(yacron, `jobs:\n  - ${job}\n`);
  expect([...differences, ...timers.flatMap((timer) => timer.differences)]).toEqual([]);
});

test('one web address is used, and the others are reported', () => {
  const web = 'web: { listen: ["http://127.0.0.1:8080", "unix:///run/yacron.sock"], headers: { X-A: b } }';
  const imported = readText(yacron, `${web}\njobs: []\n`);
  expect(imported.settings).toEqual({ http: '127.0.0.1:8080' });
  expect(toldOf(imported)).toContain('1 warning: Parts of web are left out: unix:///run/yacron.sock, headers.');
});

test('files in a folder that begin with an underscore are read only as includes', () => {
  const files = [
    {
      path: 'd/_common.yaml',
      text: 'defaults:\n  concurrencyPolicy: Forbid\njobs:\n  - { name: a, command: a, schedule: "@daily" }\n',
    },
    { path: 'd/one.yaml', text: 'include: [_common.yaml]\njobs:\n  - { name: b, command: b, schedule: "@daily" }\n' },
  ];
  const context = { timezone: 'UTC', now: 0, readBeside: () => files[0] };
  const { timers } = yacron.read(files, context);
  expect(timers.map(({ name, keys }) => `${name} ${String(keys['overlap'])}`)).toEqual(['a skip', 'b skip']);
});

test('extensions of cronstable are imported or reported', () => {
  const imported = read('cronstable.yaml');
  expect(timerOf(imported, 'payroll').keys).toMatchObject({
    cron: '0 9 LW * *',
    catch_up: '1h',
    cwd: '${HOME}/payroll',
  });
  expect(timerOf(imported, 'gap').keys).toMatchObject({ catch_up: { policy: 'all' } });
  expect(toldOf(imported)).toContain("17 error: The DAG etl is left out: timers don't wait for each other.");
  expect(toldOf(imported)).toContain('1 warning: state of cronstable is left out.');
});

test('H has the values that cronstable derives from the job name', () => {
  // sha256("minute\nspread") and sha256("hour\nspread"), modulo 60 and 5.
  expect(timerOf(read('cronstable.yaml'), 'spread').keys).toMatchObject({ cron: '58 3 * * *' });
});

test('a time that cronstable moves past a clock change is detected', () => {
  const { here, there } = firingsOf(timerOf(read('cronstable.yaml'), 'gap'), 'UTC');
  expect(there?.[1]).toContain('2027-03-28T01:30:00.000Z');
  expect(here[1]).toContain('2027-03-28T01:00:00.000Z');
});

test('a cycle of included files ends with an error', () => {
  const files: Record<string, string> = {
    'a.yaml': 'include: [b.yaml, b.yaml]\njobs:\n  - { name: a, command: a, schedule: "@daily" }\n',
    'b.yaml': 'include: [a.yaml, a.yaml]\njobs:\n  - { name: b, command: b, schedule: "@daily" }\n',
  };
  const sourceOf = (path: string) => ({ path, text: files[path] ?? '' });
  const { timers, differences } = yacron.read([sourceOf('a.yaml')], {
    timezone: 'UTC',
    now: 0,
    readBeside: (_from, named) => sourceOf(named),
  });
  expect(timers.map(({ name }) => name)).toEqual(['b', 'b', 'a']);
  expect(differences.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual(
    Array.from({ length: 4 }, () => 'a.yaml is left out: it includes itself.'),
  );
});
