import type { Outcome } from '../domain/outcome.js';

/** Why a delivery failed. */
export interface DeliveryFailure {
  /** For a person. Contains no address, because addresses may contain secrets. */
  readonly error: string;
  /** How many times a request was sent. 0: the outbox refused the delivery. */
  readonly tries?: number;
  /** How a command ended. */
  readonly outcome?: Outcome;
  /** The last lines of a command's output; absent when it printed nothing. */
  readonly outputTail?: string;
}

/** The error of a delivery that the end of the scheduler cuts short. */
export const STOPPED = 'the scheduler was stopped';
