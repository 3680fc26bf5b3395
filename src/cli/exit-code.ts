import { constants } from 'node:os';
import type { Outcome } from '../domain/outcome.js';

const TIMED_OUT = 124;
const SIGNALED = 128;

/**
 * Returns the exit code of an outcome. As in shells, it is 124 after a timeout, 128 + n after signal n, otherwise the
 * command's own code. Only a success is 0.
 */
export function exitCodeOf({ status, exitCode, signal }: Outcome): number {
  if (status === 'timeout') return TIMED_OUT;
  if (status === 'success') return exitCode ?? 0;
  if (signal !== undefined) return SIGNALED + numberOf(signal);
  // An exit code of 0 would mean that the run succeeded.
  return exitCode || 1;
}

/** Signals without a name in Node are called `SIG<n>`. */
const numberOf = (signal: string): number =>
  signal in constants.signals ? constants.signals[signal as NodeJS.Signals] : Number(signal.slice('SIG'.length));
