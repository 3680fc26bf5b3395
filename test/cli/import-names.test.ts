import { expect, test } from 'vitest';
import { firstDifference } from '../../src/cli/first-difference.js';
import { uniqueNames, validName } from '../../src/cli/commands/import/names.js';
import { DAY, MINUTE } from '../../src/domain/time.js';
import { parseScheduleAt } from '../../src/schedules/index.js';

test.each([
  ['backup', 'backup'],
  ['Häfen & Öl', 'Hafen-Ol'],
  ['--x--', 'x'],
  ['日本', 'timer'],
  ['a'.repeat(200), 'a'.repeat(128)],
])('%s becomes the timer name %s', (suggested, name) => {
  expect(validName(suggested)).toBe(name);
});

test('a name in use gets the next free number', () => {
  expect(uniqueNames(['a', 'a', 'a-2', 'a', 'b'])).toEqual(['a', 'a-3', 'a-2', 'a-4', 'b']);
});

const from = Date.UTC(2027, 0, 1);
const schedule = (cron: string, timezone = 'Europe/Berlin', dst = {}) =>
  parseScheduleAt({ cron, timezone, dst }, { start: from });
const compare = (here: string, there: string, dst = {}) => {
  const span = { from, until: from + 5 * 365 * DAY };
  const timezones = ['Europe/Berlin'];
  const found = firstDifference({ here: schedule(here), there: schedule(there, undefined, dst), span, timezones });
  return found && `${found.due} ${new Date(found.at).toISOString()}`;
};

test.each([
  ['0 5 * * *', '0 5 * * *', undefined],
  ['* * * * *', '* * * * *', undefined],
  ['* * * * * *', '* * * * * *', undefined],
  ['0 5 * * *', '0 5 * * 1-6', 'here 2027-01-03T04:00:00.000Z'],
  ['0 0 29 2 *', '0 0 28 2 *', 'there 2027-02-27T23:00:00.000Z'],
  ['* * 1 * *', '* * 1 * *', undefined],
  ['* * * 1-11 *', '* * * * *', 'there 2027-11-30T23:00:00.000Z'],
])('%s and %s first differ at %s', (here, there, first) => {
  expect(compare(here, there)).toBe(first);
});

test('a difference at a clock change is found far beyond the first 20,000 instants', () => {
  expect(compare('1-59/2 0-23 * * *', '1-59/2 0-23 * * *', { repeat: 'both' })).toBe('there 2027-10-31T01:01:00.000Z');
});

test('a difference in the last days of the period is found', () => {
  const other = {
    next: (after: number) => (after < from + 1800 * DAY ? Math.floor(after / MINUTE + 1) * MINUTE : undefined),
  };
  const here = schedule('* * * * *', 'UTC');
  const span = { from, until: from + 5 * 365 * DAY };
  const found = firstDifference({ here, there: other, span, timezones: ['UTC'] });
  expect(found?.at).toBeGreaterThanOrEqual(from + 1800 * DAY);
});
