import { beforeEach, describe, expect, it } from 'vitest';
import type { Exit } from '../../src/domain/outcome.js';
import { MINUTE, SECOND, toTimestamp, type Duration } from '../../src/domain/time.js';
import { ServiceManager } from '../../src/delivery/index.js';
import { ConditionWatch } from '../../src/health/condition-watch.js';
import { FakeClock } from '../support/fake-clock.js';
import { everyMs, FakeExecutor, job, Rig } from '../support/rig.js';

let rig: Rig;
let sent: string[][];
let troubles: string[];
let exit: Exit;
let isOverdue: boolean;
let manager: ServiceManager;
/** While this is true, messages that are being sent do not end. */
let holds: boolean;

function open(watchdog?: Duration): void {
  const clock = new FakeClock();
  const executor = new FakeExecutor(clock);
  const condition = new ConditionWatch(clock);
  manager = new ServiceManager({
    clock,
    executor: {
      execute(command, io) {
        sent.push([command.run].flat());
        const ended = executor.execute(command, io);
        if (!holds) executor.attempts.at(-1)?.end(exit);
        return ended;
      },
    },
    watchdog,
    totals() {
      const { totals } = rig.scheduler;
      return isOverdue ? { ...totals, nextStart: totals.at - MINUTE } : totals;
    },
    status() {
      const { jobs, ...status } = rig.scheduler.controls.status();
      return { ...status, jobs: jobs.map((each) => ({ ...each, next: status.at - MINUTE })) };
    },
    condition,
    monotonicUsec: () => 7_000_000n,
    format: toTimestamp,
    onTrouble: (sentence) => void troubles.push(sentence),
  });
  rig = new Rig([job('a', everyMs(10 * MINUTE)), job('b', everyMs(20 * MINUTE))], {
    clock,
    companions: [condition],
    sinks: [condition, manager],
  });
  rig.executor.lasting = SECOND;
  rig.scheduler.start();
}

beforeEach(() => {
  sent = [];
  troubles = [];
  exit = { kind: 'exited', code: 0 };
  isOverdue = false;
  holds = false;
});

const READY = 'STATUS=2 timers, 0 active runs; next start 2026-01-01T00:10:00.000Z';

describe('the service manager', () => {
  it('is notified that the scheduler is ready, reloads, is ready again and stops', async () => {
    open();
    await rig.clock.advance(0);
    expect(sent.splice(0)).toEqual([['systemd-notify', 'READY=1', READY]]);
    manager.reloading();
    const plan = { jobs: [job('c', everyMs(MINUTE))], groups: new Map<string, number>() };
    rig.scheduler.controls.reload(plan, { file: 'timers.yaml' });
    await rig.clock.advance(0);
    expect(sent.splice(0)).toEqual([
      ['systemd-notify', 'RELOADING=1', 'MONOTONIC_USEC=7000000', 'STATUS=Reloading the timer file'],
      ['systemd-notify', 'READY=1', 'STATUS=1 timer, 0 active runs; next start 2026-01-01T00:01:00.000Z'],
    ]);
    await rig.clock.advance(MINUTE + 500);
    sent.length = 0;
    void rig.scheduler.stop('SIGTERM');
    await rig.clock.advance(SECOND);
    expect(sent).toEqual([['systemd-notify', 'STOPPING=1', 'STATUS=Stopping; 1 active run']]);
  });

  it('is notified of readiness after a rejected file, with the error', async () => {
    open();
    await rig.clock.advance(0);
    manager.reloading();
    rig.scheduler.emit({ event: 'config.rejected', at: 0, file: 'timers.yaml', problems: ['3:5 no\nkey'] });
    await rig.clock.advance(0);
    expect(sent.at(-1)).toEqual([
      'systemd-notify',
      'READY=1',
      `${READY}; the timer file has changed but is not loaded: 3:5 no key`,
    ]);
  });

  it('is notified of neither readiness nor a reload while the scheduler stops', async () => {
    open();
    await rig.clock.advance(0);
    void rig.scheduler.stop('SIGTERM');
    manager.reloading();
    manager.accept({ event: 'config.reloaded', at: 0, file: 'x', added: [], removed: [], changed: [] });
    await rig.clock.advance(0);
    expect(sent.slice(1).map(([, first]) => first)).toEqual(['STOPPING=1']);
  });

  it('gets two keep-alives per watchdog interval until the scheduler has stopped', async () => {
    open(MINUTE);
    await rig.clock.advance(0);
    sent.length = 0;
    await rig.clock.advance(2 * MINUTE);
    expect(sent).toEqual(Array.from({ length: 4 }, () => ['systemd-notify', 'WATCHDOG=1']));
    rig.executor.lasting = undefined;
    rig.executor.obedience = 'never';
    await rig.clock.advance(9 * MINUTE);
    sent.length = 0;
    void rig.scheduler.drain();
    await rig.clock.advance(MINUTE);
    expect(sent.map(([, first]) => first)).toEqual(['STOPPING=1', 'WATCHDOG=1', 'WATCHDOG=1']);
    for (const attempt of rig.executor.attempts) attempt.end();
    await rig.clock.advance(SECOND);
    sent.length = 0;
    await rig.clock.advance(10 * MINUTE);
    expect(sent).toEqual([]);
  });

  it('gets no keep-alive while a due timer does not fire, and the log explains why', async () => {
    open(MINUTE);
    await rig.clock.advance(0);
    sent.length = 0;
    isOverdue = true;
    await rig.clock.advance(30 * SECOND);
    expect(sent.flat()).not.toContain('WATCHDOG=1');
    expect(troubles).toEqual([
      'the service manager gets no keep-alive: a was due but has not fired; b was due but has not fired',
    ]);
  });

  it('without a watchdog gets a changed status at most once a minute', async () => {
    open();
    await rig.clock.advance(0);
    sent.length = 0;
    await rig.clock.advance(10 * MINUTE - 1);
    expect(sent).toEqual([]);
    await rig.clock.advance(MINUTE + 1);
    expect(sent).toEqual([['systemd-notify', 'STATUS=2 timers, 0 active runs; next start 2026-01-01T00:20:00.000Z']]);
  });

  it('that hangs gets one keep-alive at a time, and delays neither a timer nor a stop for long', async () => {
    open(MINUTE);
    holds = true;
    await rig.clock.advance(10 * MINUTE);
    expect(sent.length).toBeLessThan(25);
    expect(rig.executor.attempts).toHaveLength(1);
    let hasStopped = false;
    void rig.scheduler.stop('SIGTERM').then(() => (hasStopped = true));
    await rig.clock.advance(3 * SECOND);
    expect(hasStopped).toBe(true);
  });

  it('that cannot be notified is reported once per reason', async () => {
    exit = { kind: 'not_started', code: 127, error: 'systemd-notify: not found' };
    open(MINUTE);
    await rig.clock.advance(5 * MINUTE);
    expect(troubles).toEqual(['the service manager was not notified: systemd-notify: not found']);
    exit = { kind: 'exited', code: 0 };
    await rig.clock.advance(MINUTE);
    exit = { kind: 'exited', code: 1 };
    await rig.clock.advance(MINUTE);
    expect(troubles).toHaveLength(2);
  });
});
