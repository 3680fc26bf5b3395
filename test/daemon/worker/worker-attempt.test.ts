import { expect, test } from 'vitest';
import { runAttempt } from '../../../src/daemon/worker/worker-attempt.js';
import type { AttemptIo } from '../../../src/domain/executor.js';
import { FakeClock } from '../../support/fake-clock.js';
import { everyMs, job } from '../../support/rig.js';

test('a command gets the variables of its order, and an empty TIMERS_FALLBACK', async () => {
  const clock = new FakeClock();
  const env = {
    TIMERS_TASK_NAME: 'backup',
    TIMERS_RUN_ID: 'r1',
    TIMERS_ATTEMPT: '2',
    TIMERS_SCHEDULED_AT: '2026-11-23T08:00:00.000Z',
  };
  const received: AttemptIo['env'][] = [];
  const { ended } = runAttempt(
    job('backup', everyMs(1_000)),
    {
      ...{ name: 'backup', label: 'any', order: { hash: 'h', env } },
      heldUntil: () => undefined,
      started: () => undefined,
    },
    {
      clock,
      executor: {
        execute(_command, io) {
          received.push(io.env);
          return Promise.resolve({ kind: 'exited', code: 0 });
        },
      },
      node: 'w1',
      strayAction: 'kill',
      emit: () => undefined,
      drained: () => undefined,
      began: () => undefined,
      ended: () => undefined,
    },
  );
  expect(await ended).toMatchObject({ exit: { kind: 'exited', code: 0 }, node: 'w1' });
  expect(received).toEqual([{ ...env, TIMERS_FALLBACK: '' }]);
});
