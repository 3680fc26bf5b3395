import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time.js';
import type { OverlapKind } from '../../src/policies/overlap.js';
import { catchUp, overlap } from '../../src/policies/index.js';
import { SLICE } from '../../src/turns/steps.js';
import { Lives, tidy } from '../support/lives.js';
import { FakeClock } from '../support/fake-clock.js';
import { everyMs, job, Rig } from '../support/rig.js';

const hourly = (kind: OverlapKind, policy: 'latest' | 'all' = 'all') =>
  job('hourly', everyMs(HOUR), { misfire: catchUp({ policy, within: 3 * HOUR }), admission: [overlap(kind)] });

/** The second of two schedulers, started five hours after the first was stopped; runs take `lasting`. */
async function behindDowntime(kind: OverlapKind, lasting: number): Promise<Rig> {
  const lives = new Lives();
  const first = lives.begin([hourly(kind)], '2026-01-01T00:30:00Z');
  first.scheduler.start();
  await first.scheduler.stop();
  const second = lives.begin([hourly(kind)], '2026-01-01T05:30:00Z');
  second.executor.lasting = lasting;
  second.scheduler.start();
  return second;
}

describe('catch_up all', () => {
  test.each(['skip', 'queue', 'replace'] as const)(
    'with overlap: %s runs each firing, oldest first, one after the other',
    async (kind) => {
      const rig = await behindDowntime(kind, 5 * MINUTE);
      await rig.clock.advance(20 * MINUTE);
      expect(rig.story()).toBe(
        tidy(`
          05:30:00.000 scheduler.started timers=1
          05:30:00.000 firing.missed hourly@02:00:00.000 reason=downtime count=2 first_scheduled_at=01:00:00.000
          05:30:00.000 run.started hourly@03:00:00.000 trigger=catch_up lateness_ms=9000000
          05:35:00.000 run.finished hourly@03:00:00.000 success trigger=catch_up duration_ms=300000 lateness_ms=9000000
          05:35:00.000 run.started hourly@04:00:00.000 trigger=catch_up lateness_ms=5700000
          05:40:00.000 run.finished hourly@04:00:00.000 success trigger=catch_up duration_ms=300000 lateness_ms=5700000
          05:40:00.000 run.started hourly@05:00:00.000 trigger=catch_up lateness_ms=2400000
          05:45:00.000 run.finished hourly@05:00:00.000 success trigger=catch_up duration_ms=300000 lateness_ms=2400000`),
      );
    },
  );

  test('with overlap: allow runs them in parallel', async () => {
    const rig = await behindDowntime('allow', 5 * MINUTE);
    await rig.clock.advance(0);
    expect(rig.executor.attempts).toHaveLength(3);
  });

  /** Runs of 25 minutes: the firing of 06:00 finds the second active and the third waiting. */
  const atSix: Readonly<Record<string, readonly string[]>> = {
    skip: ['06:00 skipped overlap', '06:20 success 04:00', '06:45 success 05:00'],
    queue: ['06:20 success 04:00', '06:45 success 05:00', '07:10 success 06:00'],
    replace: ['06:00 skipped replaced', '06:00 canceled 04:00', '06:25 success 06:00'],
  };
  test.each(Object.keys(atSix) as OverlapKind[])(
    'applies overlap: %s to a firing that comes due meanwhile',
    async (kind) => {
      const rig = await behindDowntime(kind, 25 * MINUTE);
      await rig.clock.advance(29 * MINUTE);
      rig.story();
      await rig.clock.advance(HOUR + 12 * MINUTE);
      const told = rig.events.flatMap((event) => {
        const at = new Date(event.at).toISOString().slice(11, 16);
        if (event.event === 'firing.skipped') return [`${at} skipped ${event.reason}`];
        if (event.event !== 'run.finished') return [];
        return [`${at} ${event.outcome.status} ${new Date(event.firing.scheduledFor).toISOString().slice(11, 16)}`];
      });
      expect(told.slice(0, 3)).toEqual(atSix[kind]);
    },
  );

  test('leaves the rest to the next scheduler after a crash, and none runs twice', async () => {
    const lives = new Lives();
    const first = lives.begin([hourly('skip')], '2026-01-01T00:30:00Z');
    first.scheduler.start();
    await first.scheduler.stop();
    const second = lives.begin([hourly('skip')], '2026-01-01T05:30:00Z');
    second.executor.lasting = 5 * MINUTE;
    second.scheduler.start();
    await second.clock.advance(7 * MINUTE);
    second.ledger.isDead = true;
    const third = lives.begin([hourly('skip')], '2026-01-01T05:40:00Z');
    third.scheduler.start();
    await third.clock.advance(0);
    const endings = lives.disk.endings.map(({ firing, event, runId }) => {
      const at = new Date(firing.scheduledFor).toISOString().slice(11, 16);
      return `${at} ${event} ${runId ?? '-'}`;
    });
    expect(endings).toEqual([
      '02:00 firing.missed -',
      '03:00 run.finished life2-1',
      '04:00 run.finished life2-2',
      '05:00 run.finished life2-3',
    ]);
    expect(third.executor.attempts.map(({ env }) => env['TIMERS_SCHEDULED_AT'])).toEqual(['2026-01-01T05:00:00.000Z']);
    expect([...lives.disk.open]).toEqual([]);
  });

  test('ends active and waiting runs on a cancellation by name', async () => {
    const rig = await behindDowntime('skip', HOUR);
    await rig.clock.advance(SECOND);
    expect(rig.scheduler.controls.cancel('hourly')).toBe(3);
    await rig.clock.advance(0);
    const endings = rig.events.flatMap((event) =>
      event.event === 'run.finished' ? [event.outcome.status] : event.event === 'firing.skipped' ? [event.reason] : [],
    );
    expect(endings).toEqual(['canceled', 'canceled', 'canceled']);
    expect(rig.executor.attempts).toHaveLength(1);
  });

  test('skips the rest on a pause, and leaves it to the next scheduler on a stop', async () => {
    const paused = await behindDowntime('skip', 5 * MINUTE);
    await paused.clock.advance(MINUTE);
    paused.scheduler.controls.pause('hourly', { until: undefined, reason: undefined });
    await paused.clock.advance(HOUR / 2);
    expect(paused.story().match(/firing.skipped \S+ \S+/g)).toEqual([
      'firing.skipped hourly@04:00:00.000 trigger=catch_up',
      'firing.skipped hourly@05:00:00.000 trigger=catch_up',
      'firing.skipped hourly@06:00:00.000 reason=paused',
    ]);
    const stopped = await behindDowntime('skip', 5 * MINUTE);
    await stopped.clock.advance(MINUTE);
    await stopped.scheduler.stop();
    expect(stopped.story()).toMatch(/scheduler.stopped runs=1 waiting=2$/);
    expect(stopped.events.filter(({ event }) => event === 'firing.missed')).toEqual([]);
  });
});

test('catch_up latest waits for a run that was active during a suspension, and is not dropped', async () => {
  const rig = new Lives().begin([hourly('skip', 'latest')], '2026-01-01T00:59:00Z');
  rig.executor.lasting = 10 * MINUTE;
  rig.scheduler.start();
  await rig.clock.advance(2 * MINUTE);
  rig.clock.suspend(3 * HOUR);
  await rig.clock.advance(15 * MINUTE);
  expect(rig.story()).toMatch(/run\.finished hourly@01:00:00\.000 success[^]*run\.started hourly@04:00:00\.000/);
});

/** Each reading takes a millisecond while `isSlow`, so that a slice of a turn is a number of readings. */
class SlowClock extends FakeClock {
  isSlow = false;
  override monotonic(): number {
    if (this.isSlow) this.block(1);
    return super.monotonic();
  }
}

test('a stop ends thousands of waiting runs over many turns, with one outcome each', async () => {
  const misfire = catchUp({ policy: 'all', within: 50 * HOUR });
  const jobs = Array.from({ length: 30 }, (_, index) => job(`minutely-${index}`, everyMs(MINUTE), { misfire }));
  const clock = new SlowClock();
  const rig = new Rig(jobs, { clock });
  rig.scheduler.start();
  await clock.advance(SECOND);
  clock.suspend(40 * HOUR);
  await clock.advance(SECOND);
  const waiting = () => {
    const runs = rig.scheduler.controls.status().jobs.flatMap((status) => status.runs);
    return runs.filter(({ state }) => state === 'parked').length;
  };
  const before = waiting();
  expect(before).toBeGreaterThan(2_000);
  clock.isSlow = true;
  const stopped = rig.scheduler.stop();
  const inOneTurn = before - waiting();
  expect(inOneTurn).toBeGreaterThan(0);
  expect(inOneTurn).toBeLessThanOrEqual(SLICE);
  clock.isSlow = false;
  await clock.settle();
  await stopped;
  const missed = rig.events.filter((event) => event.event === 'firing.missed' && event.reason === 'shutdown');
  expect(missed).toHaveLength(before);
  expect(new Set(missed.map((event) => 'runId' in event && event.runId)).size).toBe(before);
  expect(rig.events.at(-1)).toMatchObject({ event: 'scheduler.stopped' });
});
