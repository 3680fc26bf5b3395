import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { expressionInWords, fieldsInWords } from '../../src/schedules/index.js';
import { ScheduleError } from '../../src/schedules/kind.js';
import { read } from './context.js';
import { minuteExpression } from './cron-arbitrary.js';
import { saidBy } from './said.js';

describe('a sentence', () => {
  it.each([
    ['0 3 * * *', 'At 03:00'],
    ['30 2 * * MON-FRI', 'At 02:30, on Monday to Friday'],
    ['0 9,17 1,15 * *', 'At 09:00 and 17:00, on the 1st and the 15th of the month'],
    ['* * * * *', 'Every minute'],
    ['*/15 * * * *', 'Every 15 minutes'],
    ['*/15 9-17 * * *', 'Every 15 minutes from 09:00 to 17:45'],
    ['*/15 22-2 * * *', 'Every 15 minutes from 22:00 to 02:45'],
    ['*/15 9,12,17 * * *', 'Every 15 minutes in the hours 9, 12 and 17'],
    ['*/15 3 * * *', 'At 03:00, 03:15, 03:30 and 03:45'],
    ['*/5 3 * * *', 'Every 5 minutes from 03:00 to 03:55'],
    ['@hourly', 'At minute 0 of every hour'],
    ['0 */2 * * *', 'Every 2 hours from 00:00 to 22:00'],
    ['30 9-17 * * *', 'Every hour from 09:30 to 17:30'],
    ['7,20 8-18 * * *', 'At minutes 7 and 20 of the hours 8 to 18'],
    ['*/10 * * * * *', 'Every 10 seconds'],
    ['30 0 12 * * *', 'At 12:00:30'],
    ['*/10 30 3 * * *', 'Every 10 seconds of the minute 03:30'],
    ['5,6 * * * * *', 'At seconds 5 and 6 of every minute'],
    ['0 0 13 * FRI', 'At 00:00, on the 13th of the month, and also on Friday'],
    ['0 0 */2 * MON', 'At 00:00, on Monday, but only on every 2nd day from the 1st to the 31st of the month'],
    ['0 0 L * *', 'At 00:00, on the last day of the month'],
    ['0 9 13 * +FRI', 'At 09:00, on Friday, but only on the 13th of the month'],
    ['0 9 * * FRI#2', 'At 09:00, on the 2nd Friday of the month'],
    ['0 9 1 6-8 *', 'At 09:00, on the 1st of the month, in June to August'],
    ['0 9 * * MON/2', 'At 09:00, on Monday, Wednesday and Friday'],
    ['0 9 1 APR-MAR/2 *', 'At 09:00, on the 1st of the month, in February, April, June, August, October and December'],
    ['H H(0-5) * * *', 'At 05:38'],
    ['0 9 */2 2 *', 'At 09:00, on every 2nd day from the 1st to the 29th of the month, in February'],
    ['0 0 31-2 4 *', 'At 00:00, on the 1st and the 2nd of the month, in April'],
    ['0 0 25-31 2,4 *', 'At 00:00, on the 25th to the 30th of the month, in February and April'],
    ['0 0 31 4 MON', 'At 00:00, on Monday, in April'],
    ['0 0 L-1 * *', 'At 00:00, on the day before the last of the month'],
    ['0 0 L-30 * *', 'At 00:00, on the day 30 days before the last of the month'],
  ])('%s: %s', (cron, words) => {
    expect(expressionInWords(cron, 'backup')).toBe(words);
  });
});

/** Every minute of some days of each month of two years. */
const DAY = 86_400_000;
const FROM = Date.parse('2027-01-01T00:00Z');

/** Days of the month, but those that a working day is near to: 31W is the 31st in every month that has one. */
const daysNamedBy = (words: string): number[] =>
  Array.from(words.replace(/nearest to the \d+/g, '').matchAll(/the (\d+)(?:st|nd|rd|th)(?! [A-Z])/g), ([, day]) =>
    Number(day),
  );

test('leading zeros change no words and no warnings', () => {
  fc.assert(
    fc.property(minuteExpression, fc.integer({ min: 1, max: 3 }), (plain, count) => {
      const padded = plain.replace(/\d+/g, (digits) => '0'.repeat(count) + digits);
      const meanings = (cron: string): string[] => fieldsInWords(cron, 'backup').map(({ meaning }) => meaning);
      expect(expressionInWords(padded, 'backup')).toBe(expressionInWords(plain, 'backup'));
      expect(meanings(padded)).toEqual(meanings(plain));
      expect(meanings(padded)).not.toContain('');
      expect(warningCodes(padded)).toEqual(warningCodes(plain));
    }),
    { seed: 20_261_129, numRuns: 1_000 },
  );
});

/** `undefined` for days that never come, which are refused. */
function warningCodes(cron: string): string[] | undefined {
  try {
    return read('cron', cron).warnings.map(({ code }) => code);
  } catch (error) {
    if (error instanceof ScheduleError && error.code === 'cron-never') return undefined;
    throw error;
  }
}

test('says what the schedule does, for generated expressions', () => {
  fc.assert(
    fc.property(minuteExpression, (cron) => {
      const words = expressionInWords(cron, 'backup');
      const said = saidBy(words);
      for (const day of daysNamedBy(words)) if (day > said.longestMonth) throw new Error(`${words}: no ${day}`);
      const { schedule } = read('cron', cron, { timezone: 'UTC', seed: 'backup' });
      let compared = 0;
      for (let day = FROM; day < FROM + 730 * DAY; day += DAY) {
        const first = schedule.next(day - 1);
        const isDue = first !== undefined && first < day + DAY;
        if (isDue !== said.isOn(new Date(day))) throw new Error(`${words}: ${new Date(day).toISOString()}`);
        if (!isDue || compared++ > 0) continue;
        for (let minute = day; minute < day + DAY; minute += 60_000)
          if ((schedule.next(minute - 1) === minute) !== said.isAt(new Date(minute)))
            throw new Error(`${words}: ${new Date(minute).toISOString()}`);
      }
    }),
    { numRuns: 300, seed: 13 },
  );
});
