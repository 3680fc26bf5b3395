import { describe, expect, test } from 'vitest';
import { SECOND } from '../../src/domain/time.js';
import { overlap } from '../../src/policies/index.js';
import { Disk, FakeLedger } from '../support/fake-ledger.js';
import { atInstants, job, Rig } from '../support/rig.js';

const COUNT = 300;
const DUE = '2026-01-01T00:00:01Z';

/**
 * This many timers due at one instant, whose commands take 3 ms each to start. `onStart` is called with how many have
 * started.
 */
function burst(onStart: (started: number, rig: Rig) => void, withLedger = true) {
  const jobs = Array.from({ length: COUNT }, (_, index) => job(`t${index}`, atInstants(DUE)));
  const ledger = new FakeLedger(new Disk());
  const rig = new Rig([...jobs, job('other', atInstants('2026-01-02T00:00:00Z'))], withLedger ? { ledger } : {});
  let started = 0;
  rig.executor.onExecute = () => {
    rig.clock.block(3);
    onStart(++started, rig);
  };
  rig.scheduler.start();
  return { rig, ledger };
}

const named = (rig: Rig, event: string) => rig.events.filter((one) => one.event === event);

describe('many runs that wait for one commit', () => {
  test.each([true, false])('start in order, none before its commit (with a ledger: %s)', async (withLedger) => {
    const { rig, ledger } = burst(() => expect(!withLedger || ledger.commits > 0).toBe(true), withLedger);
    rig.executor.lasting = 0;
    await rig.clock.advance(10 * SECOND);
    expect(rig.executor.attempts.map(({ env }) => env['TIMERS_TASK_NAME']).slice(0, COUNT)).toEqual(
      Array.from({ length: COUNT }, (_, index) => `t${index}`),
    );
    expect(named(rig, 'run.finished')).toHaveLength(COUNT);
  });

  test.each([true, false])('start only a few in each turn (with a ledger: %s)', async (withLedger) => {
    const turns: number[] = [];
    let turn = 0;
    const { rig } = burst((started) => {
      if (started === 1) nextTurn();
      turns[turn] = (turns[turn] ?? 0) + 1;
    }, withLedger);
    const nextTurn = () => {
      turn++;
      if (turn < 1_000) rig.clock.soon(nextTurn);
    };
    await rig.clock.advance(10 * SECOND);
    expect(Math.max(...turns.filter(Boolean))).toBeLessThanOrEqual(3);
  });

  test('let other firings and requests through between slices', async () => {
    let kept = 0;
    let admitted = 0;
    const { rig } = burst((started) => {
      if (started !== 10) return;
      rig.scheduler.controls.trigger('other');
      void rig.scheduler.controls.kept().then(() => {
        kept = rig.executor.attempts.length;
        admitted = named(rig, 'run.admitted').length;
      });
    });
    await rig.clock.advance(10 * SECOND);
    expect(rig.executor.attempts).toHaveLength(COUNT + 1);
    expect(kept).toBeLessThan(20);
    expect(admitted).toBe(COUNT + 1);
  });

  test('do not start after a stop between two slices, and each has one outcome', async () => {
    let stopped: Promise<void> | undefined;
    const { rig } = burst((started) => {
      if (started === 50) rig.clock.soon(() => void (stopped = rig.scheduler.stop()));
    });
    await rig.clock.advance(10 * SECOND);
    await stopped;
    expect(rig.executor.attempts.length).toBeLessThan(60);
    const finished = named(rig, 'run.finished');
    expect(finished).toHaveLength(COUNT);
    expect(new Set(finished.map((event) => 'runId' in event && event.runId)).size).toBe(COUNT);
    expect(finished.every((event) => event.event === 'run.finished' && event.outcome.status === 'canceled')).toBe(true);
  });

  test('do not start after an immediate kill either', async () => {
    let stopped: Promise<void> | undefined;
    const { rig } = burst((started) => {
      if (started !== 50) return;
      rig.clock.soon(() => {
        stopped = rig.scheduler.stop();
        rig.scheduler.forceStop();
      });
    });
    rig.executor.obedience = 'never';
    await rig.clock.advance(30 * SECOND);
    await stopped;
    expect(rig.executor.attempts.length).toBeLessThan(60);
    expect(named(rig, 'run.finished')).toHaveLength(COUNT);
  });

  test('do not start if they are canceled or replaced between two slices', async () => {
    const { rig } = burst((started) => {
      if (started !== 20) return;
      expect(rig.scheduler.controls.cancel('t200')).toBe(1);
      rig.scheduler.controls.trigger('t250', [overlap('replace')]);
    });
    await rig.clock.advance(10 * SECOND);
    const started = rig.executor.attempts.map(({ env }) => `${env['TIMERS_TASK_NAME']} ${env['TIMERS_TRIGGER']}`);
    expect(started).not.toContain('t200 schedule');
    expect(started).not.toContain('t250 schedule');
    expect(started).toContain('t250 manual');
    expect(named(rig, 'run.finished')).toMatchObject([
      { firing: { jobName: 't200' }, outcome: { status: 'canceled' } },
      { firing: { jobName: 't250' }, outcome: { status: 'canceled' } },
    ]);
  });
});

test('the events of a stop reach the sinks in batches before the stop ends', async () => {
  const { rig } = burst(() => undefined);
  await rig.clock.advance(10 * SECOND);
  rig.events.length = 0;
  let longest = 0;
  let last = 0;
  const stopped = rig.scheduler.stop();
  const nextTurn = () => {
    longest = Math.max(longest, rig.events.length - last);
    last = rig.events.length;
    if (named(rig, 'scheduler.stopped').length === 0) rig.clock.soon(nextTurn);
  };
  rig.clock.soon(nextTurn);
  await rig.clock.settle();
  await stopped;
  expect(named(rig, 'run.finished')).toHaveLength(COUNT);
  expect(longest).toBeLessThanOrEqual(64);
});
