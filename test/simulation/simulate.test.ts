import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time.js';
import { breaker, overlap, retry } from '../../src/policies/index.js';
import { Chance } from '../../src/simulation/chance.js';
import { totalOf } from '../../src/simulation/job-tally.js';
import { simulate } from '../../src/simulation/simulate.js';
import type { SimulatedMoment, Tally } from '../../src/simulation/tally.js';
import { atInstants, everyMs, job } from '../support/rig.js';
import { NIGHT, scenario } from './scenario.js';

const ignore = () => undefined;
const of = (tally: Tally, name: string) => tally.jobs.get(name)!;

describe('simulated firings', () => {
  test('include no overlap for a run that ends at the next firing', async () => {
    const tally = await simulate(scenario([job('tick', everyMs(MINUTE))], HOUR, { lasting: () => MINUTE }), ignore);
    expect(of(tally, 'tick').runs).toEqual({ total: 60, firstAt: NIGHT + MINUTE });
    expect(of(tally, 'tick').overlaps.total).toBe(0);
    expect(tally.peak.value).toBe(1);
  });

  test('skip every second firing if a run is a millisecond longer than the interval', async () => {
    const tally = await simulate(scenario([job('tick', everyMs(MINUTE))], HOUR, { lasting: () => MINUTE + 1 }), ignore);
    expect(of(tally, 'tick').runs.total).toBe(30);
    expect(of(tally, 'tick').overlaps).toEqual({ total: 30, firstAt: NIGHT + 2 * MINUTE });
    expect(of(tally, 'tick').skips).toEqual(new Map([['overlap', { total: 30, firstAt: NIGHT + 2 * MINUTE }]]));
  });

  test('wait for the previous run with overlap: queue, and the wait is counted', async () => {
    const queued = job('tick', everyMs(MINUTE), { admission: [overlap('queue')] });
    const tally = await simulate(scenario([queued], 2 * MINUTE + 30 * SECOND, { lasting: () => 80 * SECOND }), ignore);
    expect(of(tally, 'tick').runs.total).toBe(2);
    expect(of(tally, 'tick').waits.total).toBe(1);
    expect(of(tally, 'tick').longestWait).toEqual({ value: 20 * SECOND, firstAt: NIGHT + 140 * SECOND });
  });

  test('run in parallel with overlap: allow', async () => {
    const beside = job('tick', everyMs(MINUTE), { admission: [overlap('allow')] });
    const tally = await simulate(scenario([beside], HOUR, { lasting: () => 150 * SECOND }), ignore);
    expect(of(tally, 'tick').runs.total).toBe(60);
    expect(of(tally, 'tick').atOnce).toEqual({ value: 3, firstAt: NIGHT + 3 * MINUTE });
    expect(of(tally, 'tick').overlaps.total).toBe(59);
  });

  test('cancel the previous run with overlap: replace', async () => {
    const replacing = job('tick', everyMs(MINUTE), { admission: [overlap('replace')] });
    const tally = await simulate(scenario([replacing], 3 * MINUTE, { lasting: () => HOUR }), ignore);
    expect(of(tally, 'tick').runs.total).toBe(3);
    expect(of(tally, 'tick').failures.get('canceled')?.total).toBe(2);
    expect(tally.peak.value).toBe(1);
  });

  test('wait at the overall limit', async () => {
    const jobs = ['a', 'b', 'c'].map((name) => job(name, everyMs(HOUR)));
    const tally = await simulate(scenario(jobs, HOUR + MINUTE, { concurrency: 1, lasting: () => 10 * SECOND }), ignore);
    expect(tally.peak).toEqual({ value: 1, firstAt: NIGHT + HOUR });
    expect([...tally.jobs.values()].map(({ longestWait }) => longestWait.value)).toEqual([0, 10_000, 20_000]);
  });

  test('start a fallback after each failure and each skip by the breaker, which is not counted as a run', async () => {
    const failing = job('load', everyMs(MINUTE), {
      breaker: breaker({ failures: 2, cooldown: 150 * SECOND }),
      fallback: job('any', everyMs(MINUTE)).command,
    });
    const once = { lasting: () => 10 * SECOND, fails: () => true };
    const tally = await simulate(scenario([failing], 5 * MINUTE, once), ignore);
    expect(of(tally, 'load').runs.total).toBe(3);
    expect(of(tally, 'load').skips).toEqual(new Map([['breaker_open', { total: 2, firstAt: NIGHT + 190 * SECOND }]]));
    expect(of(tally, 'load').fallbacks).toEqual({ total: 4, firstAt: NIGHT + 70 * SECOND });
    expect(tally.peak.value).toBe(1);
  });

  test('that still wait at the end are counted as waiting, not as runs', async () => {
    const moments: SimulatedMoment[] = [];
    const jobs = ['a', 'b'].map((name) => job(name, everyMs(HOUR), { group: 'disk' }));
    const tally = await simulate(
      scenario(jobs, HOUR + MINUTE, { lasting: () => DAY }),
      (moment) => void moments.push(moment),
    );
    expect(of(tally, 'b').runs.total).toBe(0);
    expect(of(tally, 'b').longestWait.value).toBe(MINUTE);
    expect(moments.map(({ kind, job: { name }, waited }) => [kind, name, waited])).toEqual([
      ['start', 'a', 0],
      ['waiting', 'b', MINUTE],
    ]);
  });

  test('longer than the timeout are counted as such, and those past their deadline as missed', async () => {
    const jobs = [job('long', everyMs(HOUR), { timeout: MINUTE }), job('late', everyMs(HOUR), { deadline: SECOND })];
    const tally = await simulate(scenario(jobs, 2 * HOUR, { concurrency: 1, lasting: () => DAY }), ignore);
    expect(of(tally, 'long').failures.get('timeout')).toEqual({ total: 1, firstAt: NIGHT + HOUR + MINUTE });
    expect(of(tally, 'late').missed).toEqual({ total: 1, firstAt: NIGHT + HOUR + SECOND });
  });

  test('are retried after failed attempts, and each attempt is a start', async () => {
    const twice = retry({ attempts: 3, delay: MINUTE, factor: 1, maxDelay: MINUTE, jitter: false }, () => 0);
    let left = 1;
    const tally = await simulate(
      scenario([job('flaky', everyMs(HOUR), { retry: twice })], HOUR + 30 * MINUTE, { fails: () => left-- > 0 }),
      ignore,
    );
    expect(of(tally, 'flaky').runs.total).toBe(1);
    expect(tally.minutes.busiest(9).map(({ minute, starts }) => [minute, starts])).toEqual([
      [60, 1],
      [61, 1],
    ]);
  });
});

describe('busy minutes', () => {
  test('are reported once for every night, with count and first occurrence', async () => {
    const jobs = ['a', 'b', 'c'].map((name) => job(name, everyMs(DAY)));
    const tally = await simulate(scenario([...jobs, job('d', everyMs(2 * DAY))], 10 * DAY), ignore);
    const [busiest] = tally.minutes.busiest(1);
    expect(busiest).toEqual({ minute: 0, starts: 4, atOnce: 4, times: 5, firstAt: firstEvenDay() });
  });

  const firstEvenDay = () => (Math.floor(NIGHT / (2 * DAY)) + 1) * 2 * DAY;
});

describe('the simulated period', () => {
  test('can contain a thousand years without a firing', async () => {
    const tally = await simulate(scenario([job('far', atInstants('3026-06-01T00:00:00Z'))], 365_250 * DAY), ignore);
    expect(of(tally, 'far').runs.firstAt).toBe(Date.parse('3026-06-01T00:00:00Z'));
  });

  test('includes its last instant, but not its first', async () => {
    const jobs = [job('edge', atInstants(NIGHT, NIGHT + HOUR, NIGHT + HOUR + 1))];
    const tally = await simulate(scenario(jobs, HOUR), ignore);
    expect(of(tally, 'edge').runs).toEqual({ total: 1, firstAt: NIGHT + HOUR });
  });

  test('has the same events for the same seed', async () => {
    const story = async (seed: number) => {
      const { next } = new Chance(seed);
      const jittered = retry({ attempts: 5, delay: MINUTE, factor: 2, maxDelay: HOUR, jitter: true }, next);
      const moments: SimulatedMoment[] = [];
      const tally = await simulate(
        scenario([job('flaky', everyMs(HOUR), { retry: jittered })], 5 * DAY, { fails: () => next() < 0.4 }),
        (moment) => void moments.push(moment),
      );
      expect(totalOf(of(tally, 'flaky').failures.values())).toBeGreaterThan(0);
      return JSON.stringify([tally.minutes.busiest(1440), moments.map(({ at, kind }) => [at, kind])]);
    };
    expect(await story(1)).toBe(await story(1));
    expect(await story(1)).not.toBe(await story(2));
  });

  test('does not swallow an exception, which is a bug', async () => {
    const broken = simulate(scenario([job('tick', everyMs(MINUTE))], HOUR), () => {
      throw new Error('a rule with a bug');
    });
    await expect(broken).rejects.toThrow('a rule with a bug');
  });
});
