import { jobsWithRuns, type PlanSource, type SchedulerPlan } from '../../domain/controls.js';
import type { Clock } from '../../domain/clock.js';
import type { TimerEvent } from '../../domain/events/index.js';
import type { Sink } from '../../domain/sink.js';
import type { TakeoverRecord } from '../../domain/status-record.js';
import { toTimestamp, type Duration } from '../../domain/time.js';
import type { Companion } from '../../engine/scheduler-parts.js';
import type { Scheduler } from '../../engine/scheduler.js';
import { HASTE } from '../../engine/shutdown.js';
import { reasonOf, Standby, type Term } from '../../stores/shared/index.js';
import type { SharedState } from './open.js';

interface TermsParts {
  readonly shared: SharedState;
  readonly clock: Clock;
  /**
   * Makes the scheduler of a term. Without a term, makes a scheduler that never starts, and shows the timers while this
   * machine stands by.
   */
  readonly compose: (term: Term | undefined) => Scheduler;
  /** Parts that live as long as this process, across all terms. */
  readonly companions: readonly Companion[];
  readonly sinks: readonly Sink[];
  /** What to do with active runs when the state is lost. */
  readonly orphans: () => 'kill' | 'keep';
  /** Called with the time that each commit took. */
  readonly onCommitted?: (took: Duration) => void;
}

/**
 * The schedulers of this machine on a shared state, one after the other. The machine stands by, is active for a term,
 * and stands by again when it has lost the state. The process, the control socket and the page are the same across all
 * terms.
 */
export class Terms {
  readonly #parts: TermsParts;
  readonly #standby: Standby;
  #scheduler: Scheduler;
  #term: Term | undefined;
  #takeover: TakeoverRecord | undefined;
  #working: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;
  #end: () => void = () => undefined;
  readonly #ended = new Promise<'stopped'>((resolve) => (this.#end = () => resolve('stopped')));
  #beIdle: () => void = () => undefined;
  readonly #isIdle = new Promise<void>((resolve) => (this.#beIdle = resolve));

  constructor(parts: TermsParts) {
    const { board, place, node, newId } = parts.shared;
    this.#parts = parts;
    this.#scheduler = parts.compose(undefined);
    this.#standby = new Standby({
      board,
      clock: parts.clock,
      lease: place.lease,
      name: node,
      newId,
      onCommitted: parts.onCommitted,
      onHeld: ({ name }) =>
        this.#emit((at) => ({ event: 'scheduler.standing_by', at, active: name, state: board.place })),
      onTrouble: (trouble) =>
        this.#emit((at) =>
          trouble === undefined
            ? { event: 'state.recovered', at, file: board.place, lost: 0 }
            : { event: 'state.unavailable', at, file: board.place, reason: reasonOf(trouble, board), isShared: true },
        ),
      onWentBack: (behind) =>
        this.#emit((at) => ({
          event: 'state.went_back',
          at,
          file: board.place,
          ...(behind >= 0 && { behind }),
          isRestored: true,
        })),
    });
  }

  /** The current scheduler. While this machine stands by, it has not started. */
  get scheduler(): Scheduler {
    return this.#scheduler;
  }

  /** Whether this machine runs the timers. */
  get isActive(): boolean {
    return this.#term?.stillHolds() === true;
  }

  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** The name of the active machine; `undefined` if none is known. */
  get active(): string | undefined {
    return this.#standby.holder?.name;
  }

  /** The number of the active machine's term; `undefined` if none is known. */
  get fence(): number | undefined {
    return this.#standby.holder?.fence;
  }

  /** How this machine last became the active one; `undefined` if it never did. */
  get takeover(): TakeoverRecord | undefined {
    return this.#takeover;
  }

  /** How long the lease still lasts; 0 while this machine stands by. */
  get leaseLeft(): Duration {
    return this.#term?.left() ?? 0;
  }

  start(): void {
    for (const companion of this.#parts.companions) companion.start();
    this.#working = this.#work();
  }

  /** Resolves when nothing can fire any longer. */
  idle(): Promise<void> {
    return this.#isIdle;
  }

  /** {@link Scheduler.stop}. Waiting runs stay open for the next active machine, which can take over at once. */
  stop(signal?: string, patience?: Duration): Promise<void> {
    const stop = (scheduler: Scheduler) => scheduler.stop(signal, patience);
    return (this.#stopping ??= this.#stop(stop, patience ?? HASTE));
  }

  /** {@link Scheduler.drain} */
  drain(): Promise<void> {
    const drain = (scheduler: Scheduler) => (this.#term === undefined ? scheduler.stop() : scheduler.drain());
    return (this.#stopping ??= this.#stop(drain, HASTE));
  }

  /** {@link Scheduler.forceStop} */
  forceStop(): void {
    this.#scheduler.forceStop();
  }

  /** Applies a changed timer file: at once while active, otherwise in the next term. */
  reload(plan: SchedulerPlan, source: PlanSource): void {
    if (this.#term !== undefined) {
      this.#scheduler.controls.reload(plan, source);
      return;
    }
    const change = this.#scheduler.controls.compare(plan);
    this.#scheduler = this.#parts.compose(undefined);
    this.#emit((at) => ({ event: 'config.reloaded', at, ...source, ...change }));
  }

  async #work(): Promise<void> {
    while (this.#stopping === undefined) {
      const term = await this.#standby.take();
      if (term === undefined) return;
      if (this.isStopping) await term.release();
      else await this.#serve(term);
    }
  }

  async #serve(term: Term): Promise<void> {
    const { shared, compose } = this.#parts;
    this.#term = term;
    const scheduler = (this.#scheduler = compose(term));
    this.#tookOver(term);
    if (term.wentBack)
      this.#emit((at) => ({ event: 'state.went_back', at, file: shared.board.place, isRestored: false }));
    scheduler.start();
    // A scheduler that stops because it lost the state is not idle: its timers continue on another machine.
    void scheduler.idle().then(() => term.isLost || this.#beIdle());
    const why = await Promise.race([term.lost, this.#ended]);
    if (why !== 'stopped') {
      const running = jobsWithRuns(scheduler.controls.status()).reduce((sum, { runs }) => sum + runs.length, 0);
      const action = this.#parts.orphans();
      this.#emit((at) => ({ event: 'scheduler.lost_state', at, why, running, action }));
      // Commands that keep running may take hours, so nothing waits for them.
      if (action === 'keep') void scheduler.drain();
      else await scheduler.stop();
    }
    await term.release();
    this.#term = undefined;
    if (this.#stopping === undefined) this.#scheduler = compose(undefined);
  }

  #tookOver({ taken: { fence, previous: from, idle: gapMs } }: Term): void {
    const before = { ...(from !== undefined && { from }), ...(gapMs !== undefined && { gapMs }) };
    this.#emit((at) => ({ event: 'scheduler.took_over', at, ...before, fence }));
    const at = toTimestamp(this.#scheduler.now());
    const times = (this.#takeover?.times ?? 0) + 1;
    this.#takeover = { at, from: from ?? null, gap_ms: gapMs ?? null, times };
  }

  async #stop(stop: (scheduler: Scheduler) => Promise<void>, patience: Duration): Promise<void> {
    this.#standby.stop();
    for (const companion of this.#parts.companions) companion.stop();
    await stop(this.#scheduler);
    this.#end();
    await this.#working;
    const { sinks, shared } = this.#parts;
    await Promise.all(sinks.flatMap((sink) => sink.settle?.(patience) ?? []));
    await Promise.all(sinks.flatMap((sink) => sink.flush?.() ?? []));
    await shared.board.close();
  }

  #emit(event: (at: number) => TimerEvent): void {
    this.#scheduler.emit(event(this.#scheduler.now()));
  }
}

/**
 * Wraps a sink for one term, so that it ends only with the process. `goesOn` returns whether the term's scheduler stops
 * because it lost the state. Then this machine stands by again, and the sink receives no `scheduler.stopping` or
 * `scheduler.stopped`.
 */
export const heardInTerm = (sink: Sink, goesOn: () => boolean): Sink => ({
  name: sink.name,
  drained: () => sink.drained?.(),
  accept(event) {
    const isEnd = event.event === 'scheduler.stopping' || event.event === 'scheduler.stopped';
    if (!isEnd || !goesOn()) sink.accept(event);
  },
});
