import type { Clock } from '../domain/clock.js';
import type { Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { Ledger } from '../domain/ledger.js';
import { MINUTE, SECOND, type Duration } from '../domain/time.js';
import { contain } from './contain.js';
import { reportBug, type EngineContext } from './context.js';
import type { EventBus } from './event-bus.js';
import { isResumed } from './restore-memories.js';
import type { Recorder } from './recorder.js';
import type { Recovery } from './recovery.js';
import type { RunTable } from './run-table.js';
import type { Companion } from './scheduler-parts.js';
import type { Startup } from './startup.js';
import { Termination } from './termination.js';
import type { TimerLoop } from './timer-loop.js';

/** How long the sinks may take for their own work (hooks, notifications) when someone waits for the end. */
export const HASTE: Duration = SECOND;
/** How long they may take otherwise. */
const LEISURE: Duration = MINUTE;

interface ShutdownParts {
  readonly clock: Clock;
  readonly ledger: Ledger | undefined;
  readonly companions: readonly Companion[];
  /** The loop of the jobs' timers. */
  readonly loop: TimerLoop;
  readonly runs: RunTable;
  readonly startup: Pick<Startup, 'uptime'>;
  readonly recovery: Pick<Recovery, 'ended'>;
  readonly recorder: Recorder;
  readonly bus: EventBus;
}

/** Ends a scheduler in order: its timers, its runs, the sinks' own work, the ledger. */
export class Shutdown {
  readonly #context: EngineContext;
  readonly #parts: ShutdownParts;
  readonly #termination: Termination;
  #stopping: Promise<void> | undefined;
  #isDraining = false;

  constructor(context: EngineContext, parts: ShutdownParts) {
    const { clock, ledger, runs } = parts;
    this.#context = context;
    this.#parts = parts;
    // Without a ledger the next scheduler knows nothing about waiting runs.
    const handsOver = ledger?.handsOver === true;
    const survives = (job: Job, firing: Firing) =>
      handsOver || (ledger !== undefined && isResumed(job, firing, context.now()));
    this.#termination = new Termination(runs, context.elapsed, clock, { survives, handsOver });
  }

  /** {@link Scheduler.stop} */
  stop(signal?: string, patience = signal === undefined ? LEISURE : HASTE): Promise<void> {
    return (this.#stopping ??= this.#stop(signal, patience));
  }

  /** {@link Scheduler.drain} */
  async drain(): Promise<void> {
    const { loop } = this.#parts;
    if (!loop.isRunning) return this.#stopping;
    this.#isDraining = true;
    loop.stop();
    const ended = this.#termination.drain();
    this.#emitStopping({ drain: true });
    await ended;
    await this.stop();
  }

  /** {@link Scheduler.forceStop} */
  force(): void {
    this.#parts.recorder.hurry();
    this.#termination.force();
  }

  async #stop(signal: string | undefined, patience: Duration): Promise<void> {
    const { companions, loop, recovery, recorder, bus } = this.#parts;
    recorder.expectClose();
    if (signal !== undefined) this.#emitStopping({ signal });
    else if (!this.#isDraining) this.#emitStopping({});
    for (const companion of companions)
      contain(
        () => companion.stop(),
        (error) => reportBug(this.#context, 'stopping a companion', error),
      );
    loop.stop();
    await Promise.all([this.#termination.stop(), recovery.ended()]);
    this.#context.elapsed.stop();
    await bus.settle(patience);
    // Closed before the last event, because the ledger reports what it could not record.
    await recorder.close();
    this.#emitStopped();
    await bus.flush();
  }

  #emitStopping(facts: { readonly drain?: true; readonly signal?: string }): void {
    const { running } = this.#parts.runs;
    this.#context.emit({ event: 'scheduler.stopping', at: this.#context.now(), running, ...facts });
  }

  #emitStopped(): void {
    const { runs, startup } = this.#parts;
    this.#context.emit({
      event: 'scheduler.stopped',
      at: this.#context.now(),
      runs: runs.finished,
      ...(runs.waiting > 0 && { waiting: runs.waiting }),
      uptimeMs: Math.round(startup.uptime ?? 0),
    });
  }
}
