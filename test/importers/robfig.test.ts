import { describe, expect, test } from 'vitest';
import { readRobfig, RobfigError } from '../../src/importers/robfig/expression.js';
import { RobfigFirings } from '../../src/importers/robfig/firings.js';
import { scheduleKeys } from '../../src/importers/robfig/schedule-keys.js';

const firings = (text: string, zone: string) => {
  const expression = readRobfig(text, { takesSeconds: true });
  if (expression.kind !== 'fields') throw new Error('not fields');
  return new RobfigFirings(expression, zone);
};

/** The next instants after a local time with its offset. */
const after = (text: string, zone: string, from: string, count = 1): readonly string[] => {
  const found: string[] = [];
  let at: number | undefined = Date.parse(from);
  while (found.length < count && at !== undefined) {
    at = firings(text, zone).next(at);
    if (at !== undefined) found.push(new Date(at).toISOString());
  }
  return found;
};

describe('the search algorithm of robfig/cron', () => {
  test('finds the next minute, day, month and year', () => {
    expect(after('0/15 * * * *', 'UTC', '2012-07-09T14:59:59Z')).toEqual(['2012-07-09T15:00:00.000Z']);
    expect(after('15/35 20-35/15 1/2 */2 * *', 'UTC', '2012-07-09T23:35:51Z')).toEqual(['2012-07-11T01:20:15.000Z']);
    expect(after('0 0 29 Feb ?', 'UTC', '2012-07-09T23:35:00Z')).toEqual(['2016-02-29T00:00:00.000Z']);
    expect(after('0 0 * Feb Mon/2', 'UTC', '2012-07-09T23:35:00Z')).toEqual(['2013-02-01T00:00:00.000Z']);
  });

  test('gives up on a day that does not occur within five years', () => {
    expect(after('0 0 30 Feb ?', 'UTC', '2012-07-09T23:35:00Z')).toEqual([]);
  });

  test('matches either day field, even one with a step', () => {
    const days = after('0 0 */10 * mon', 'UTC', '2027-01-01T00:00:00Z', 6).map((day) => day.slice(8, 10));
    expect(days).toEqual(['04', '11', '18', '21', '25', '31']);
  });

  test('skips times that a clock change skips, and repeats those that it repeats', () => {
    const night = after('30 2 * * *', 'Europe/Berlin', '2027-03-26T12:00:00Z', 3);
    expect(night).toEqual(['2027-03-27T01:30:00.000Z', '2027-03-29T00:30:00.000Z', '2027-03-30T00:30:00.000Z']);
    const autumn = after('30 2 * * *', 'Europe/Berlin', '2027-10-30T12:00:00Z', 3);
    expect(autumn).toEqual(['2027-10-31T00:30:00.000Z', '2027-10-31T01:30:00.000Z', '2027-11-01T01:30:00.000Z']);
  });

  test('fires on a Sunday instead of a Saturday if the clock skips midnight', () => {
    expect(after('0 1 * * 6', 'America/Santiago', '2027-09-04T12:00:00Z')).toEqual(['2027-09-05T04:00:00.000Z']);
  });

  test('finds a day after a midnight that does not exist', () => {
    expect(after('0 9 10 * ?', 'America/Sao_Paulo', '2018-10-17T09:00:00Z')).toEqual(['2018-11-10T11:00:00.000Z']);
  });
});

describe('expressions', () => {
  test.each([
    '60 * * * *',
    '* * * * 7',
    '* * 0 * *',
    '* * * 13 *',
    '5-1 * * * *',
    '*/0 * * * *',
    '* * *',
    '@never',
    'a * * * *',
  ])('%s is rejected by robfig/cron', (text) => {
    expect(() => readRobfig(text, { takesSeconds: false })).toThrow(RobfigError);
  });

  test('with @every are rounded to seconds', () => {
    expect(readRobfig('@every 1h2m3.7s', { takesSeconds: false })).toEqual({ kind: 'interval', interval: 3_723_000 });
    expect(readRobfig('@every 20ms', { takesSeconds: false })).toEqual({ kind: 'interval', interval: 1000 });
  });

  test.each([
    ['0 0 */2 * *', 'UTC', { cron: '0 0 */2 * *' }],
    ['0 0 */2 * MON', 'UTC', { cron: '0 0 1-31/2 * MON' }],
    ['0 0 1 * */2', 'UTC', { cron: '0 0 1 * 0-6/2' }],
    ['0 0 */1 * MON', 'UTC', { cron: '0 0 * * MON' }],
    ['? ? 1 * ?', 'UTC', { cron: '* * 1 * ?' }],
    ['0,, 3 * * *', 'UTC', { cron: '0 3 * * *' }],
    ['@weekly', 'UTC', { cron: '0 0 * * 0' }],
    ['30 2 * * *', 'Europe/Berlin', { cron: '30 2 * * *', dst: { gap: 'skip', repeat: 'both' } }],
    ['30 12 * * *', 'Europe/Berlin', { cron: '30 12 * * *' }],
  ])('%s in %s becomes the keys of a timer', (text, zone, keys) => {
    expect(scheduleKeys(readRobfig(text, { takesSeconds: false }), { zone, now: Date.UTC(2026, 10, 29) })).toEqual(
      keys,
    );
  });
});
