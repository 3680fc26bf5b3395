import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScheduleAt } from '../../src/schedules/index.js';
import { rounds } from './rounds.js';

/**
 * A second opinion from a library with its own rules. Both must agree where they mean the same: fixed times of day,
 * away from repeats, and day fields of which one is unrestricted. Where they differ deliberately, `cron-oracle.test.ts`
 * decides.
 */
const pick = (...values: readonly string[]) => fc.constantFrom(...values);
const between = (min: number, max: number) => fc.integer({ min, max }).map(String);
const list = (item: fc.Arbitrary<string>) =>
  fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(','));

const minute = fc.oneof(list(between(0, 59)), pick('0', '*/15', '5-20/5', '10-40'));
// From four o'clock on, no zone below changes its clock.
const hour = fc.oneof(list(between(4, 22)), pick('6-18/3', '9-17'));
const month = fc.oneof(pick('*', '*', 'FEB', '1-6', '*/3', 'MAR,OCT'), list(between(1, 12)));
const days = fc.oneof(
  fc
    .oneof(list(between(1, 28)), pick('*', 'L', '31', '29', '30', '1-7', '*/5', '1W', '15W', '28W'))
    .map((day) => [day, '*']),
  fc
    .oneof(list(between(0, 6)), pick('MON-FRI', 'SUN', 'FRI#2', 'MON#1', '5L', 'SAT,SUN', '*/2'))
    .map((weekday) => ['*', weekday]),
);
const expression = fc
  .tuple(minute, hour, days, month)
  .map(([m, h, [day, weekday], months]) => `${m} ${h} ${day!} ${months} ${weekday!}`);

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Sydney',
  'Asia/Kolkata',
  'America/St_Johns',
  'Asia/Tokyo',
];

describe('croner', () => {
  it('agrees on forty consecutive fixed times', () => {
    const from = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2037, 11, 31) });
    fc.assert(
      fc.property(expression, fc.constantFrom(...ZONES), from, (cron, timezone, after) => {
        const ours = parseScheduleAt({ cron, timezone }, { start: 0 });
        const theirs = new Cron(cron, { timezone, paused: true });
        let at = Math.floor(after / 1_000) * 1_000;
        for (let asked = 0; asked < 40; asked++) {
          const next = ours.next(at);
          expect([cron, timezone, at, next]).toEqual([cron, timezone, at, theirs.nextRun(new Date(at))?.getTime()]);
          if (next === undefined) return;
          at = next;
        }
      }),
      rounds(250, 9),
    );
  });
});
