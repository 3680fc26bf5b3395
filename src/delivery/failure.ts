import type { Outcome } from '../domain/outcome.js';

/** Why a delivery failed. */
export interface DeliveryFailure {
  /** Why it failed, for a person. Contains no address, because addresses may contain secrets. */
  readonly error: string;
  /** How many times a request was sent; 0 if the outbox rejected the delivery. */
  readonly tries?: number;
  /** How a command ended. */
  readonly outcome?: Outcome;
  /** The last lines of a command's output; absent if it printed nothing. */
  readonly outputTail?: string;
}

/** The error of a delivery that is cut short because the scheduler stops. */
export const STOPPED = 'the scheduler was stopped';
