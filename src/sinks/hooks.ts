import { Canceler, type Cancellation } from '../domain/cancellation.js';
import type { Clock } from '../domain/clock.js';
import type { Command } from '../domain/command.js';
import type { HookFailed, RunFinished, TimerEvent } from '../domain/event.js';
import type { AttemptIo, Executor, OutputStream } from '../domain/executor.js';
import type { Hooks } from '../domain/job.js';
import { canceled, judge, type CancelCause, type Outcome } from '../domain/outcome.js';
import { OutputTail } from '../domain/output-tail.js';
import type { Sink } from '../domain/sink.js';
import { SECOND, type Duration } from '../domain/time.js';
import { hookEnvironment } from './hook-environment.js';

export interface HooksContext {
  /** The hooks of a job, asked when a run of it has ended; `undefined` when there is no such job any more. */
  readonly hooksOf: (jobName: string) => Hooks | undefined;
  readonly executor: Executor;
  readonly clock: Clock;
  /** Told of every hook that did not succeed. */
  readonly emit: (failed: HookFailed) => void;
}

/** How long a hook may take before it is ended. */
const TIMEOUT: Duration = 30 * SECOND;
/** How many hooks run at once. */
const AT_ONCE = 4;
/** How many more may wait. */
const MOST_WAITING = 1_000;
/** How long those are waited for that were sent SIGKILL then. */
const KILL_PATIENCE: Duration = 1 * SECOND;
const SHUTDOWN: CancelCause = { kind: 'shutdown' };

/**
 * Creates the listener that runs the hooks of the jobs when a run has ended: `on_failure` after failure, timeout and loss, `on_success` after
 * success, `on_recovery` besides if it is the first behind a failure; none after a cancellation.
 *
 * Hooks take no slot of a timer and hold nobody up: at most four run at once, for 30 s, the others wait in order. One that fails, or that
 * finds a thousand waiting, is told as `hook.failed` with the last lines it printed; nothing else follows from it. `settle` waits for all of
 * them, as long as it is told; then those that wait are given up and those that run are killed, which is told, too.
 */
export function createHooks(context: HooksContext): Sink {
  return new HookRunner(context);
}

/** One hook of one run. */
interface Call {
  readonly hook: HookFailed['hook'];
  readonly command: Command;
  readonly run: RunFinished;
}

class HookRunner implements Sink {
  readonly name = 'hooks';
  readonly #context: HooksContext;
  readonly #running = new Set<HookIo>();
  readonly #waiting: Call[] = [];
  #onIdle: (() => void) | undefined;

  constructor(context: HooksContext) {
    this.#context = context;
  }

  accept(event: TimerEvent): void {
    if (event.event !== 'run.finished') return;
    const hooks = this.#context.hooksOf(event.firing.jobName);
    if (hooks === undefined) return;
    for (const call of callsFor(event, hooks)) this.#submit(call);
  }

  async settle(patience: Duration): Promise<void> {
    if (await this.#isIdleWithin(patience)) return;
    for (const call of this.#waiting.splice(0)) this.#fail(call, canceled(SHUTDOWN));
    for (const { canceler } of this.#running) canceler.force(SHUTDOWN);
    await this.#isIdleWithin(KILL_PATIENCE);
  }

  #submit(call: Call): void {
    if (this.#running.size < AT_ONCE) this.#begin(call);
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(call);
    else this.#fail(call, { status: 'canceled', error: `${MOST_WAITING} hooks wait already` });
  }

  #begin(call: Call): void {
    const { clock, executor } = this.#context;
    const io = new HookIo(hookEnvironment(call.hook, call.run));
    this.#running.add(io);
    const disarm = clock.after(TIMEOUT, () => io.canceler.cancel({ kind: 'timeout', afterMs: TIMEOUT }));
    void executor.execute(call.command, io).then((exit) => {
      disarm();
      this.#running.delete(io);
      const outcome = judge(exit, io.canceler.cause, call.command.successCodes);
      if (outcome.status !== 'success') this.#fail(call, outcome, io.tail.toString());
      this.#goOn();
    });
  }

  #goOn(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) this.#begin(next);
    else if (this.#running.size === 0) this.#onIdle?.();
  }

  #fail({ hook, run }: Call, outcome: Outcome, outputTail = ''): void {
    const { clock, emit } = this.#context;
    const { jobName } = run.firing;
    const failed = { event: 'hook.failed', at: clock.now(), jobName, runId: run.runId, hook, outcome } as const;
    emit(outputTail === '' ? failed : { ...failed, outputTail });
  }

  #isIdleWithin(patience: Duration): Promise<boolean> {
    if (this.#running.size === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const disarm = this.#context.clock.after(patience, () => resolve(false));
      this.#onIdle = () => {
        disarm();
        resolve(true);
      };
    });
  }
}

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

/** What a hook's executor is given: its output is kept in case it fails, and goes nowhere else. */
class HookIo implements AttemptIo {
  readonly env: AttemptIo['env'];
  readonly canceler = new Canceler();
  readonly tail = new OutputTail();

  constructor(env: AttemptIo['env']) {
    this.env = env;
  }

  get cancellation(): Cancellation {
    return this.canceler;
  }

  started(): void {
    // Nobody asks for the pid of a hook.
  }

  line(_stream: OutputStream, line: string): void {
    this.tail.push(line);
  }

  trouble(sentence: string): void {
    this.tail.push(sentence);
  }

  drained(): undefined {
    return undefined;
  }
}
