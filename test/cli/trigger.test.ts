import { expect, test } from 'vitest';
import { carryOut } from '../../src/cli/commands/top/carry-out.js';
import { triggerAndGo, triggerAndWait } from '../../src/cli/commands/trigger/trigger.js';
import type { Reached } from '../../src/cli/reach-scheduler.js';
import type { EventRecord, FollowListener } from '../../src/control/index.js';
import { capturedTerminal } from '../support/past.js';

const fired = { firing_id: 'job@2026-11-24T03:00:00.000Z', scheduled_at: '2026-11-24T03:00:00.000Z' };

test.each([
  ['attempting', 'fired', '', 'triggered'],
  ['parked', 'queued', ', after its active run', 'queued'],
  ['waiting', 'queued', ', until a slot or a worker is free', 'queued'],
  [undefined, 'fired', '', 'triggered'],
])('a firing whose run is %s is said to be %s', async (state, word, until, inTop) => {
  const terminal = capturedTerminal();
  const answer = () => Promise.resolve({ ...fired, ...(state !== undefined && { state }) });
  await triggerAndGo({ change: answer } as unknown as Reached, { name: 'job' }, { terminal, asJson: false });
  expect(terminal.said.err).toEqual([
    `timers: ${word} job as ${fired.firing_id}${until}. Follow it: timers logs job -f`,
  ]);
  const wish = { kind: 'trigger', name: 'job' } as const;
  expect(await carryOut({ ask: answer }, wish, { now: 0, zone: 'UTC' })).toBe(`${inTop} job`);
});

const FIRED = { firing_id: 'out@1', scheduled_at: '2026-11-23T10:02:00.000Z' };
const recordOf = (fields: object) => ({ firing_id: FIRED.firing_id, ...fields }) as unknown as EventRecord;
const LINE = recordOf({ event: 'run.output', stream: 'stdout', line: 'last' });
const END = recordOf({ event: 'run.finished', status: 'success', success: true, exit_code: 0, signal: null });

/** Triggers a timer whose scheduler sends what `send` says. */
async function triggered(send: (listener: FollowListener) => void) {
  const terminal = capturedTerminal();
  const follow = (_: object, listener: FollowListener) => {
    send(listener);
    return new Promise<void>(() => undefined);
  };
  const reached = { client: { follow }, change: () => Promise.resolve(FIRED) } as unknown as Reached;
  const code = await triggerAndWait(reached, { name: 'out' }, { terminal, asJson: false });
  return { code, ...terminal.said };
}

test('trigger --wait reports at its end that its output is incomplete, and exits as the command does', async () => {
  const { code, out, err } = await triggered((listener) => {
    listener.dropped(1_000);
    listener.event(LINE);
    listener.event(END);
  });
  expect([code, out]).toEqual([0, ['last']]);
  expect(err).toEqual([
    "timers: 1000 lines left out here: output came faster than this command reads. See the scheduler's log",
    "timers: the output of out is incomplete. See the scheduler's log, where timers start prints",
  ]);
});

test('trigger --wait reports nothing about complete output', async () => {
  const { out, err } = await triggered((listener) => {
    listener.event(LINE);
    listener.event(END);
  });
  expect([out, err]).toEqual([['last'], []]);
});
