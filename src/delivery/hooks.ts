import type { Command } from '../domain/command.js';
import type { HookFailed, RunFinished } from '../domain/events/index.js';
import type { Hooks } from '../domain/job.js';
import type { Sink } from '../domain/sink.js';
import type { DeliveryFailure } from './failure.js';
import { Outbox, type OutboxLimits } from './outbox.js';
import { runCommand, type DeliveryContext } from './run-command.js';
import { hookEnvironment } from './run-environment.js';

export interface HooksContext extends DeliveryContext {
  /** Looks up the hooks of a job when a run ends; `undefined` if the job no longer exists. */
  readonly hooksOf: (jobName: string) => Hooks | undefined;
  /** Called for each hook that fails. */
  readonly emit: (failed: HookFailed) => void;
}

/** Each timer counts as one receiver. */
const LIMITS: OutboxLimits = { atOnce: 16, perReceiver: 100, overAll: 1_000 };

/** One hook of one run. */
interface Call {
  readonly hook: HookFailed['hook'];
  readonly command: Command;
  readonly run: RunFinished;
}

/**
 * Creates the listener that runs a job's hooks when a run ends. `on_failure` runs after a run that failed, timed out or
 * was lost. `on_success` runs after a success, and so does `on_recovery` if the run before it failed. No hook runs
 * after a cancellation. Hooks do not use a slot of the timer. A hook that fails or is rejected is reported as
 * `hook.failed`, with its last lines of output.
 */
export function createHooks(context: HooksContext): Sink {
  const { clock, hooksOf, emit } = context;
  const outbox = new Outbox<Call>({
    clock,
    limits: LIMITS,
    plural: 'hooks',
    deliver: ({ hook, command, run }, stop) => runCommand({ command, env: hookEnvironment(hook, run) }, stop, context),
    done(call, failure) {
      if (failure !== undefined) emit({ event: 'hook.failed', at: clock.now(), ...factsOf(call, failure) });
    },
  });
  return {
    name: 'hooks',
    accept(event) {
      if (event.event !== 'run.finished') return;
      const { jobName } = event.firing;
      const hooks = hooksOf(jobName);
      if (hooks === undefined) return;
      for (const call of callsFor(event, hooks)) outbox.add(jobName, call);
    },
    settle: (patience) => outbox.settle(patience),
  };
}

const factsOf = (
  { hook, run }: Call,
  { error, outcome, outputTail }: DeliveryFailure,
): Omit<HookFailed, 'event' | 'at'> => ({
  jobName: run.firing.jobName,
  runId: run.runId,
  hook,
  outcome: outcome ?? { status: 'canceled', error },
  ...(outputTail !== undefined && { outputTail }),
});

function callsFor(run: RunFinished, { onFailure, onSuccess, onRecovery }: Hooks): readonly Call[] {
  const call = (hook: Call['hook'], command: Command | undefined) => (command ? [{ hook, command, run }] : []);
  switch (run.outcome.status) {
    case 'failure':
    case 'timeout':
    case 'lost':
      return call('on_failure', onFailure);
    case 'success':
      return [...call('on_success', onSuccess), ...(run.isRecovery ? call('on_recovery', onRecovery) : [])];
    case 'canceled':
      return [];
  }
}
