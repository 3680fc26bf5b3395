import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, type Instant } from '../../src/domain/time.js';
import { ScheduleError, type ScheduleContext } from '../../src/schedules/kind.js';
import type { Schedule } from '../../src/domain/schedule.js';
import { read } from '../schedules/context.js';
import { dstPolicy, minuteExpression, secondExpression } from '../schedules/cron-arbitrary.js';
import { NASTY_ZONES, transitions } from '../schedules/transitions.js';
import { walk } from '../schedules/walk.js';
import { rounds } from './rounds.js';

const [FROM, UNTIL] = [Date.parse('2009-01-01T00:00Z'), Date.parse('2020-01-01T00:00Z')];

/** A moment up to a few days before a clock change in a zone. */
const beforeChange = fc
  .constantFrom(...NASTY_ZONES)
  .chain((timezone) =>
    fc.record({
      timezone: fc.constant(timezone),
      at: fc.constantFrom(FROM, ...transitions(timezone, FROM, UNTIL)),
      before: fc.oneof(
        fc.integer({ min: -2, max: 30 }).map((minutes) => minutes * 6e5),
        fc.integer({ min: 0, max: 40 * DAY }),
      ),
    }),
  )
  .map(({ timezone, at, before }) => ({ timezone, after: at - before }));

const expression = fc.oneof(minuteExpression, secondExpression);

/** Some expressions never match and are refused. */
function readOrNever(value: unknown, context: Partial<ScheduleContext>): Schedule {
  try {
    return read('cron', value, { ...context, start: 0 }).schedule;
  } catch (error) {
    fc.pre(!(error instanceof ScheduleError));
    throw error;
  }
}

describe('cron counts firings without iterating', () => {
  it('as many as it returns one by one, even at clock changes', () => {
    const cron = fc.oneof(expression, fc.array(expression, { minLength: 2, maxLength: 4 }));
    const lengths = fc.oneof(fc.integer({ min: 1, max: DAY }), fc.integer({ min: DAY, max: 400 * DAY }));
    fc.assert(
      fc.property(cron, beforeChange, dstPolicy, lengths, (value, { timezone, after }, dst, length) => {
        const schedule = readOrNever(value, { timezone, dst });
        const [until, counted] = walk(schedule, after, after + length);
        expect(schedule.count(after, until)).toBe(counted);
      }),
      rounds(800, 11),
    );
  });

  it.each([
    ['* * * * * *', 1_893_456_000],
    ['* * * * *', 31_557_600],
    ['0 0 29 2 *', 15],
    [['* * * * *', '0 12 * * *', '30 0 12 * * *'], 31_557_600 + 21_915],
  ])('%j: over sixty years', (value, expected) => {
    const from: Instant = Date.parse('1970-01-01T00:00Z') - 1;
    const until: Instant = Date.parse('2030-01-01T00:00Z') - 1;
    expect(read('cron', value, { timezone: 'UTC', start: 0 }).schedule.count(from, until)).toBe(expected);
  });

  it.each([Number.NaN, -Infinity])('without any until %s', (until) => {
    expect(read('cron', '* * * * *').schedule.count(0, until)).toBe(0);
  });
});
