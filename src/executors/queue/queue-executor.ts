import type { Clock } from '../../domain/clock.js';
import type { Command, RunOn } from '../../domain/command.js';
import type { TimerEvent } from '../../domain/events/index.js';
import type { LeftAttempt } from '../../domain/orphans.js';
import type { AttemptIo, Executor } from '../../domain/executor.js';
import type { Exit } from '../../domain/outcome.js';
import type { Cancel, Duration } from '../../domain/time.js';
import type { ExecutorTerm } from '../kind.js';
import type { QueuePlace } from './channels.js';
import { travelling, workIdOf } from './work-orders.js';
import { RemoteAttempt } from './remote-attempt.js';
import { WorkQueues, type FoundWork, type QueueDepth } from './work-queues.js';

/** The pause between two checks of all attempts, in case a message was lost. */
const ROUND: Duration = 1_000;
/** How often each attempt is checked if no message arrives. */
const BETWEEN_LOOKS: Duration = 5_000;
const BEFORE_NEXT_TRY: Duration = 200;
const BEFORE_SWEEP: Duration = 600_000;
/** The pause between two searches for dead workers. */
const REAP_EVERY: Duration = 2_000;

const UNSTARTED: Exit = { kind: 'signaled', signal: 'SIGTERM' };

export type WorkTerm = Pick<ExecutorTerm, 'environment'> & { readonly heldUntil: () => Duration | undefined };

export interface QueueExecutorParts {
  readonly clock: Clock;
  readonly place: QueuePlace;
  /** The period in which this machine is the active one. */
  readonly term: WorkTerm;
  readonly reapEvery?: Duration | undefined;
  /** Returns which workers run a timer, according to its current definition. */
  readonly runOnOf: (timer: string) => RunOn | undefined;
  /** Called with the reason when the store begins to reject messages. */
  readonly onUnheard: (reason: string) => void;
}

/**
 * Passes attempts to workers. An attempt outlives its scheduler. The next scheduler asks for it by run and number, and
 * gets the active attempt or its result.
 */
export class QueueExecutor implements Executor {
  readonly #parts: QueueExecutorParts;
  readonly #queues: WorkQueues;
  readonly #attempts = new Map<string, RemoteAttempt>();
  /** Ended attempts whose end is not recorded yet, with their labels. */
  readonly #ended = new Map<string, string>();
  readonly #looking = new Set<string>();
  readonly #lookAgain = new Set<string>();
  #isClosed = false;
  #disarm: Cancel = () => undefined;
  #sweptAt: Duration;

  constructor(parts: QueueExecutorParts) {
    const { clock, place, term, reapEvery = REAP_EVERY, onUnheard } = parts;
    this.#parts = parts;
    const { TIMERS_FENCE: fence = '0' } = term.environment;
    this.#queues = new WorkQueues(place, { clock, fence, hear: (id) => this.#heard(id), reapEvery, onUnheard });
    this.#sweptAt = clock.monotonic();
    this.#round();
  }

  execute(command: Command, io: AttemptIo): Promise<Exit> {
    const { runOn, env } = command;
    const { TIMERS_RUN_ID: runId = '', TIMERS_ATTEMPT: number = '', TIMERS_TASK_NAME: name = '' } = io.env;
    if (runOn === undefined) throw new RangeError(`${name} is not for workers`);
    const { TRACEPARENT } = env;
    const { TIMERS_FENCE } = this.#parts.term.environment;
    const present = this.#parts.runOnOf(name);
    // A run keeps its definition across a reload, but workers no longer have it.
    const { hash } = present?.label === runOn.label ? present : runOn;
    const order = { hash, env: travelling({ TRACEPARENT, ...io.env, TIMERS_FENCE }) };
    const id = workIdOf(runId, number);
    return new Promise((resolve) => {
      const attempt = new RemoteAttempt(id, { name, runOn, order, io }, (exit) => {
        this.#attempts.delete(id);
        if (exit.kind !== 'expired') this.#ended.set(id, attempt.label);
        resolve(exit);
      });
      this.#attempts.set(id, attempt);
      io.cancellation.onChange(() => void this.#cancel(attempt));
      if (io.startWithin !== undefined) {
        attempt.startsBefore = this.#parts.clock.monotonic() + io.startWithin;
        this.#watchStart(attempt);
      }
      void this.#send(attempt);
    });
  }

  /** Call this with each event once it is recorded. An attempt whose end is recorded leaves its queue. */
  recorded(event: TimerEvent): void {
    if (event.event === 'run.finished') this.#forget(workIdOf(event.runId, event.attempts));
    else if (event.event === 'attempt.failed') this.#forget(workIdOf(event.runId, event.attempt));
  }

  /** Call this when definitions have changed: attempts that wait for a worker get the current definition. */
  redefine(): void {
    for (const attempt of this.#attempts.values())
      if (attempt.redefine(this.#parts.runOnOf(attempt.name)) && attempt.isConfirmed) void this.#send(attempt);
  }

  /** Implements {@link Orphans.takeBack}. */
  async takeBack({ runId, attempt, label }: LeftAttempt, action: 'kill' | 'keep'): Promise<boolean> {
    const { clock, term } = this.#parts;
    const id = workIdOf(runId, attempt);
    while (!this.#isClosed && term.heldUntil() !== undefined) {
      // While the store is unreachable, the answer is unknown, so the queue is asked again.
      if (await this.#endLeft(label, id, action).catch(() => false)) return true;
      await new Promise<void>((resolve) => clock.after(ROUND, resolve));
    }
    return false;
  }

  /** Ends an attempt that an earlier scheduler left. Returns whether it can neither start nor continue. */
  async #endLeft(label: string, id: string, action: 'kill' | 'keep'): Promise<boolean> {
    if (await this.#queues.takeBack(label, id)) return true;
    const found = await this.#queues.find(label, id);
    if (found === undefined) return true;
    if (found.end !== undefined) return this.#queues.remove(label, id);
    if (action === 'kill') await this.#queues.cancel(label, id, false);
    return action === 'keep';
  }

  /** Rejects while the store is unreachable. */
  depth(label: string): Promise<QueueDepth> {
    return this.#queues.depth(label);
  }

  /** Attempts on workers continue, but {@link execute} never resolves for them. */
  close(): void {
    this.#isClosed = true;
    this.#disarm();
    this.#attempts.clear();
    this.#queues.close();
  }

  /**
   * Sends an attempt until the queue confirms it. A lost response is harmless, because the queue accepts each id only
   * once.
   */
  async #send(attempt: RemoteAttempt): Promise<void> {
    const { clock, term } = this.#parts;
    while (this.#isOpen(attempt) && !attempt.isCanceled) {
      // Without the lease, the next active machine decides about the attempt. The fence rejects a request sent before
      // that.
      if (term.heldUntil() === undefined) return;
      attempt.isSending = true;
      const { order } = attempt;
      const added = await this.#queues.add(attempt.label, attempt, clock.now()).catch(() => undefined);
      attempt.isSending = false;
      attempt.isConfirmed ||= added !== undefined;
      // The attempt may have started or ended before this scheduler asked for it.
      if (added === 'known') this.#heard(attempt.id);
      if (added === undefined) await new Promise<void>((resolve) => clock.after(BEFORE_NEXT_TRY, resolve));
      // A reload may have changed the definition in the meantime.
      else if (attempt.order === order) break;
    }
    attempt.lookedAt = clock.monotonic() - BETWEEN_LOOKS + ROUND;
    if (attempt.isCanceled) await this.#cancel(attempt);
  }

  async #cancel(attempt: RemoteAttempt): Promise<void> {
    // Whether the queue has the attempt is known only after sending.
    if (!this.#isOpen(attempt) || attempt.isSending) return;
    try {
      const found = await this.#look(attempt);
      if (!this.#isOpen(attempt)) return;
      const isUnsent = found === undefined && !attempt.isConfirmed;
      if (isUnsent || (await this.#queues.takeBack(attempt.label, attempt.id))) attempt.end(UNSTARTED);
      else await this.#queues.cancel(attempt.label, attempt.id, attempt.io.cancellation.isForced);
    } catch {
      // The next round tries again.
    }
  }

  /** Withdraws an attempt from its queue if it has not started in time. */
  #watchStart(attempt: RemoteAttempt): void {
    const left = attempt.startsBefore - this.#parts.clock.monotonic();
    if (left < ROUND) this.#parts.clock.after(Math.max(0, left), () => void this.#expire(attempt));
  }

  async #expire(attempt: RemoteAttempt): Promise<void> {
    // Whether the queue has the attempt is known only after sending.
    if (!this.#isOpen(attempt) || attempt.isSending || attempt.isCanceled) return;
    try {
      const { label, id, isConfirmed } = attempt;
      if ((await this.#queues.takeBack(label, id)) || ((await this.#look(attempt)) === undefined && !isConfirmed))
        attempt.end({ kind: 'expired' });
    } catch {
      // The next round tries again.
    }
  }

  #isOpen({ id }: RemoteAttempt): boolean {
    return !this.#isClosed && this.#attempts.has(id);
  }

  #heard(id: string): void {
    const attempt = this.#attempts.get(id);
    if (attempt === undefined) return;
    if (this.#looking.has(id)) this.#lookAgain.add(id);
    // The next round checks again.
    else void this.#look(attempt).catch(() => undefined);
  }

  /** Asks the queue about an attempt, and applies the response. Rejects while the store is unreachable. */
  async #look(attempt: RemoteAttempt): Promise<FoundWork | undefined> {
    const { clock } = this.#parts;
    const { id, label } = attempt;
    this.#looking.add(id);
    attempt.lookedAt = clock.monotonic();
    try {
      const found = await this.#queues.find(label, id);
      if (this.#isOpen(attempt) && (found !== undefined || attempt.isConfirmed))
        attempt.take(found, { now: clock.now(), elapsed: clock.monotonic() });
      return found;
    } finally {
      this.#looking.delete(id);
      if (this.#lookAgain.delete(id)) this.#heard(id);
    }
  }

  #round(): void {
    const now = this.#parts.clock.monotonic();
    for (const attempt of this.#attempts.values()) {
      this.#watchStart(attempt);
      if (attempt.isCanceled) void this.#cancel(attempt);
      else if (attempt.isConfirmed && now - attempt.lookedAt >= BETWEEN_LOOKS) this.#heard(attempt.id);
    }
    void this.#queues.tidy();
    if (now - this.#sweptAt >= BEFORE_SWEEP) this.#sweep(now);
    this.#disarm = this.#parts.clock.after(ROUND, () => this.#round());
  }

  /**
   * Removes ended attempts that belong to no open run. The first sweep is after some minutes: by then, an active
   * scheduler has asked for all of its own attempts.
   */
  #sweep(now: Duration): void {
    this.#sweptAt = now;
    void this.#queues.sweep().catch(() => undefined);
  }

  #forget(id: string): void {
    const label = this.#ended.get(id);
    if (label === undefined) return;
    this.#ended.delete(id);
    this.#queues.forget(label, id);
  }
}
