import type { CancelCause } from './outcome.js';

/** What an executor sees of a run's cancellation. */
export interface Cancellation {
  /** `undefined` until canceled; then the first cause, for ever. */
  readonly cause: CancelCause | undefined;
  /** Whether the grace between SIGTERM and SIGKILL is over at once. */
  readonly isForced: boolean;
  /** Sets the one listener: called at the first cancellation and again when it becomes forced; at once if either has happened. */
  onChange(listener: () => void): void;
  /** Tells that the process has ended. If it was not canceled by then it never will have been: a timeout while its output is read is none. */
  seal(): void;
}

/** The hand that cancels. Lighter than an `AbortController`, of which one per run would cost more than the rest of a firing. */
export class Canceler implements Cancellation {
  #cause: CancelCause | undefined;
  #forced = false;
  #sealed = false;
  #listener: (() => void) | undefined;

  get cause(): CancelCause | undefined {
    return this.#cause;
  }

  get isForced(): boolean {
    return this.#forced;
  }

  onChange(listener: () => void): void {
    this.#listener = listener;
    if (this.#cause !== undefined) listener();
  }

  seal(): void {
    this.#sealed = true;
  }

  /** Cancels with this cause. A later cause changes nothing, nor does one after the process has ended. */
  cancel(cause: CancelCause): void {
    if (this.#cause !== undefined || this.#sealed) return;
    this.#cause = cause;
    this.#listener?.();
  }

  /** Cancels, if that has not happened, and ends the grace: SIGKILL now. */
  force(cause: CancelCause): void {
    if (this.#forced || (this.#sealed && this.#cause === undefined)) return;
    this.#forced = true;
    this.#cause ??= cause;
    this.#listener?.();
  }
}
