import { Canceler } from '../domain/cancellation.js';
import type { Clock } from '../domain/clock.js';
import type { Command } from '../domain/command.js';
import type { HookFailed, RunFinished, TimerEvent } from '../domain/events/index.js';
import type { Executor } from '../domain/executor.js';
import type { Hooks } from '../domain/job.js';
import { canceled, type CancelCause, type Outcome } from '../domain/outcome.js';
import { FairQueue } from '../turns/fair-queue.js';
import type { Sink } from '../domain/sink.js';
import { SECOND, type Duration } from '../domain/time.js';
import { runErrand } from './run-command.js';
import { hookEnvironment } from './run-environment.js';

export interface HooksContext {
  /** The hooks of a job, asked when a run of it has ended; `undefined` when there is no such job any more. */
  readonly hooksOf: (jobName: string) => Hooks | undefined;
  readonly executor: Executor;
  readonly clock: Clock;
  /** Told of every hook that did not succeed. */
  readonly emit: (failed: HookFailed) => void;
}

/** How many hooks run at once, over all timers. */
const AT_ONCE = 16;
/** How many more may wait: of one timer, and over all. */
const PER_TIMER = 100;
const OVER_ALL = 1_000;
/** How long those are waited for that were sent SIGKILL then. */
const KILL_PATIENCE: Duration = 1 * SECOND;
const SHUTDOWN: CancelCause = { kind: 'shutdown' };
const TOO_MANY: Outcome = { status: 'canceled', error: 'too many hooks wait already' };

/**
 * Creates the listener that runs the hooks of the jobs when a run has ended: `on_failure` after failure, timeout and loss, `on_success` after
 * success, `on_recovery` besides if it is the first behind a failure; none after a cancellation.
 *
 * Hooks take no slot of a timer and hold nobody up: of one timer one runs at a time, in order, for 30 s at most, and the timers take turns at
 * sixteen places; so hooks that hang delay those of other timers only where sixteen timers' hang at the same moment, and by those 30 s. One
 * that fails, or that finds too many waiting, is told as `hook.failed` with the last lines it printed; nothing else follows from it. `settle`
 * waits for all of them, as long as it is told; then those that wait are given up and those that run are killed, which is told, too.
 */
export function createHooks(context: HooksContext): Sink {
  return new HookRunner(context);
}

/** One hook of one run. */
interface Call {
  readonly hook: HookFailed['hook'];
  readonly command: Command;
  readonly run: RunFinished;
  readonly canceler: Canceler;
}

class HookRunner implements Sink {
  readonly name = 'hooks';
  readonly #context: HooksContext;
  readonly #queue: FairQueue<Call>;

  constructor(context: HooksContext) {
    this.#context = context;
    this.#queue = new FairQueue({
      clock: context.clock,
      atOnce: AT_ONCE,
      perKey: PER_TIMER,
      overAll: OVER_ALL,
      run: (call) => this.#run(call),
      refuse: (call, why) => this.#fail(call, why === 'stopped' ? canceled(SHUTDOWN) : TOO_MANY),
      end: ({ canceler }) => canceler.force(SHUTDOWN),
    });
  }

  accept(event: TimerEvent): void {
    if (event.event !== 'run.finished') return;
    const { jobName } = event.firing;
    const hooks = this.#context.hooksOf(jobName);
    if (hooks === undefined) return;
    for (const call of callsFor(event, hooks)) this.#queue.add(jobName, call);
  }

  settle(patience: Duration): Promise<void> {
    return this.#queue.settle(patience, KILL_PATIENCE);
  }

  async #run(call: Call): Promise<void> {
    const env = hookEnvironment(call.hook, call.run);
    const { outcome, outputTail } = await runErrand({ ...call, env }, this.#context);
    if (outcome.status !== 'success') this.#fail(call, outcome, outputTail);
  }

  #fail({ hook, run }: Call, outcome: Outcome, outputTail = ''): void {
    const { clock, emit } = this.#context;
    const { jobName } = run.firing;
    const failed = { event: 'hook.failed', at: clock.now(), jobName, runId: run.runId, hook, outcome } as const;
    emit(outputTail === '' ? failed : { ...failed, outputTail });
  }
}

function callsFor(run: RunFinished, { onFailure, onSuccess, onRecovery }: Hooks): readonly Call[] {
  const call = (hook: Call['hook'], command: Command | undefined) =>
    command ? [{ hook, command, run, canceler: new Canceler() }] : [];
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
