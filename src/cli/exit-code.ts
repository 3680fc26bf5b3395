import { constants } from 'node:os';
import type { Outcome } from '../domain/outcome.js';

const TIMED_OUT = 124;
const SIGNALED = 128;

/** As shells do: 124 after a timeout, 128 + n after signal n, else the command's own. */
export function exitCodeOf({ status, exitCode, signal }: Outcome): number {
  if (status === 'timeout') return TIMED_OUT;
  if (status === 'success') return exitCode ?? 0;
  if (signal !== undefined) return SIGNALED + numberOf(signal);
  return exitCode ?? 1;
}

/** Signals that Node has no name for are called `SIG<n>`. */
const numberOf = (signal: string): number =>
  signal in constants.signals ? constants.signals[signal as NodeJS.Signals] : Number(signal.slice('SIG'.length));
