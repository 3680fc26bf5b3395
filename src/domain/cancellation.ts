import type { CancelCause, Exit } from './outcome.js';

/** A run's cancellation as an executor sees it. */
export interface Cancellation {
  /** `undefined` until canceled; then always the first cause. */
  readonly cause: CancelCause | undefined;
  /** Whether the grace between SIGTERM and SIGKILL ends at once. */
  readonly isForced: boolean;
  /**
   * Sets the one listener. Called at the first cancellation and again when it becomes forced; at once if either has happened.
   * `hasEnded` is called before the first: whether the process has exited although `end` has not been called yet.
   */
  onChange(listener: () => void, hasEnded?: () => boolean): void;
  /** Reports how the process ended. Later cancellations have no effect, such as a timeout while its output is still being read. */
  seal(exit: Exit): void;
}

const NO = (): boolean => false;

/** Cancels a run. Lighter than an `AbortController`: one per run would cost more than the rest of a firing. */
export class Canceler implements Cancellation {
  #cause: CancelCause | undefined;
  #forced = false;
  #sealed = false;
  #exit: Exit | undefined;
  #listener: (() => void) | undefined;
  #hasEnded = NO;

  get cause(): CancelCause | undefined {
    return this.#cause;
  }

  get isForced(): boolean {
    return this.#forced;
  }

  /** How the process ended; `undefined` before that. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  onChange(listener: () => void, hasEnded = NO): void {
    this.#listener = listener;
    this.#hasEnded = hasEnded;
    if (this.#cause !== undefined) listener();
  }

  seal(exit: Exit): void {
    this.#sealed = true;
    this.#exit = exit;
  }

  /** Cancels with this cause. Later causes change nothing, nor does a cause after the process has ended. */
  cancel(cause: CancelCause): void {
    if (this.#cause !== undefined || this.#isTooLate()) return;
    this.#cause = cause;
    this.#listener?.();
  }

  /** Cancels if necessary, and ends the grace: SIGKILL now. */
  force(cause: CancelCause): void {
    if (this.#forced || (this.#cause === undefined && this.#isTooLate())) return;
    this.#forced = true;
    this.#cause ??= cause;
    this.#listener?.();
  }

  #isTooLate(): boolean {
    return (this.#sealed ||= this.#hasEnded());
  }
}
