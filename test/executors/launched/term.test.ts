import { expect, test } from 'vitest';
import { createSystemClock } from '../../../src/clocks/system.js';
import { sinceBoot } from '../../../src/domain/clock.js';
import { MINUTE, type Duration } from '../../../src/domain/time.js';
import { createExecutor } from './launchers.js';
import { command, RecordedIo } from '../recorded-io.js';

const clock = createSystemClock();
const inAMinute = () => sinceBoot(clock) + MINUTE;
/** The machine was suspended right after the lease check, for longer than the lease. */
const overMeanwhile = () => sinceBoot(clock) - 1;

/** Runs a command whose executor gets these replies, one after the other. */
async function runWith(...replies: readonly (() => Duration | undefined)[]) {
  const io = new RecordedIo();
  let asked = 0;
  const term = { environment: { TIMERS_NODE: 'one' }, heldUntil: () => replies[asked++]!() };
  const executor = await createExecutor({ clock, environment: process.env, term });
  const exit = await executor.execute(command('true'), io);
  expect(io.nodes).toEqual(['one']);
  return { exit, asked, started: io.pids.length };
}

test('a command starts while its machine holds the state', async () => {
  expect(await runWith(inAMinute)).toEqual({ exit: { kind: 'exited', code: 0 }, asked: 1, started: 1 });
});

test('no command starts on a machine that lost the state', async () => {
  const { exit, started } = await runWith(() => undefined);
  expect(exit).toEqual({
    kind: 'not_started',
    code: 126,
    error: expect.stringContaining('may no longer start it') as string,
  });
  expect(started).toBe(0);
});

test('no command starts if its machine is suspended between the lease check and the start', async () => {
  const { exit, started } = await runWith(overMeanwhile, () => undefined);
  expect(exit).toMatchObject({ kind: 'not_started', code: 126 });
  expect(started).toBe(0);
});

test('a start that took too long is repeated once if the lease has been renewed', async () => {
  expect(await runWith(overMeanwhile, inAMinute)).toMatchObject({
    exit: { kind: 'exited', code: 0 },
    asked: 2,
    started: 1,
  });
  expect(await runWith(overMeanwhile, overMeanwhile)).toMatchObject({
    exit: { kind: 'not_started' },
    asked: 2,
    started: 0,
  });
});
