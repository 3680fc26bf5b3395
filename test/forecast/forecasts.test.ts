import { describe, expect, test } from 'vitest';
import type { Forecast } from '../../src/domain/forecast.js';
import { HOUR, MINUTE, SECOND, type Duration } from '../../src/domain/time.js';
import { RecordedRunTimes } from '../../src/forecast/recorded-run-times.js';
import { Chance } from '../../src/simulation/chance.js';
import { finished, firingAt } from '../support/past.js';
import { everyMs, job } from '../support/rig.js';
import { Foreseen } from './foreseen.js';

const hourOf = ({ windows }: Forecast) => windows.find(({ window }) => window === '1h')!;
const oneTimer = (keys: string) => `timers:\n  tick: { run: x, ${keys} }\n`;

describe('predicted concurrency', () => {
  test('is within a fifth of the actual concurrency if durations vary', async () => {
    const chance = new Chance(7);
    const around = (name: string) => (30 + Number(name.slice(1)) * 7) * SECOND;
    const drawn = (name: string) => Math.round(around(name) * (0.5 + chance.next()));
    const recorded = (name: string) => Array.from({ length: 200 }, () => drawn(name)).sort((one, other) => one - other);
    const lines = Array.from(
      { length: 60 },
      (_, n) => `  t${n}: { run: x, every: ${90 + n * 11}s, jitter: ${1 + n}s, overlap: allow }`,
    );
    const foreseen = new Foreseen(`timers:\n${lines.join('\n')}\n`, drawn, recorded);
    await foreseen.rig.clock.advance(20 * MINUTE);
    const forecast = await foreseen.forecast();
    await foreseen.rig.clock.advance(HOUR + SECOND);
    for (const [index, { runs, atOnce }] of foreseen.came(forecast.at).entries()) {
      const { runs: expected, atOnce: foretold } = forecast.windows[index]!;
      expect(expected).toBe(runs);
      expect(Math.abs(foretold.p50 - atOnce.p50) / atOnce.p50).toBeLessThan(0.2);
      expect(foretold.p95).toBeGreaterThanOrEqual(foretold.p50);
    }
  });

  test('includes a run longer than all earlier ones for the same time again', async () => {
    const foreseen = new Foreseen(
      oneTimer('every: 1h, overlap: allow'),
      () => 3 * HOUR,
      () => [SECOND],
    );
    const { clock } = foreseen.rig;
    await clock.advance(10 * MINUTE);
    // The run came due at 08:00, and is expected to end at 08:09:17.
    expect((await foreseen.forecast()).windows.map(({ atOnce }) => atOnce.p50)).toEqual([1, 1, 1]);
    await clock.advance(40 * MINUTE);
    // Twice as long means 09:24, so the run of 09:00 overlaps with it.
    expect((await foreseen.forecast()).windows.map(({ atOnce }) => atOnce.p50)).toEqual([1, 1, 2]);
  });
});

describe('predicted runs', () => {
  test('of a timer with an open breaker start after its cooldown', async () => {
    const foreseen = new Foreseen(oneTimer('every: 1m, breaker: { failures: 1, cooldown: 30m }'), () => SECOND);
    const { clock, executor } = foreseen.rig;
    executor.exits = () => ({ kind: 'exited', code: 1 });
    await clock.advance(8 * MINUTE);
    executor.exits = () => ({ kind: 'exited', code: 0 });
    const { at, windows } = await foreseen.forecast();
    expect(windows.map(({ runs }) => runs)).toEqual([0, 0, 37]);
    await clock.advance(HOUR);
    expect(foreseen.came(at).map(({ runs }) => runs)).toEqual([0, 0, 37]);
  });

  test.each([
    ['every: 1m, overlap: skip', [5, 15, 60]],
    // Fallbacks do not count as runs.
    ['every: 1m, max_runs: 5', [5, 15, 27]],
  ])('with %s are fallbacks while the breaker is open', async (keys, expected) => {
    const breaker = 'breaker: { failures: 1, cooldown: 30m }, fallback: y';
    const foreseen = new Foreseen(oneTimer(`${keys}, ${breaker}`), () => SECOND);
    const { clock, executor } = foreseen.rig;
    executor.exits = () => ({ kind: 'exited', code: 1 });
    await clock.advance(8 * MINUTE);
    executor.exits = () => ({ kind: 'exited', code: 0 });
    const { at, windows } = await foreseen.forecast();
    await clock.advance(HOUR);
    expect(foreseen.came(at).map(({ runs }) => runs)).toEqual(windows.map(({ runs }) => runs));
    expect(windows.map(({ runs }) => runs)).toEqual(expected);
    expect(windows.map(({ atOnce }) => atOnce.p50)).toEqual([1, 1, 1]);
  });

  test('beyond a hundred thousand firings are extrapolated', async () => {
    const lines = Array.from({ length: 60 }, (_, n) => `  t${n}: { run: x, every: 1s }`);
    const foreseen = new Foreseen(`timers:\n${lines.join('\n')}\n`, () => 10);
    const { runs, atOnce } = hourOf(await foreseen.forecast());
    expect(Math.abs(runs - 60 * 3_600)).toBeLessThan(200);
    expect(atOnce).toEqual({ p50: 60, p95: 60 });
  });
});

describe('the forecast error', () => {
  test('is absent for an hour, and then counts unexpected runs as negative', async () => {
    const foreseen = new Foreseen(oneTimer('every: 10m, jitter: 90s'), () => SECOND);
    const { clock, scheduler } = foreseen.rig;
    await clock.advance(SECOND);
    expect((await foreseen.forecast()).error).toBeUndefined();
    await clock.advance(30 * MINUTE);
    expect((await foreseen.forecast()).error).toBeUndefined();
    for (let run = 0; run < 3; run++) {
      scheduler.controls.trigger('tick');
      await clock.advance(2 * SECOND);
    }
    await clock.advance(30 * MINUTE);
    expect((await foreseen.forecast()).error).toBe(-3);
    await clock.advance(2 * HOUR);
    expect((await foreseen.forecast()).error).toBe(0);
  });
});

describe('a forecast', () => {
  test('is computed at most once a minute', async () => {
    const foreseen = new Foreseen(oneTimer('every: 10m'), () => SECOND);
    const { clock } = foreseen.rig;
    const instants = new Set<number>();
    for (let second = 0; second < 300; second += 15) {
      instants.add((await foreseen.forecast()).at);
      await clock.advance(15 * SECOND);
    }
    expect(instants.size).toBe(5);
  });

  test('leaves most of its work to later turns of the event loop', async () => {
    const lines = Array.from({ length: 500 }, (_, n) => `  t${n}: { run: x, every: ${n + 60}s }`);
    const foreseen = new Foreseen(`timers:\n${lines.join('\n')}\n`, () => SECOND);
    await foreseen.rig.clock.settle();
    let asked = 0;
    // Each reading of the clock takes a millisecond.
    foreseen.passing = () => ++asked;
    await foreseen.forecast();
    expect(foreseen.turns).toBeGreaterThan(asked / 8);
  });

  test('that fails is reported and absent', async () => {
    const broken = job('bad', {
      ...everyMs(MINUTE),
      next: () => {
        throw new Error('no calendar');
      },
    });
    const foreseen = new Foreseen(oneTimer('every: 10m'), () => SECOND);
    await foreseen.rig.clock.settle();
    const status = foreseen.rig.scheduler.controls.status();
    const jobs = status.jobs.map((one) => ({ ...one, job: { ...broken, name: 'tick' } }));
    expect(await foreseen.forecasts.forecast({ ...status, jobs })).toBeUndefined();
    expect(foreseen.troubles).toEqual([expect.stringContaining('no calendar')]);
  });
});

test('recorded durations are read again once a tenth of the runs is new', () => {
  let reads = 0;
  const durations: Duration[] = Array.from({ length: 20 }, () => 5);
  const times = new RecordedRunTimes(() => (reads++, durations));
  const readsAfter = (runs: number) => {
    for (let run = 0; run < runs; run++) times.note(finished(firingAt('2026-01-01T00:00')));
    expect(times.of('backup')).toEqual({ p50: 5, p95: 5 });
    return reads;
  };
  expect([readsAfter(0), readsAfter(0), readsAfter(1), readsAfter(1), readsAfter(1)]).toEqual([1, 1, 1, 1, 2]);
  expect(times.of('in:20260101-1')).toEqual({ p50: SECOND, p95: SECOND });
  expect(reads).toBe(2);
});
