import type { RunOn } from '../../domain/command.js';
import type { AttemptIo } from '../../domain/executor.js';
import type { Exit } from '../../domain/outcome.js';
import type { Duration, Instant } from '../../domain/time.js';
import type { WorkOrder, WorkResult, WorkStart } from './work-orders.js';
import type { FoundWork } from './work-queues.js';

/**
 * How long an attempt must be missing from its queue before it counts as lost. Its worker needs a few seconds to
 * notice.
 */
const UNTIL_GONE: Duration = 20_000;

/** An attempt that a worker runs, as its scheduler sees it. */
export class RemoteAttempt {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  #order: WorkOrder;
  readonly io: AttemptIo;
  readonly #settle: (exit: Exit) => void;
  #hasStarted = false;
  #hasEnded = false;
  /** When the attempt was first missing from its queue, by the monotonic clock. */
  #missingSince: Duration | undefined;
  /** Whether a request to add it is on its way. */
  isSending = false;
  /** Whether its queue has confirmed it. */
  isConfirmed = false;
  /** The latest time at which the attempt must start, by the monotonic clock. */
  startsBefore: Duration = Infinity;
  /** When the attempt was last checked, by the monotonic clock. */
  lookedAt: Duration = 0;

  constructor(
    id: string,
    { name, runOn, order, io }: { name: string; runOn: RunOn; order: WorkOrder; io: AttemptIo },
    settle: (exit: Exit) => void,
  ) {
    this.id = id;
    this.name = name;
    this.label = runOn.label;
    this.#order = order;
    this.io = io;
    this.#settle = settle;
  }

  get order(): WorkOrder {
    return this.#order;
  }

  /**
   * Applies a new definition. Returns whether workers need a new order, because the timer has changed but still belongs
   * to the same workers.
   */
  redefine(runOn: RunOn | undefined): boolean {
    if (runOn?.label !== this.label || runOn.hash === this.#order.hash) return false;
    this.#order = { ...this.#order, hash: runOn.hash };
    return true;
  }

  get isCanceled(): boolean {
    return this.io.cancellation.cause !== undefined;
  }

  /** Applies what was found in the queue. */
  take(found: FoundWork | undefined, { now, elapsed }: { readonly now: Instant; readonly elapsed: Duration }): void {
    if (this.#hasEnded) return;
    if (found === undefined) {
      this.#missing(elapsed);
      return;
    }
    this.#missingSince = undefined;
    if (found.start) this.#started(found.start, now);
    if (found.end !== undefined) this.#ended(found.end, found.node, now);
  }

  #ended(end: NonNullable<FoundWork['end']>, taker: string | undefined, now: Instant): void {
    if (taker !== undefined) this.io.taken?.(taker);
    const node = taker ?? 'a worker';
    if (end === 'dead') this.end({ kind: 'lost', error: `${node} died or was cut off while it was running` });
    else if (end === 'invalid') this.end({ kind: 'lost', error: `${node} sent no valid result` });
    else this.#finished(end, now);
  }

  end(exit: Exit): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.io.cancellation.seal(exit);
    this.#settle(exit);
  }

  #started({ node, pid, startedAt }: WorkStart, now: Instant): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    this.startsBefore = Infinity;
    this.io.taken?.(node);
    this.io.started(pid, Math.max(0, now - startedAt));
  }

  #finished({ exit, node, start, tail, usage }: WorkResult, now: Instant): void {
    this.io.taken?.(node);
    if (start) this.#started(start, now);
    if (tail.length > 0) this.io.outputTail?.(tail);
    if (usage) this.io.used?.(usage);
    this.end(exit);
  }

  #missing(elapsed: Duration): void {
    this.#missingSince ??= elapsed;
    if (elapsed - this.#missingSince < UNTIL_GONE) return;
    this.end({ kind: 'lost', error: 'the store of the state lost it while it was queued or running' });
  }
}
