import { DurationError, parseDuration } from '../domain/duration.js';
import type { Duration, Instant } from '../domain/time.js';
import { readTime } from './coming-firings.js';
import { UsageError } from './commands/kind.js';

/** Reads `--count`. @throws UsageError when it is no whole number from 1 to 999,999,999. */
export function readCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`--count takes a whole number from 1 on; got "${text}"`);
  return Number(text);
}

/** Reads an option that takes a duration. @throws UsageError with what is wrong and how to write it. */
export function readLength(option: string, text: string | undefined): Duration | undefined {
  if (text === undefined) return undefined;
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new UsageError(`${option}: ${error.message} ${error.hint}`);
  }
}

/** The timers a command is for: those named, or all. @throws UsageError when it is neither or both. */
export function readNames(names: readonly string[], all: true | undefined): { names?: readonly string[]; all?: true } {
  if (all && names.length > 0) throw new UsageError('--all means every timer: name none, or leave it out');
  if (!all && names.length === 0) throw new UsageError('which timers? Name them, or take --all');
  return all ? { all } : { names };
}

/**
 * Reads a point in time that is mostly past: all that {@link readTime} takes, `today` and `yesterday` for the machine's midnights,
 * and a duration back from `now`.
 * @throws UsageError with the forms it takes.
 */
export function readPastTime(
  option: string,
  text: string,
  { now, timezone }: { now: Instant; timezone: string },
): Instant {
  if (text === 'today') return midnight(now, 0);
  if (text === 'yesterday') return midnight(now, -1);
  if (/^\d{4}-/.test(text)) return readTime(option, text, timezone);
  try {
    return now - parseDuration(text);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    const forms = 'a time (2027-01-01 00:00), today, yesterday, or a duration back from now (2h, 7d)';
    throw new UsageError(`${option} takes ${forms}; got "${text}"`);
  }
}

/** The first instant of the machine's today, or of a day before or after it. */
const midnight = (now: Instant, days: number): Instant => {
  const today = new Date(now);
  return new Date(today.getFullYear(), today.getMonth(), today.getDate() + days).getTime();
};
