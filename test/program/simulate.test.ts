import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Desk, type Ended } from '../support/program.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
  desk.write('timers.yaml', FILE);
});

afterEach(() => desk.clear());

const FILE = `
timezone: Europe/Berlin
concurrency: 2
timers:
  backup: { cron: "0 3 * * *", run: "touch ran" }
  report: { cron: "0 3 * * *", run: "touch ran" }
  nightly-mail: { cron: "0 3 * * *", run: "touch ran" }
  sync: { every: 5m, run: "touch ran" }
`;

const DAY = ['--from', '2027-03-27 12:00', '--to', '2027-03-28 12:00'];
const TIMES = 'backup: { p50: 20m, p95: 90m }\nreport: 400s\nsync: 5s\n';

/** In the plain locale, in which bars consist of number signs. */
const simulate = (...args: readonly string[]): Promise<Ended> => desk.runWith({ LC_ALL: 'C' }, 'simulate', ...args);

/** The lines from a heading to the next empty one. */
const section = (text: string, head: string): readonly string[] => {
  const blocks = text.trimEnd().split('\n\n');
  return (
    blocks
      .find((block) => block.startsWith(head))
      ?.split('\n')
      .slice(1) ?? []
  );
};

test('a start delayed by jitter is shown with its nominal time', async () => {
  desk.write('timers.yaml', FILE.replace('{ cron: "0 3 * * *",', '{ cron: "0 3 * * *", jitter: 10m,'));
  const [shown = ''] = section((await simulate(...DAY)).stdout, 'First starts, moved by jitter');
  expect(shown).toMatch(/^ {2}backup {2}Sun 2027-03-28 03:0\d:\d\d(\.\d+)? \+02:00, due 03:00:00$/);
  const { plan } = JSON.parse((await simulate(...DAY, '--json')).stdout) as {
    plan: { timers: { jitter_ms: number; first_scheduled_at: string; first_starts_at: string }[] };
  };
  const [first] = plan.timers;
  expect(first?.first_scheduled_at).toBe('2027-03-28T01:00:00.000Z');
  expect(Date.parse(first?.first_starts_at ?? '')).toBe(Date.parse('2027-03-28T01:00Z') + (first?.jitter_ms ?? 0));
});

describe('the report of simulate', () => {
  test('shows totals per timer, waits, busy minutes and the clock change within the span', async () => {
    desk.write('times.yaml', TIMES);
    const { code, stdout, stderr } = await simulate(...DAY, '--durations', 'times.yaml');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [head = '', table = ''] = stdout.split('\n\n');
    expect(head.split('\n')).toEqual([
      'timers.yaml · 4 timers · 23 h · run times of times.yaml',
      'Sat 2027-03-27 12:00:00 +01:00 to Sun 2027-03-28 12:00:00 +02:00 Europe/Berlin',
      'No run time is known, so 1 s is assumed: nightly-mail',
    ]);
    expect(table).toMatchInlineSnapshot(`
      "TIMER         RUNS  SKIPPED  MISSED  WAITED  LONGEST WAIT  AT ONCE       TAKES
      backup           1        -       -       -             -        1      20 min
      report           1        -       -       -             -        1  6 min 40 s
      nightly-mail     1        -       -       1    6 min 40 s        1         1 s
      sync           275        1       -       1    6 min 41 s        1         5 s
      all            278        1       -       2    6 min 41 s        2"
    `);
    expect(section(stdout, 'Clock changes')).toEqual(['  Sun 2027-03-28  02:00 → 03:00  Europe/Berlin']);
    expect(section(stdout, 'Longest waits')).toMatchInlineSnapshot(`
      [
        "  sync          1 waited  up to 6 min 41 s,  until 2027-03-28 03:06:41 +02:00",
        "  nightly-mail  1 waited  up to 6 min 40 s,  until 2027-03-28 03:06:40 +02:00",
      ]
    `);
    expect(section(stdout, 'Busiest minutes')).toMatchInlineSnapshot(`
      [
        "  03:00  ################################################  2  2 at once",
        "  03:06  ################################################  2  2 at once",
        "  Most at once: 2, the limit, first Sun 2027-03-28 03:00:00 +02:00",
      ]
    `);
    expect(section(stdout, 'Worst case')).toMatchInlineSnapshot(`
      [
        "TIMER         RUNS  SKIPPED  MISSED  WAITED  LONGEST WAIT  AT ONCE       TAKES",
        "backup           1        -       -       -             -        1  1 h 30 min",
        "report           1        -       -       -             -        1  6 min 40 s",
        "nightly-mail     1        -       -       1    6 min 40 s        1         1 s",
        "sync           275        1       -       1    6 min 41 s        1         5 s",
        "all            278        1       -       2    6 min 41 s        2",
      ]
    `);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('draws bars with block characters if the locale supports them', async () => {
    const { stdout } = await desk.runWith({ LC_ALL: 'C.UTF-8' }, 'simulate', ...DAY);
    expect(stdout).toMatch(/^ {2}03:00 {2}█+ {2}4 {2}2 at once$/m);
  });

  test('is printed without executing commands or writing files', async () => {
    await simulate(...DAY);
    expect((await simulate('--json')).stderr).toBe('');
    expect(readdirSync(desk.folder)).toEqual(['timers.yaml']);
  });

  test('is the same for two simulations', async () => {
    const args = [...DAY, '--fail', 'sync=0.3', '--suggest'];
    const [one, other] = [await simulate(...args), await simulate(...args)];
    expect(one.stdout).toContain('ended as failure');
    expect(one).toEqual(other);
  });

  test('covers 24 hours from the next full hour without --from', async () => {
    const report = JSON.parse((await simulate('--json')).stdout) as { from: string; to: string };
    expect(report.from).toMatch(/:00:00\.000Z$/);
    expect(Date.parse(report.to) - Date.parse(report.from)).toBe(86_400_000);
  });
});

describe('rules', () => {
  test('exit with code 0 and are listed if they hold', async () => {
    const { code, stdout } = await simulate(
      ...[...DAY, '--assert', 'no-skips', '--assert', 'backup within 22:00-06:00'],
      ...['--assert', 'max-concurrent<=2', '--assert', 'nightly-mail runs>=1'],
    );
    expect(code).toBe(0);
    expect(section(stdout, 'Rules')).toEqual([
      '  ✓ no-skips',
      '  ✓ backup within 22:00-06:00',
      '  ✓ max-concurrent<=2',
      '  ✓ nightly-mail runs>=1',
    ]);
  });

  test('exit with code 1 and show the first violations if they do not hold', async () => {
    const { code, stdout } = await simulate(...DAY, '--durations', '2m', '--assert', 'max-wait<=1m');
    expect(code).toBe(1);
    expect(section(stdout, 'Rules')).toEqual([
      '  ✗ max-wait<=1m: does not hold: 2 times, first:',
      '      Sun 2027-03-28 03:02:00 +02:00  nightly-mail  2 at once, waited 2 min',
      '      Sun 2027-03-28 03:02:00 +02:00  sync  2 at once, waited 2 min',
    ]);
  });

  test('are also checked in the worst case', async () => {
    desk.write('times.json', '{"sync": {"p50": "10s", "p95": "7m"}}');
    const rule = ['--assert', 'no-overlaps'];
    const { code, stdout } = await simulate(...DAY, '--durations', './times.json', ...rule);
    expect(code).toBe(1);
    expect(section(stdout, 'Rules')[0]).toMatch(/✗ no-overlaps: does not hold in the worst case: \d+ times, first:/);
  });
});

test('--suggest proposes other minutes, compares before and after, and does not change the file', async () => {
  const { stdout } = await simulate(...DAY, '--suggest');
  expect(section(stdout, 'Suggestion')).toEqual([
    '  4 → 2 starts in the busiest minute, 2 → 2 at once',
    '  nightly-mail  cron: "0 3 * * *"  →  cron: "2 3 * * *"',
    '  sync          every: 5m          →  every: {interval: 5m, offset: 1m}',
  ]);
  expect(readdirSync(desk.folder)).toEqual(['timers.yaml']);
});

test('--help lists every rule', async () => {
  const [help, refusal] = [await simulate('--help'), await simulate('--assert', 'xyzzy')];
  expect(help).toMatchObject({ code: 0, stderr: '' });
  const forms = refusal.stderr
    .trim()
    .replace(/.*The rules are: /, '')
    .split(' · ');
  expect(forms).toHaveLength(7);
  const shown = help.stdout.replace(/\s+/g, ' ');
  for (const form of forms) expect(shown).toContain(form);
});

test('--json prints one object', async () => {
  const args = ['--from', '2027-01-01', '--to', '10m', '--json', '--assert', 'max-concurrent<=0', '--suggest'];
  const { code, stdout } = await simulate('sync', ...args);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchInlineSnapshot(`
    {
      "clock_changes": [],
      "concurrency": 2,
      "durations": {
        "asked": "1s",
        "source": "fixed",
        "unknown": [],
      },
      "file": "timers.yaml",
      "from": "2026-12-31T23:00:00.000Z",
      "holds": false,
      "plan": {
        "busiest_minutes": [
          {
            "first_at": "2026-12-31T23:05:00.000Z",
            "local_time": "00:05",
            "max_concurrent": 1,
            "starts": 1,
            "times": 1,
          },
          {
            "first_at": "2026-12-31T23:10:00.000Z",
            "local_time": "00:10",
            "max_concurrent": 1,
            "starts": 1,
            "times": 1,
          },
        ],
        "max_concurrent": 1,
        "max_concurrent_at": "2026-12-31T23:05:00.000Z",
        "rules": [
          {
            "breaches": 2,
            "first": [
              {
                "at": "2026-12-31T23:05:00.000Z",
                "concurrent": 1,
                "task_name": "sync",
                "waited_ms": 0,
              },
              {
                "at": "2026-12-31T23:10:00.000Z",
                "concurrent": 1,
                "task_name": "sync",
                "waited_ms": 0,
              },
            ],
            "holds": false,
            "message": null,
            "rule": "max-concurrent<=0",
          },
        ],
        "timers": [
          {
            "failed": 0,
            "failed_by_status": {},
            "fallbacks": 0,
            "first_fallback_at": null,
            "first_overlap_at": null,
            "first_scheduled_at": "2026-12-31T23:05:00.000Z",
            "first_starts_at": "2026-12-31T23:05:00.000Z",
            "jitter_ms": 0,
            "longest_wait_at": null,
            "longest_wait_ms": 0,
            "max_concurrent": 1,
            "missed": 0,
            "overlaps": 0,
            "run_time_ms": 1000,
            "runs": 2,
            "skipped": 0,
            "skipped_by_reason": {},
            "task_name": "sync",
            "waited": 0,
          },
        ],
      },
      "seed": 1,
      "suggestion": {
        "after": {
          "max_concurrent": 1,
          "max_starts_per_minute": 1,
        },
        "before": {
          "max_concurrent": 1,
          "max_starts_per_minute": 1,
        },
        "moves": [],
      },
      "timezone": "Europe/Berlin",
      "to": "2026-12-31T23:10:00.000Z",
      "worst_case": null,
    }
  `);
});

describe('simulate rejects', () => {
  test.each([
    [['nobody'], 2, /unknown timer "nobody"/],
    [
      ['--assert', 'no-skip'],
      2,
      /--assert: "no-skip" is not a valid rule\. Did you mean no-skips\?[^]*max-concurrent<=4/,
    ],
    [['--assert', 'bakup runs>=1'], 2, /no timer "bakup"\. Did you mean backup\?/],
    [['sync', '--assert', 'backup runs>=1'], 2, /the simulation has no timer "backup"/],
    [['--to', '2020-01-01'], 2, /--to \(.*2020-01-01 .*\) is before the start \(/],
    [['--to', 'soon'], 2, /"soon" is not a valid --to\. Use a time /],
    [['--from', 'soon'], 2, /"soon" is not a valid --from\. Use a time /],
    [['--durations', 'soon'], 2, /--durations takes a duration, a \.yaml or \.json file, or recorded: "soon"/],
    [['--durations', 'PT0.5H'], 2, /--durations takes .*ISO 8601/],
    [['--durations', 'gone.yaml'], 1, /gone\.yaml does not exist\./],
    [['--durations', 'recorded'], 1, /--durations recorded: nothing has been recorded yet in /],
    [['--fail', 'backup'], 2, /"backup" is not a valid --fail\. Use a timer and a share from 0 to 1/],
    [['--fail', 'bakup=0.1'], 2, /Did you mean backup\?/],
    [['--seed', 'x'], 2, /"x" is not a valid --seed\. Use a whole number/],
  ])('timers simulate %j', async (args, expected, said) => {
    const { code, stdout, stderr } = await simulate(...args);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toMatch(said);
  });

  test('each error in a durations file, with its line and column', async () => {
    desk.write(
      'times.yaml',
      'backup: 20\nsync: { p50: 5m, p95: 1m, p99: 9m }\nreport: { p95: 1m }\nnightly-mail: [1]\nx: 1s\n',
    );
    const { code, stderr } = await simulate('--durations', 'times.yaml');
    expect(code).toBe(1);
    expect(stderr).toMatch(/times\.yaml:1:9 {2}error {2}20 has no unit/);
    expect(stderr).toMatch(/times\.yaml:2:23 {2}error {2}p95 is shorter than p50/);
    expect(stderr).toMatch(/times\.yaml:2:27 {2}error {2}Unknown key "p99"/);
    expect(stderr).toMatch(/times\.yaml:3:1 {2}error {2}p50 is missing/);
    expect(stderr).toMatch(/times\.yaml:4:15 {2}error {2}This is not a valid duration/);
    expect(stderr).toContain('times.yaml names an unknown timer: x');
  });
});
