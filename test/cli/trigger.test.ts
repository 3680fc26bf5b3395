import { expect, test } from 'vitest';
import { carryOut } from '../../src/cli/commands/top/carry-out.js';
import { triggerAndGo } from '../../src/cli/commands/trigger/trigger.js';
import type { Reached } from '../../src/cli/reach-scheduler.js';
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
