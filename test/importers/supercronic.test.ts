import { describe, expect, test } from 'vitest';
import { crontab } from '../../src/importers/crontab/crontab.js';
import { supercronic } from '../../src/importers/supercronic/supercronic.js';
import { firings, imported as importedBy } from './imported.js';

/** The result of importing a text, without the note about flags. */
function imported(text: string, timezone = 'UTC') {
  const result = importedBy(supercronic, text, { timezone });
  return {
    ...result,
    differences: result.differences.filter(({ line }) => line > 1 || result.read.timers.length === 0),
  };
}

const when = (expression: string, timezone?: string) => imported(`#\n${expression} job\n`, timezone);

describe('the schedule', () => {
  const cases: readonly (readonly [expression: string, written: string, first: readonly string[]])[] = [
    ['*/5 * * * *', '*/5 * * * *', ['2027-01-15T10:35:00', '2027-01-15T10:40:00']],
    ['*/20 * * * * * *', '*/20 * * * * *', ['2027-01-15T10:30:20', '2027-01-15T10:30:40']],
    ['0 30 4 * * * *', '30 4 * * *', ['2027-01-16T04:30:00', '2027-01-17T04:30:00']],
    ['0 0 */10 * 1', '0 0 1-31/10 * 1', ['2027-01-18T00:00:00', '2027-01-21T00:00:00']],
    ['5/15 3 * * *', '5/15 3 * * *', ['2027-01-16T03:05:00', '2027-01-16T03:20:00']],
    ['0 0 L * *', '0 0 L * *', ['2027-01-31T00:00:00', '2027-02-28T00:00:00']],
    ['0 0 LW * ?', '0 0 LW * *', ['2027-01-29T00:00:00', '2027-02-26T00:00:00']],
    ['0 0 16W * *', '0 0 16W * *', ['2027-02-16T00:00:00', '2027-03-16T00:00:00']],
    ['0 0 ? * 5L', '0 0 * * 5L', ['2027-01-29T00:00:00', '2027-02-26T00:00:00']],
    ['0 0 * * fri#3', '0 0 * * FRI#3', ['2027-02-19T00:00:00', '2027-03-19T00:00:00']],
    ['0 0 1 january,JUL Sunday', '0 0 1 january,jul sunday', ['2027-01-17T00:00:00', '2027-01-24T00:00:00']],
    ['0 0 1-31/15 * 0-7', '0 0 1-31/15 * 0', ['2027-01-16T00:00:00', '2027-01-17T00:00:00']],
    ['0 0 * * */3', '0 0 * * 0-6/3', ['2027-01-16T00:00:00', '2027-01-17T00:00:00']],
    ['@weekly', '@weekly', ['2027-01-17T00:00:00', '2027-01-24T00:00:00']],
  ];
  test.each(cases)('%s becomes %s', (expression, written, first) => {
    const { jobs, read, differences } = when(expression);
    const expected = first.map((text) => `${text}.000Z`);
    expect(read.timers[0]?.keys['cron']).toBe(written);
    expect(firings({ schedule: read.timers[0]!.original as never, window: {} }, 2)).toEqual(expected);
    expect(firings(jobs[0]!, 2)).toEqual(expected);
    expect(differences).toEqual([]);
  });

  test('with years becomes not_before and not_after, and year ranges become timers', () => {
    const { read, jobs, differences } = when('0 12 1 1 * 2026-2028,2030');
    expect(read.timers.map(({ keys }) => [keys['not_before'], keys['not_after']])).toEqual([
      [undefined, '2028-12-31 23:59:59'],
      ['2030-01-01 00:00', '2030-12-31 23:59:59'],
    ]);
    expect(jobs.flatMap((job) => firings(job, 9))).toEqual(['2028-01-01T12:00:00.000Z', '2030-01-01T12:00:00.000Z']);
    expect(differences).toEqual([]);
  });

  test('with past years disables the timer, with a warning', () => {
    const { jobs, differences } = when('0 12 1 1 * 2019');
    expect(jobs[0]?.enabled).toBe(false);
    expect(differences).toMatchObject([{ severity: 'warning', line: 2 }]);
  });

  test.each([
    // Go takes the offset after the change in the east, and the one before it in the west.
    ['Europe/Berlin', '30 2 28 3 *', '2027-03-28T01:30:00.000Z'],
    ['America/New_York', '30 2 14 3 *', '2027-03-14T06:30:00.000Z'],
    ['Europe/Berlin', '30 2 31 10 *', '2027-10-31T01:30:00.000Z'],
    ['America/New_York', '30 1 7 11 *', '2027-11-07T05:30:00.000Z'],
  ])('around a clock change in %s, %s fires when Go would', (timezone, expression, instant) => {
    const { read } = when(expression, timezone);
    expect(firings({ schedule: read.timers[0]!.original as never, window: {} }, 1)).toEqual([instant]);
  });

  test('affected by a clock change is reported with the first instant', () => {
    const { differences } = when('30 2 * * *', 'Europe/Berlin');
    expect(differences).toMatchObject([{ severity: 'warning', timer: 'job' }]);
    expect(differences[0]?.message).toContain('2027-03-28 03:00:00 +02:00');
  });
});

test('the last value of a variable applies to all jobs, and % is an ordinary character', () => {
  const tab = 'A="x"\nCRON_TZ=Asia/Tokyo\n0 5 * * * date +%F\nSHELL=/bin/bash\nA=y\nUSER=joe\n';
  const { read, differences } = imported(tab);
  expect(read.timers[0]?.keys).toMatchObject({
    timezone: 'Asia/Tokyo',
    shell: '/bin/bash',
    env: { A: 'y', USER: 'joe' },
    run: 'date +%F',
  });
  expect(differences).toMatchObject([{ severity: 'note', line: 6 }]);
});

test('a line that supercronic rejects is an error with its line number', () => {
  const { differences, names } = imported('#\n@reboot x\n0 22-2 * * * y\n0 1 * * * good\n');
  expect(names).toEqual(['good']);
  expect(differences.map(({ severity, line }) => `${severity} ${line}`)).toEqual(['error 2', 'error 3']);
});

test.each([
  ['*/2 * * * * * * ls\n', supercronic],
  ['0 5 * * * 2027 ls\n', supercronic],
  ['0 5 * * * ls\n', crontab],
  ['0 5 * * * root ls\n', crontab],
  ['0 5 * * * ls\n* * * * * * typo\n@reboot x\n', crontab],
  ['0 5 * * * ls\n10 4 * * * * typo\n', crontab],
  ['*/20 * * * * root /bin/a\n10 4 * * * * root /bin/typo\n', crontab],
  ['0 4 * * * * deploy\n', supercronic],
  ['0 4 * * * ls\n0 5 * * * 2027 ls\n', supercronic],
  ['0 0 4 * * * * nginx -s reload\n', supercronic],
])('%j is recognized as a supercronic crontab', (text, importer) => {
  const sure = [crontab, supercronic].map((one) => ({ one, sure: one.recognize({ path: 'x', text }) }));
  expect(sure.sort((a, b) => b.sure - a.sure)[0]?.one).toBe(importer);
});

test('a system crontab with an extra field is never a supercronic crontab', () => {
  const file = { path: '/etc/cron.d/pkg', text: '10 4 * * * * planet /bin/b\n' };
  expect(supercronic.recognize(file)).toBe(0);
  expect(crontab.recognize(file)).toBeGreaterThan(0);
});
