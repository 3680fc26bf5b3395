import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../src/domain/schedule.js';
import { parseScheduleAt } from '../../src/schedules/index.js';
import { ScheduleError } from '../../src/schedules/kind.js';
import { dstPolicy, minuteExpression, noonExpression, secondExpression } from '../schedules/cron-arbitrary.js';
import { dueInstants, readings, type Dst, type Reading } from '../schedules/oracle.js';
import { NASTY_ZONES, transitions } from '../schedules/transitions.js';
import { rounds, ROUNDS } from './rounds.js';

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
/** Other numbers of rounds: ROUNDS=50 SEED=1 npx vitest run --project laws test/laws/cron-oracle.test.ts */
const SEED = Number(process.env['SEED'] ?? 20_261_123);
const PER_WINDOW = 8;

type Window = readonly [after: number, until: number];

/** What the engine returns between two instants, called in a chain; both are exclusive. */
function chain(schedule: Schedule, [after, until]: Window): number[] {
  const due = [];
  for (let next = schedule.next(after); next !== undefined && next < until; next = schedule.next(next)) due.push(next);
  return due;
}

const NEVER: Schedule = { intervalLike: false, next: () => undefined, count: () => 0 };

/** Expressions for days that never exist are refused; here, as for the oracle, they are schedules without instants. */
function parse(cron: string, timezone: string, dst: Dst): Schedule {
  try {
    return parseScheduleAt({ cron, timezone, dst }, { start: 0 });
  } catch (error) {
    if (error instanceof ScheduleError && error.code === 'cron-never') return NEVER;
    throw error;
  }
}

const written = (instants: readonly number[]): string[] => instants.map((instant) => new Date(instant).toISOString());

/** A few of a zone's changes, evenly spaced. */
function someTransitions(zone: string, count: number): number[] {
  const all = transitions(zone, Date.UTC(1970, 0, 5), Date.UTC(2045, 0, 1));
  const wanted = Math.min(count, all.length);
  return Array.from({ length: wanted }, (_, index) => all[Math.floor((index * all.length) / wanted)]!);
}

interface Walk {
  readonly zone: string;
  readonly clock: readonly Reading[];
  readonly step: number;
  readonly window: Window;
}

/** Compares the chain, and fresh parses at arbitrary moments. */
function agrees(
  { zone, clock, step, window }: Walk,
  [cron, dst, moments]: readonly [string, Dst, readonly number[]],
): void {
  const [after, until] = window;
  const right = dueInstants(cron, clock, step, dst).filter((due) => due > after && due < until);
  expect(written(chain(parse(cron, zone, dst), window))).toEqual(written(right));
  for (const moment of moments.map((part) => after + part * (until - after))) {
    const next = parse(cron, zone, dst).next(moment) ?? Infinity;
    expect(next < until ? next : undefined).toBe(right.find((due) => due > moment));
  }
}

const moments = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });

describe('cron agrees with a brute-force search', () => {
  it.each(NASTY_ZONES)('minute by minute around clock changes of %s', (zone) => {
    for (const change of someTransitions(zone, ROUNDS + 1)) {
      // Outside the window the oracle must see both passes of times that repeat at its edges.
      const clock = readings(zone, change - 54 * HOUR, change + 54 * HOUR, MINUTE);
      const walk = { zone, clock, step: MINUTE, window: [change - 28 * HOUR - 1, change + 28 * HOUR] as const };
      const numRuns = EXAMPLES.length + PER_WINDOW;
      const options = { numRuns, seed: SEED, examples: EXAMPLES };
      fc.assert(
        fc.property(minuteExpression, dstPolicy, moments, (...round) => agrees(walk, round)),
        options,
      );
    }
  });

  it.each(['Europe/Berlin', 'Australia/Lord_Howe', 'America/Havana', 'Pacific/Chatham', 'Africa/Casablanca'])(
    'second by second around clock changes of %s',
    (zone) => {
      for (const change of someTransitions(zone, ROUNDS)) {
        const clock = readings(zone, change - 5 * HOUR, change + 5 * HOUR, SECOND);
        const walk = { zone, clock, step: SECOND, window: [change - 2 * HOUR - 1, change + 2 * HOUR] as const };
        const options = { numRuns: PER_WINDOW, seed: SEED };
        fc.assert(
          fc.property(secondExpression, dstPolicy, moments, (...round) => agrees(walk, round)),
          options,
        );
      }
    },
  );

  it('day by day over decades, with leap days and the year 2100', () => {
    const [from, until] = [Date.UTC(2060, 0, 1, 12), Date.UTC(2120, 0, 1, 12)];
    const clock = readings('UTC', from, until, 24 * HOUR);
    const walk = { zone: 'UTC', clock, step: 24 * HOUR, window: [from - 1, until] as const };
    const options = rounds(60, SEED);
    fc.assert(
      fc.property(noonExpression, dstPolicy, moments, (...round) => agrees(walk, round)),
      options,
    );
  });
});

/** What is compared in every window in addition to the random ones. */
const EXAMPLES: [string, Dst, number[]][] = [
  '* * * * *',
  '*/15 2 * * *',
  '30 */2 * * *',
  '0 * * * *',
  '* 2 * * *',
  '30 2 * * *',
  '0,30 0-4 * * *',
  '0 0 * * *',
  '59 23 * * *',
  '15 1-3 * * *',
].flatMap((cron): [string, Dst, number[]][] => [
  [cron, { gap: 'after', repeat: 'first' }, [0.49999, 0.5, 0.50001]],
  [cron, { gap: 'skip', repeat: 'last' }, [0.5]],
  [cron, { gap: 'after', repeat: 'both' }, [0.51]],
]);
