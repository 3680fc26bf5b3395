import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, END_OF_TIME } from '../../src/domain/time.js';
import { scheduleKinds } from '../../src/schedules/index.js';
import { contextOf } from '../schedules/context.js';
import { NASTY_ZONES } from '../schedules/transitions.js';
import { walk } from '../schedules/walk.js';
import { rounds } from './rounds.js';

const examples = scheduleKinds.flatMap((kind) =>
  kind.examples.map((value) => [kind.key, JSON.stringify(value), value, kind] as const),
);

/** Any moment at which a schedule may be queried, not only those that a clock shows. */
const moment = fc.oneof(
  fc.double({ min: Date.UTC(1970), max: Date.UTC(2200), noNaN: true }),
  fc.integer({ min: Date.UTC(2020), max: Date.UTC(2035) }),
  fc.double(),
);

describe.each(examples)('%s: %s', (_, __, value, kind) => {
  const parse = (timezone = 'Europe/Berlin') => kind.parse(value, contextOf({ timezone, start: 0 }));

  it('is read, has a text and causes only sensible warnings', () => {
    const { text, warnings } = parse();
    expect(text).not.toBe('');
    expect(warnings.every(({ code }) => /^[a-z]+(-[a-z]+)*$/.test(code))).toBe(true);
  });

  it('returns an instant strictly after the given one, or none', () => {
    const zones = fc.constantFrom(...NASTY_ZONES);
    fc.assert(
      fc.property(moment, zones, (after, zone) => {
        const next = parse(zone).schedule.next(after);
        if (next === undefined) return;
        expect(next).toBeGreaterThan(after);
        expect(next).toBeLessThanOrEqual(END_OF_TIME);
        expect(Number.isInteger(next)).toBe(true);
      }),
      rounds(300, 5),
    );
  });

  it('returns the same result whether it is new or reused, regardless of earlier calls', () => {
    const old = parse('Australia/Lord_Howe').schedule;
    fc.assert(
      fc.property(moment, (after) => {
        expect(parse('Australia/Lord_Howe').schedule.next(after)).toBe(old.next(after));
      }),
      rounds(300, 6),
    );
  });

  // A schedule that counts from the end of a run is due one interval after any moment, by design.
  if (!parse().schedule.fromEnd) {
    it('does not skip an instant between a moment and its result', () => {
      const { schedule } = parse('America/Havana');
      fc.assert(
        fc.property(moment, fc.double({ min: 0, max: 1, noNaN: true }), (after, part) => {
          const next = schedule.next(after);
          if (next === undefined || !Number.isFinite(after)) return;
          const between = after + part * (next - after);
          if (between < next) expect(schedule.next(between)).toBe(next);
        }),
        rounds(300, 8),
      );
    });
  }

  it('counts what it returns one by one', () => {
    const zones = fc.constantFrom(...NASTY_ZONES);
    const length = fc.oneof(fc.integer({ min: -5, max: 3_000_000 }), fc.integer({ min: 0, max: 40 * DAY }));
    fc.assert(
      fc.property(moment, length, zones, (after, length, zone) => {
        if (!Number.isFinite(after) || Math.abs(after) > 1e14) return;
        const { schedule } = parse(zone);
        const [until, counted] = walk(schedule, after, after + length);
        expect(schedule.count(after, until)).toBe(counted);
      }),
      rounds(300, 9),
    );
  });

  it.each(['UTC', 'Pacific/Chatham'])('rises over 10,000 chained results, or ends (%s)', (zone) => {
    const { schedule } = parse(zone);
    let at = Date.UTC(2026, 0, 1);
    for (let asked = 0; asked < 10_000; asked++) {
      const next = schedule.next(at);
      if (next === undefined) return;
      if (next <= at) throw new Error(`${next} is not after ${at}`);
      at = next;
    }
  });
});

describe.each(scheduleKinds.map((kind) => [kind.key, kind] as const))('%s', (_, kind) => {
  it.each([[Number.NaN], [Infinity], [END_OF_TIME], [8.7e15]])('has no instant after %s', (after) => {
    for (const value of kind.examples) expect(kind.parse(value, contextOf()).schedule.next(after)).toBeUndefined();
  });

  it('describes itself', () => {
    expect(kind.entry.summary).toMatch(/^[A-Z].*\.$/);
    expect(kind.examples.length).toBeGreaterThan(0);
  });
});
