import { describe, expect, it } from 'vitest';
import { expressionInWords } from '../../src/schedules/index.js';

describe('an expression in words', () => {
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
