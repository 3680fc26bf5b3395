import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND, type Duration } from '../../src/domain/time.js';
import { Foreseen } from '../forecast/foreseen.js';
import { rounds } from './rounds.js';

interface Timer {
  readonly schedule: string;
  readonly keys: readonly string[];
  readonly lasting: Duration;
  readonly paused: Duration | undefined | 'no' | 'forever';
}

const schedules = fc.oneof(
  fc.integer({ min: 5, max: 900 }).map((seconds) => `every: ${seconds}s`),
  fc.integer({ min: 20, max: 900 }).map((seconds) => `every: { interval: ${seconds}s, from: end }`),
  fc.integer({ min: 1, max: 30 }).map((minutes) => `cron: "*/${minutes} * * * *"`),
  fc.integer({ min: 0, max: 59 }).map((minute) => `cron: "${minute} 8,9 * * *"`),
  fc.integer({ min: 1, max: 90 }).map((minutes) => `in: ${minutes}m`),
);
const keys = fc.uniqueArray(
  fc.oneof(
    fc.constantFrom('skip', 'queue', 'allow', 'replace').map((rule) => `overlap: ${rule}`),
    fc.integer({ min: 1, max: 120 }).map((seconds) => `jitter: ${seconds}s`),
    fc.integer({ min: 1, max: 12 }).map((runs) => `max_runs: ${runs}`),
    fc.integer({ min: 10, max: 29 }).map((minute) => `not_before: "2026-11-23T08:${minute}:00Z"`),
    fc.integer({ min: 30, max: 59 }).map((minute) => `not_after: "2026-11-23T08:${minute}:00Z"`),
    fc.constant('enabled: false'),
    fc.constantFrom('one', 'two').map((group) => `group: ${group}`),
    fc.integer({ min: 5, max: 300 }).map((seconds) => `deadline: ${seconds}s`),
  ),
  { maxLength: 4, selector: (line) => line.split(':')[0] },
);
const timers: fc.Arbitrary<Timer> = fc.record({
  schedule: schedules,
  keys,
  lasting: fc.oneof(
    fc.integer({ min: 1, max: 3_000 }),
    fc.integer({ min: 1, max: 600 }).map((long) => long * SECOND + 7),
  ),
  paused: fc.oneof(
    { weight: 6, arbitrary: fc.constant('no' as const) },
    fc.constant('forever' as const),
    fc.integer({ min: 1, max: 50 }).map((minutes) => minutes * MINUTE),
  ),
});

const textOf = (of: readonly Timer[], limit: number): string =>
  [
    `groups: { two: 2 }`,
    ...(limit > 0 ? [`concurrency: ${limit}`] : []),
    'timers:',
    ...of.map(({ schedule, keys: lines }, n) => `  t${n}:\n    run: x\n    ${[schedule, ...lines].join('\n    ')}`),
  ].join('\n');

test('the forecast is exact for recorded durations: the same runs and the same concurrency', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(timers, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(0, 0, 1, 3),
      fc.integer({ min: 1, max: 20 * 60 }),
      async (all, limit, seconds) => {
        const of = (name: string) => all[Number(name.slice(1))]!;
        const foreseen = new Foreseen(textOf(all, limit), (name) => of(name).lasting);
        const { clock, scheduler } = foreseen.rig;
        await clock.advance(seconds * SECOND + 3);
        for (const [n, { paused }] of all.entries()) {
          if (paused === 'no' || paused === undefined) continue;
          const until = paused === 'forever' ? undefined : clock.now() + paused;
          scheduler.controls.pause(`t${n}`, { until, reason: undefined });
        }
        // Only the gate knows whose turn it is among those that wait for a slot.
        const waiting = scheduler.controls.status().jobs.flatMap(({ runs }) => runs);
        fc.pre(waiting.filter(({ state }) => state === 'waiting').length < 2);
        const { at, windows } = await foreseen.forecast();
        await clock.advance(HOUR + SECOND);
        expect(windows).toEqual(foreseen.came(at));
        expect((await foreseen.forecast()).error).toBe(0);
      },
    ),
    rounds(60),
  );
});
