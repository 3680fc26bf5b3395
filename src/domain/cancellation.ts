import type { CancelCause, Exit } from './outcome.js';

/** What an executor sees of a run's cancellation. */
export interface Cancellation {
  /** `undefined` until canceled; then the first cause, for ever. */
  readonly cause: CancelCause | undefined;
  /** Whether the grace between SIGTERM and SIGKILL is over at once. */
  readonly isForced: boolean;
  /**
   * Sets the one listener: called at the first cancellation and again when it becomes forced; at once if either has happened.
   * `hasEnded` is asked before the first: whether the process has ended by itself, though its end has not been told yet.
   */
  onChange(listener: () => void, hasEnded?: () => boolean): void;
  /** Tells how the process has ended. If it was not canceled by then it never will have been: a timeout while its output is read is none. */
  seal(exit: Exit): void;
}

/** The hand that cancels. Lighter than an `AbortController`, of which one per run would cost more than the rest of a firing. */
export class Canceler implements Cancellation {
  #cause: CancelCause | undefined;
  #forced = false;
  #sealed = false;
  #exit: Exit | undefined;
  #listener: (() => void) | undefined;
  #hasEnded: () => boolean = () => false;

  get cause(): CancelCause | undefined {
    return this.#cause;
  }

  get isForced(): boolean {
    return this.#forced;
  }

  /** How the process has ended; `undefined` before it has. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  onChange(listener: () => void, hasEnded: () => boolean = () => false): void {
    this.#listener = listener;
    this.#hasEnded = hasEnded;
    if (this.#cause !== undefined) listener();
  }

  seal(exit: Exit): void {
    this.#sealed = true;
    this.#exit = exit;
  }

  /** Cancels with this cause. A later cause changes nothing, nor does one after the process has ended. */
  cancel(cause: CancelCause): void {
    if (this.#cause !== undefined || this.#isTooLate()) return;
    this.#cause = cause;
    this.#listener?.();
  }

  /** Cancels, if that has not happened, and ends the grace: SIGKILL now. */
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
