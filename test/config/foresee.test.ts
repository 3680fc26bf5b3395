import { describe, expect, it } from 'vitest';

import { parseTimerFile, type Diagnostic, type Loaded } from '../../src/config/index.js';
import { backup, backupWith, brief, machine, words } from './diagnose.js';

/** Loads a file with warnings about the future, as `validate` does. */
const foresee = (text: string): Loaded =>
  parseTimerFile({ path: '/etc/timers.yaml', folder: '/etc', text, foresees: true }, machine);

const told = (text: string): string[] => foresee(text).problems.map(brief);
const only = (text: string): Diagnostic => {
  const { problems } = foresee(text);
  expect(problems.map(brief)).toHaveLength(1);
  return problems[0]!;
};

const cron = (expression: string, more = '') => backup(`cron: "${expression}"\nrun: x\n${more}`);

describe('a fixed time affected by a clock change of the coming year', () => {
  // The machine's clock: 23 November 2026, in Berlin.
  it.each([
    [
      '30 2 * * *',
      '',
      ['dst-gap', 'dst-repeat'],
      'On 2027-03-28 in Europe/Berlin 02:30 does not exist: fires at 03:00 +02:00.',
    ],
    ['30 2 28 3 *', '', ['dst-gap'], '02:30 does not exist'],
    ['0,15,30,45 2 * 3 *', '', ['dst-gap'], '02:00, 02:15, 02:30 … do not exist: fires once, at 03:00 +02:00.'],
    ['0 2,3 * 3 *', '', ['dst-gap'], '02:00 does not exist: fires at 03:00 +02:00 only.'],
    [
      '0 2 * 10 *',
      '',
      ['dst-repeat'],
      'On 2027-10-31 in Europe/Berlin 02:00 occurs twice: fires at the first (+02:00).',
    ],
    [
      '@daily',
      'timezone: Africa/Cairo',
      ['dst-gap'],
      'On 2027-04-30 in Africa/Cairo 00:00 does not exist: fires at 01:00 +03:00.',
    ],
    ['30 1 * * *', 'timezone: Europe/London', ['dst-gap', 'dst-repeat'], '01:30 does not exist'],
    ['45 1 * * *', 'timezone: Australia/Lord_Howe', ['dst-repeat'], '01:45 occurs twice'],
    ['0 2-4 * * *', 'timezone: America/New_York', ['dst-gap'], '02:00 does not exist'],
  ])('is reported: %s %s', (expression, more, codes, said) => {
    const { problems } = foresee(cron(expression, more));
    expect(problems.map(({ code }) => code)).toEqual(codes);
    expect(problems[0]).toMatchObject({ severity: 'warning', line: 3, column: 11, path: 'timers.backup.cron' });
    expect(words(problems[0]!)).toContain(said);
  });

  it.each([
    ['an hour that always exists', cron('30 4 * * *')],
    ['a weekday without clock changes', cron('30 2 * * MON')],
    ['a date without a clock change this year', cron('30 2 29 3 *')],
    ['a zone without clock changes', cron('30 2 * * *', 'timezone: Asia/Tokyo')],
    ['a schedule by elapsed time', cron('*/15 * * * *')],
    ['every hour', cron('30 * * * *')],
    ['a fixed grid', backup('every: 10m\nrun: x')],
    ['a timer with dst set', cron('30 2 * * *', 'dst: {gap: skip}')],
    ['a timer with dst set to the default', cron('30 2 * * *', 'dst: {gap: after, repeat: first}')],
    ['a disabled timer', `${cron('30 2 * * *', 'enabled: false')}  other: {every: 1m, run: x}`],
    ['a timer that ends before the change', cron('30 2 * * *', 'not_after: 2027-01-01')],
    ['a timer that starts after the change', cron('30 2 * 1-6 *', 'not_before: 2027-04-01')],
  ])('is not reported: %s', (_what, text) => {
    expect(told(text)).toEqual([]);
  });

  it('is reported at its item of a list', () => {
    expect(told(backup('cron:\n  - "0 4 * * *"\n  - "30 2 * 3 *"\nrun: x'))).toEqual(['~5:9 dst-gap']);
  });

  it('is not reported by commands that only load the file to run it', () => {
    const text = cron('30 2 * * *');
    expect(parseTimerFile({ path: '/etc/timers.yaml', folder: '/etc', text }, machine).problems).toEqual([]);
  });
});

describe('runs that may outlast the interval to the next firing', () => {
  const of = (lines: string) => backup(`run: x\n${lines}`);

  it('are reported for a timeout longer than the interval', () => {
    const problem = only(of('every: 10m\ntimeout: 1h30m'));
    expect(brief(problem)).toBe('~5:14 timeout-over-interval');
    expect(words(problem)).toContain('may last 1h30m, but the next firing is due 10m later');
  });

  it('are reported for retries with a longer total delay', () => {
    const problem = only(of('every: 1m\nretry: {attempts: 5, delay: 5s, factor: 2}'));
    expect(brief(problem)).toBe('~5:12 retries-over-interval');
    expect(words(problem)).toContain('more than the 1m to the next firing');
  });

  it.each([
    ['cron: "*/5 * * * *"\ntimeout: 6m', 'timeout-over-interval'],
    ['cron: "0 9,10 * * *"\ntimeout: 2h', 'timeout-over-interval'],
    ['cron: ["0 9 * * *", "30 9 * * *"]\ntimeout: 1h', 'timeout-over-interval'],
    ['cron: "*/5 * * * * *"\noverlap: queue\nretry: {attempts: 1000000000, delay: 1s}', 'retries-over-interval'],
  ])('are reported: %s', (lines, code) => {
    expect(foresee(of(lines)).problems.map((problem) => problem.code)).toContain(code);
  });

  it.each([
    ['every: 10m\ntimeout: 10m'],
    ['every: 10m\ntimeout: 1h\noverlap: queue'],
    ['every: 10m\ntimeout: 1h\noverlap: allow'],
    ['every: {interval: 10m, from: end}\ntimeout: 1h'],
    ['in: 10m\ntimeout: 1h'],
    ['at: ["2027-01-01 00:00", "2027-01-01 00:10"]\ntimeout: 1h'],
    // The night of the change is an hour shorter; a day is 24 hours anyway.
    ['cron: "0 12 * * *"\ntimeout: 24h'],
    ['every: 1m\nretry: {attempts: 3, delay: 10s}'],
    ['every: 1m\nretry: {attempts: 100, delay: 0s}'],
    ['every: 1m\nretry: {attempts: 5, delay: 5m, max_delay: 5m}\noverlap: allow'],
  ])('are not reported: %s', (lines) => {
    expect(told(of(lines))).toEqual([]);
  });

  it('are reported at the schedule for default retries, and not for a default timeout', () => {
    expect(told('defaults: {timeout: 10m}\ntimers: {a: {every: 10s, run: x}}')).toEqual([]);
    expect(told('defaults: {retry: {attempts: 5, delay: 5s}}\ntimers: {a: {every: 10s, run: x}}')).toEqual([
      '~2:21 retries-over-interval',
    ]);
  });
});

describe('timers that start at the same instant', () => {
  const herd = (count: number, schedule: (index: number) => string, top = '') =>
    `${top}timers:\n${Array.from({ length: count }, (_, index) => `  t${index}: {${schedule(index)}, run: x}\n`).join('')}`;

  it('are reported once, at the first of more than five, with a jitter that spreads them', () => {
    const problem = only(herd(8, () => 'cron: "0 4 * * *"'));
    expect(problem).toMatchObject({ code: 'herd', line: 2, column: 14, path: 'timers.t0.cron' });
    expect(words(problem)).toBe(
      '8 timers repeatedly fire at the same instant: t0, t1, t2 and 5 more; next at 2026-11-24T04:00:00.000+01:00. ' +
        'Spread them with jitter: 2m in each timer, or in defaults.',
    );
  });

  it('get a proposed jitter below the interval', () => {
    expect(words(only(herd(50, () => 'every: 30s')))).toContain('jitter: 15s');
  });

  it('are detected however the schedules are written', () => {
    const ways = [
      'cron: "@daily"',
      'cron: "0 0 * * *"',
      'cron: "0 */6 * * *"',
      'every: 1h',
      'cron: "*/10 * * * *"',
      'every: 5m',
    ];
    expect(words(only(herd(6, (index) => ways[index]!, 'timezone: UTC\n')))).toContain(
      '6 timers repeatedly fire at the same instant',
    );
  });

  it('cause one warning per instant', () => {
    const { problems } = foresee(herd(14, (index) => `cron: "0 ${4 + (index % 2)} * * *"`));
    expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual(['herd timers.t0.cron', 'herd timers.t1.cron']);
  });

  it('are reported at the first timer that does not ignore the warning', () => {
    const text = (last: string) => herd(7, (index) => `cron: "0 4 * * *"${index < 6 ? ', ignore: [herd]' : last}`);
    expect(only(text('')).path).toBe('timers.t6.cron');
    expect(told(text(', ignore: [herd]'))).toEqual([]);
  });

  it.each([
    ['only five timers', herd(5, () => 'cron: "0 4 * * *"')],
    ['different minutes', herd(40, (index) => `cron: "${index} 4 * * *"`)],
    ['spread by jitter', herd(8, () => 'cron: "0 4 * * *", jitter: 5m')],
    ['limited by their group', herd(8, () => 'cron: "0 4 * * *", group: db')],
    ['limited by the overall limit', herd(8, () => 'cron: "0 4 * * *"', 'concurrency: 2\n')],
    ['all but one disabled', herd(8, (index) => `cron: "0 4 * * *", enabled: ${index === 0}`)],
    ['a one-shot time', herd(8, () => 'at: "2027-01-01 00:00"')],
    ['a coincidence', herd(6, (index) => `every: ${[7, 11, 13, 17, 19, 23][index]!}m`)],
    ['the same time in other zones', herd(8, (index) => `cron: "0 4 * * *", timezone: Etc/GMT+${index + 1}`)],
  ])('are not reported: %s', (_what, text) => {
    expect(told(text)).toEqual([]);
  });
});

describe('ignore', () => {
  it.each([
    [cron('30 2 * * *', 'ignore: [dst-gap]'), ['~3:11 dst-repeat']],
    [cron('30 2 * * *', 'ignore: [dst-gap, dst-repeat]'), []],
    [cron('0 4 13 * FRI', 'ignore: [cron-day-or]'), []],
    [cron('*/7 * * * *', 'ignore: [cron-uneven-step]'), []],
    [backupWith('timeout: 1m\nignore: [timeout-over-interval]'), []],
    ['defaults: {ignore: [dst-gap, dst-repeat]}\ntimers: {a: {cron: "30 2 * * *", run: x}}', []],
    [backupWith('ignore: [dst-gap]'), []],
    [backupWith('ignore: []'), []],
  ])('%j', (text, expected) => {
    expect(told(text)).toEqual(expected);
  });

  it('silences warnings of its own timer only', () => {
    const timer = '{cron: "0 4 13 * FRI", run: x';
    expect(told(`timers:\n  a: ${timer}, ignore: [cron-day-or]}\n  b: ${timer}}`)).toEqual(['~3:23 cron-day-or']);
  });

  it.each([
    ['ignore: [dst-gab]', '5:14 unknown-warning', 'Did you mean dst-gap?'],
    ['ignore: [cron_day_or]', '5:14 unknown-warning', 'Did you mean cron-day-or?'],
    ['ignore: [everything]', '5:14 unknown-warning', 'The warnings are at-in-the-past, '],
    ['ignore: [unknown-key]', '5:14 unknown-warning', 'Unknown warning "unknown-key"'],
    ['ignore: dst-gap', '5:13 wrong-type', 'A list is written in brackets: [dst-gap]'],
    ['ignroe: [dst-gap]', '5:5 unknown-key', 'Did you mean ignore?'],
  ])('rejects %s', (line, problem, said) => {
    const { problems } = foresee(backupWith(line));
    expect(problems.map(brief)).toEqual([problem]);
    expect(words(problems[0]!)).toContain(said);
  });
});

it('a thousand warnings do not hide a later error', () => {
  const timers = Array.from({ length: 1_500 }, (_, index) => `  t${index}: {cron: "30 2 * * *", run: x}\n`).join('');
  const { problems, timerFile } = foresee(`timers:\n${timers}  last: {every: 5, run: x}\n`);
  expect(timerFile).toBeUndefined();
  expect(problems.filter(({ severity }) => severity === 'error').map(brief)).toEqual(['1502:17 wrong-type']);
});
