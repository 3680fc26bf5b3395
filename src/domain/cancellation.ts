import type { CancelCause, Exit } from './outcome.js';

/** A run's cancellation as an executor sees it. */
export interface Cancellation {
  /** `undefined` until the run is canceled; then always the first cause. */
  readonly cause: CancelCause | undefined;
  /** Whether the grace between SIGTERM and SIGKILL ends at once. */
  readonly isForced: boolean;
  /**
   * Sets the only listener. It is called at the first cancellation and again when that becomes forced; at once if the
   * run is already canceled. `hasEnded` is called before a first cancellation, and returns whether the process has
   * exited although {@link seal} has not been called yet.
   */
  onChange(listener: () => void, hasEnded?: () => boolean): void;
  /**
   * Reports how the process ended. Later cancellations have no effect, such as a timeout while its output is still
   * being read.
   */
  seal(exit: Exit): void;
}

const NO = (): boolean => false;

/** Cancels a run. Lighter than an `AbortController`, of which one per run would cost more than the rest of a firing. */
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

  /** Cancels with this cause. Has no effect after an earlier cause, or after the process has ended. */
  cancel(cause: CancelCause): void {
    if (this.#cause !== undefined || this.#isTooLate()) return;
    this.#cause = cause;
    this.#listener?.();
  }

  /** Cancels the run if necessary, and ends the grace: SIGKILL is sent now. */
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
