import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/domain/time.js';
import type { Schedule } from '../../src/domain/schedule.js';
import { TimerLoop } from '../../src/engine/timer-loop.js';
import { catchUp, overlap } from '../../src/policies/index.js';
import { read } from '../schedules/context.js';
import { FakeClock } from '../support/fake-clock.js';
import { Lives } from '../support/lives.js';
import { everyMs, job, Rig } from '../support/rig.js';

/** Far fewer than the instants that passed, and enough for the hundred that may be caught up on. */
const MOST_ASKED = 5_000;

/** The schedule, which counts how many times its next instant is requested. */
function counted(schedule: Schedule): Schedule & { asked: number } {
  return {
    asked: 0,
    intervalLike: schedule.intervalLike,
    next(after) {
      this.asked++;
      return schedule.next(after);
    },
    count: (after, until) => schedule.count(after, until),
  };
}

const secondly = () => counted(read('cron', '* * * * * *', { timezone: 'Europe/Berlin' }).schedule);
const [LONG_AGO, NOW] = ['1970-01-01T00:00:00Z', '2030-01-01T00:00:00Z'];
const PASSED = Date.parse(NOW) / 1000;

describe('sixty years of one-second firings are computed without iterating', () => {
  test.each([
    ['none', 0],
    ['latest', 1],
    ['all', 100],
  ] as const)('if they passed while nothing ran, with catch_up %s', async (policy, runs) => {
    const schedule = secondly();
    const jobs = [job('often', schedule, { misfire: catchUp({ policy }), admission: [overlap('allow')] })];
    const lives = new Lives();
    const first = lives.begin(jobs, LONG_AGO);
    first.scheduler.start();
    await first.scheduler.stop();
    const second = lives.begin(jobs, NOW);
    second.scheduler.start();
    await second.clock.advance(0);
    expect(second.story()).toContain(
      `firing.missed often@${runs === 100 ? '23:58:20' : runs === 1 ? '23:59:59' : '00:00:00'}.000 reason=downtime count=${PASSED - runs} `,
    );
    expect(second.executor.attempts).toHaveLength(runs);
    expect(schedule.asked).toBeLessThan(MOST_ASKED);
  });

  test('if a clock jump skipped them', async () => {
    const schedule = secondly();
    const rig = new Rig([job('often', schedule)], { start: LONG_AGO });
    rig.executor.lasting = 0;
    rig.scheduler.start();
    rig.clock.setWall(NOW);
    await rig.clock.advance(1_000);
    expect(rig.story()).toContain(`reason=clock_jump count=${PASSED} first_scheduled_at=00:00:02.000`);
    expect(schedule.asked).toBeLessThan(MOST_ASKED);
  });

  test('if they passed while the process was suspended, and the latest one runs', async () => {
    const schedule = secondly();
    const rig = new Rig([job('often', schedule)], { start: LONG_AGO });
    rig.executor.lasting = 0;
    rig.scheduler.start();
    rig.clock.block(Date.parse(NOW));
    await rig.clock.advance(0);
    expect(rig.story()).toContain(`reason=stalled count=${PASSED - 1} first_scheduled_at=00:00:01.000`);
    expect(rig.executor.attempts).toHaveLength(1);
    expect(schedule.asked).toBeLessThan(MOST_ASKED);
  });

  test('if only those in the active window count', async () => {
    const window = { notBefore: Date.parse('1980-01-01T00:00:00Z'), notAfter: Date.parse('1980-01-02T00:00:00Z') };
    const schedule = secondly();
    const rig = new Rig([job('often', schedule, { window })], { start: LONG_AGO });
    rig.scheduler.start();
    rig.clock.setWall(NOW);
    await rig.clock.advance(MINUTE);
    expect(rig.story()).toContain(
      `firing.missed often@00:00:00.000 reason=clock_jump count=${DAY / 1000 + 1} first_scheduled_at=00:00:00.000`,
    );
    expect(schedule.asked).toBeLessThan(MOST_ASKED);
  });
});

/** A schedule that is slow to count. */
const slow = (clock: FakeClock): Schedule => ({
  ...everyMs(HOUR),
  length: HOUR,
  count(after, until) {
    clock.block(4);
    return everyMs(HOUR).count(after, until);
  },
});

describe('long work is spread over turns of the event loop', () => {
  test('for the downtime of many jobs, so that requests are served in between', async () => {
    const lives = new Lives();
    const clock = new FakeClock(NOW);
    const jobs = Array.from({ length: 100 }, (_, index) => job(`t${index}`, slow(clock)));
    const first = lives.begin(jobs, LONG_AGO);
    first.scheduler.start();
    await first.scheduler.stop();
    const second = lives.begin(jobs, NOW, { clock });
    second.scheduler.start();
    const toldAtOnce = second.events.length;
    let isIdle = false;
    void second.scheduler.idle().then(() => (isIdle = true));
    expect(second.scheduler.armed).toBeLessThan(10);
    expect(second.scheduler.controls.reset('t99')).toBeDefined();
    await second.clock.settle();
    expect(toldAtOnce).toBeLessThan(10);
    expect(isIdle).toBe(false);
    expect(second.scheduler.armed).toBe(100);
    const missed = second.events.filter(({ event }) => event === 'firing.missed');
    expect(missed).toHaveLength(100);
  });

  test('so that a stop leaves the remaining jobs to the next scheduler', async () => {
    const lives = new Lives();
    const clock = new FakeClock(NOW);
    const jobs = Array.from({ length: 100 }, (_, index) => job(`t${index}`, slow(clock)));
    const first = lives.begin(jobs, LONG_AGO);
    first.scheduler.start();
    await first.scheduler.stop();
    const second = lives.begin(jobs, NOW, { clock });
    second.scheduler.start();
    await second.scheduler.stop();
    const third = lives.begin(jobs, NOW, { clock });
    third.scheduler.start();
    await third.clock.settle();
    const names = lives.disk.endings.map(({ firing }) => firing.jobName);
    expect(new Set(names).size).toBe(100);
    expect(names).toHaveLength(100);
  });

  test('for alarms that are due together', async () => {
    const clock = new FakeClock();
    const loop = new TimerLoop(clock, () => clock.now());
    let [rung, rungBefore] = [0, 0];
    for (let count = 0; count < 100; count++) {
      loop.after(1, () => {
        if (rung++ === 0) clock.soon(() => (rungBefore = rung));
        clock.block(4);
      });
    }
    await clock.advance(MINUTE);
    expect(rungBefore).toBeLessThan(10);
    expect(rung).toBe(100);
  });
});
