import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../src/clocks/system.js';
import type { Clock } from '../../../src/domain/clock.js';
import type { Command } from '../../../src/domain/command.js';
import { createExecutor } from './launchers.js';
import { processIds } from '../../../src/executors/shell/proc.js';
import { RunProcesses } from '../../../src/executors/shell/run-processes.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Puppet } from '../../support/puppet.js';
import { command, RecordedIo, withGrace } from '../recorded-io.js';

const systemClock = createSystemClock();
/** Turns of the event loop that were requested and have not begun. */
let turns = 0;
const clock: Clock = {
  ...systemClock,
  soon(task) {
    turns++;
    systemClock.soon(() => {
      turns--;
      task();
    });
  },
};
const executor = await createExecutor({ clock, environment: process.env });
/** Resolves when no search for processes is in progress: it requests a turn after each. */
async function searched(): Promise<void> {
  while (turns > 0) await new Promise<void>((resolve) => systemClock.soon(resolve));
}

const TIMEOUT = { kind: 'timeout', afterMs: 1 } as const;

describe.runIf(processIds() !== undefined)('a process that a command started outside its process group', () => {
  let puppet: Puppet;
  let io: RecordedIo;
  const newIo = () => Object.assign(new RecordedIo(), { env: { TIMERS_RUN_ID: randomUUID() } });
  beforeEach(async () => {
    puppet = await Puppet.open();
    io = newIo();
  });
  afterEach(() => puppet.close());

  const run = (more: Partial<Command> = {}) => executor.execute(command(puppet.command, more), io);

  it('ends with the canceled run and is reported', async () => {
    const outcome = run();
    const leader = await puppet.next();
    const away = await leader.spawnGrandchild({ leaveGroup: true });
    const child = await leader.spawnGrandchild();
    io.cancellation.cancel(TIMEOUT);
    expect(await outcome).toEqual({ kind: 'signaled', signal: 'SIGTERM' });
    await Promise.all([away.gone, child.gone]);
    expect(io.strays).toEqual([away.pid]);
  });

  it('receives SIGTERM with the group, and SIGKILL after the same grace period', async () => {
    const signal = await withGrace(async (killAfter) => {
      io = newIo();
      const outcome = run({ killAfter });
      const leader = await puppet.next();
      const away = await leader.spawnGrandchild({ leaveGroup: true });
      await away.ignoreTerm();
      io.cancellation.cancel(TIMEOUT);
      await outcome;
      await away.gone;
      return away.signaled();
    });
    expect(signal).toBe('SIGTERM');
  });

  it('is killed immediately if the stop is forced', async () => {
    const outcome = run({ killAfter: 3_600_000 });
    const leader = await puppet.next();
    const away = await leader.spawnGrandchild({ leaveGroup: true });
    await away.ignoreTerm();
    io.cancellation.cancel({ kind: 'shutdown' });
    await away.signaled();
    io.cancellation.force({ kind: 'shutdown' });
    await outcome;
    await away.gone;
  });

  it('ends even if it is started while the run ends', async () => {
    const outcome = run({ killAfter: 3_600_000 });
    const leader = await puppet.next();
    await leader.ignoreTerm();
    io.cancellation.cancel(TIMEOUT);
    await leader.signaled();
    // The search that the cancellation begins would find it, perhaps before it is ready.
    await searched();
    const late = await leader.spawnGrandchild({ leaveGroup: true });
    void leader.exit(0);
    await outcome;
    await late.gone;
    expect(io.strays).toEqual([late.pid]);
  });

  it('is reported and keeps running with orphans: keep', async () => {
    io.strayAction = 'keep';
    const outcome = run();
    const leader = await puppet.next();
    const away = await leader.spawnGrandchild({ leaveGroup: true });
    io.cancellation.cancel(TIMEOUT);
    await outcome;
    expect(io.strays).toEqual([away.pid]);
    await away.print('still here');
  });

  it('keeps running after a command that ends by itself', async () => {
    const outcome = run();
    const leader = await puppet.next();
    const away = await leader.spawnGrandchild({ leaveGroup: true });
    void leader.exit(0);
    await outcome;
    expect(io.strays).toEqual([]);
    await away.print('still here');
  });

  it('keeps running if it belongs to another run', async () => {
    const outcome = run();
    await puppet.next();
    const other = newIo();
    const unended = executor.execute(command(puppet.command), other);
    const innocent = await puppet.next();
    io.cancellation.cancel(TIMEOUT);
    await outcome;
    await innocent.exit(0);
    expect(await unended).toEqual({ kind: 'exited', code: 0 });
  });
});

it('runs that end together share one process search', async () => {
  const clock = new FakeClock();
  const processes = new RunProcesses(clock);
  let turns = 0;
  const soon = clock.soon.bind(clock);
  clock.soon = (task) => {
    turns++;
    soon(task);
  };
  const found = Promise.all(Array.from({ length: 100 }, (_, n) => processes.of(`no-such-run-${n}`)));
  await clock.advance(0);
  await found;
  expect(turns).toBe(1);
});
