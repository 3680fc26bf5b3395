import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldMatches, parseScheduleAt } from '../../src/schedules/index.js';
import { ScheduleError } from '../../src/schedules/kind.js';
import { secondExpression } from '../schedules/cron-arbitrary.js';
import { rounds } from './rounds.js';

test('all fields match exactly when the schedule is due', () => {
  const year = fc.integer({ min: Date.UTC(2026, 0) / 1000, max: Date.UTC(2028, 0) / 1000 });
  fc.assert(
    fc.property(secondExpression, year, fc.boolean(), (expression, second, isDue) => {
      const schedule = scheduleOf(expression);
      const asked = isDue ? schedule?.next(second * 1000) : second * 1000;
      if (schedule === undefined || asked === undefined) return;
      const matches = fieldMatches(expression, '', { wall: asked, second: (asked / 1000) % 60 });
      expect(matches.every((field) => field.matches !== 'no')).toBe(schedule.next(asked - 1) === asked);
    }),
    rounds(2_000, 20_261_124),
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
