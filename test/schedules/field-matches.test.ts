import fc from 'fast-check';
import { expect, it } from 'vitest';

import { fieldMatches, parseScheduleAt } from '../../src/schedules/index.js';
import { ScheduleError } from '../../src/schedules/kind.js';
import { secondExpression } from './cron-arbitrary.js';

/** The fields that do not match. */
function against(expression: string, local: string, second?: number): string[] {
  const matches = fieldMatches(expression, 'backup', { wall: Date.parse(`${local}Z`), second });
  return matches.flatMap(({ name, shown, matches: word }) => (word === 'yes' ? [] : `${name} ${shown} ${word}`));
}

it.each([
  ['30 2 * * *', '2026-11-22T02:30', []],
  ['30 2 * * *', '2026-11-22T03:00', ['minute 0 no', 'hour 3 no']],
  ['0 3 * * MON-FRI', '2026-11-22T03:00', ['day of week Sunday no']],
  ['0 3 * 1,2 *', '2026-11-22T03:00', ['month November no']],
  ['0 3 L * *', '2026-11-30T03:00', []],
  ['0 3 L * *', '2026-11-29T03:00', ['day of month the 29th no']],
  ['0 3 * * SUN#4', '2026-11-22T03:00', []],
  ['@daily', '1969-12-31T00:00', []],
])('%s at %s', (expression, local, expected) => {
  expect(against(expression, local)).toEqual(expected);
});

it('of two day fields either is enough, unless one begins with a star', () => {
  expect(against('0 3 13 * FRI', '2026-11-20T03:00')).toEqual(['day of month the 20th spared']);
  expect(against('0 3 13 * FRI', '2026-11-19T03:00')).toEqual(['day of month the 19th no', 'day of week Thursday no']);
  expect(against('0 3 */2 * FRI', '2026-11-20T03:00')).toEqual(['day of month the 20th no']);
});

it('seconds are held against it where they are said', () => {
  expect(against('0 3 * * *', '2026-11-22T03:00', 5)).toEqual(['second 5 no']);
  expect(against('*/10 0 3 * * *', '2026-11-22T03:00', 5)).toEqual(['second 5 no']);
  expect(against('*/10 0 3 * * *', '2026-11-22T03:00')).toEqual([]);
});

it('no field says no exactly when the schedule is due', () => {
  const year = fc.integer({ min: Date.UTC(2026, 0) / 1000, max: Date.UTC(2028, 0) / 1000 });
  fc.assert(
    fc.property(secondExpression, year, fc.boolean(), (expression, second, isDue) => {
      const schedule = scheduleOf(expression);
      const asked = isDue ? schedule?.next(second * 1000) : second * 1000;
      if (schedule === undefined || asked === undefined) return;
      const matches = fieldMatches(expression, '', { wall: asked, second: (asked / 1000) % 60 });
      expect(matches.every((field) => field.matches !== 'no')).toBe(schedule.next(asked - 1) === asked);
    }),
    { seed: 20_261_124, numRuns: 2_000 },
  );
});

/** `undefined` for days that never come, which are refused. */
function scheduleOf(cron: string) {
  try {
    return parseScheduleAt({ cron, timezone: 'UTC' }, { start: 0 });
  } catch (error) {
    if (error instanceof ScheduleError && error.code === 'cron-never') return undefined;
    throw error;
  }
}
