import type { Instant } from '../domain/time.js';
import { localTime } from '../schedules/index.js';
import { UsageError } from './command.js';
import { isTimeOfDay, readFutureTime, readPastTime, type Here } from './read-time.js';

/** The ends of a window, as written. */
export interface WrittenWindow {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** The ends of a window, both inclusive. `undefined` for an open end. */
export interface Window {
  readonly since: Instant | undefined;
  readonly until: Instant | undefined;
}

/** Checks only the syntax of a window's times, for a command that does not know its zone yet. @throws UsageError */
export function checkPastWindow({ since, until }: WrittenWindow, here: Here): void {
  if (since !== undefined) readPastTime('--since', since, here);
  if (until !== undefined) readPastTime('--until', until, here);
}

/**
 * Parses a window that is usually in the past. An end that is a time of day is the first such time after the start.
 * @throws UsageError with the forms that a time accepts, or if the window ends before it starts.
 */
export function readPastWindow({ since, until }: WrittenWindow, here: Here): Window {
  const begin = since === undefined ? undefined : readPastTime('--since', since, here);
  const end = until === undefined ? undefined : readEnd(until, begin, here);
  if (begin !== undefined && end !== undefined)
    checkOrder({ named: '--since', begin }, { option: '--until', end, ...here });
  return { since: begin, until: end };
}

function readEnd(text: string, begin: Instant | undefined, here: Here): Instant {
  if (begin === undefined || !isTimeOfDay(text)) return readPastTime('--until', text, here);
  return readFutureTime('--until', text, { ...here, from: begin });
}

/** @throws UsageError if a window ends before it starts. */
export function checkOrder(
  { named, begin }: { readonly named: string; readonly begin: Instant },
  { option, end, timezone }: { readonly option: string; readonly end: Instant; readonly timezone: string },
): void {
  if (end >= begin) return;
  const [first, last] = [begin, end].map((instant) => localTime(instant, timezone));
  throw new UsageError(`${option} (${last}) is before ${named} (${first}). Use a later ${option}.`);
}
