import { describe, expect, test } from 'vitest';
import type { SchedulerStatus } from '../../src/domain/controls.js';
import { judgeLiveness, judgeReadiness } from '../../src/health/judge.js';
import { SECOND } from '../../src/domain/time.js';
import { ConditionWatch } from '../../src/health/condition-watch.js';
import { FakeClock } from '../support/fake-clock.js';
import { everyMs, job, Rig } from '../support/rig.js';

const fine = { loopStood: 0 };

async function running(): Promise<SchedulerStatus> {
  const rig = new Rig([job('tick', everyMs(SECOND))]);
  rig.scheduler.start();
  await rig.clock.advance(1);
  return rig.scheduler.controls.status();
}

describe('a scheduler is', () => {
  test('alive and ready while it works', async () => {
    const status = await running();
    expect(judgeLiveness(status, fine)).toEqual({ isOk: true, reasons: [] });
    expect(judgeReadiness(status, fine)).toEqual({ isOk: true, reasons: [] });
  });

  test('not alive if a due firing does not start', async () => {
    const status = await running();
    const { isOk, reasons } = judgeLiveness({ ...status, at: status.at + 12 * SECOND }, fine);
    expect({ isOk, reasons }).toEqual({ isOk: false, reasons: ['tick was due but has not fired'] });
  });

  test('not ready before its start, while stopping, with a rejected file, or without state or address', async () => {
    const status = await running();
    expect(judgeReadiness({ ...status, startedAt: undefined }, fine).reasons).toEqual(['it has not started yet']);
    expect(judgeReadiness({ ...status, isStopping: true }, fine).reasons).toEqual(['it is stopping']);
    const troubled = {
      loopStood: 0,
      rejected: '3:1 no',
      stateTrouble: 'the disk is full',
      httpTrouble: 'taken',
    };
    expect(judgeReadiness(status, troubled).reasons).toEqual([
      'the timer file has changed but is not loaded: 3:1 no',
      'the state cannot be written: the disk is full',
      'the HTTP server cannot listen: taken',
    ]);
    expect(judgeLiveness(status, troubled).isOk, 'nothing that a restart would mend').toBe(true);
  });
});

test('a blocked event loop is remembered for half a minute', async () => {
  const clock = new FakeClock();
  const watch = new ConditionWatch(clock);
  watch.start();
  await clock.advance(5 * SECOND);
  expect(watch.condition.loopStood).toBe(0);
  clock.block(15 * SECOND);
  expect(watch.condition.loopStood).toBeGreaterThan(10 * SECOND);
  await clock.advance(2 * SECOND);
  expect(watch.condition.loopStood).toBeGreaterThan(10 * SECOND);
  await clock.advance(31 * SECOND);
  expect(watch.condition.loopStood).toBe(0);
  watch.stop();
  expect(clock.armed).toBe(0);
  await clock.advance(60 * SECOND);
  expect(watch.condition.loopStood, 'nobody looks any more').toBe(0);
});

test('the event loop is checked at whole seconds, when most timers are due', async () => {
  const clock = new FakeClock('2026-01-01T00:00:00.300Z');
  const checks: number[] = [];
  const watch = new ConditionWatch(
    Object.assign(clock, {
      after: (delay: number, wake: () => void) => {
        checks.push(clock.now() + delay);
        return FakeClock.prototype.after.call(clock, delay, wake);
      },
    }),
  );
  watch.start();
  await clock.advance(3_000);
  watch.stop();
  expect(checks.map((at) => at % 1_000)).toEqual([0, 0, 0, 0]);
  expect(watch.condition.loopStood).toBe(0);
});
