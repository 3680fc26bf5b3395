import { nextStartOf } from '../../../domain/status-record.js';
import { localTime } from '../../../schedules/index.js';
import { fullStartInWords } from '../../render/firings.js';

/** What a scheduler returns after a reset. Schedulers of earlier versions omit `starts_at`. */
export interface ResetAnswer {
  readonly next_at: string | null;
  readonly starts_at?: string | null;
  readonly breaker_closed: boolean;
}

/**
 * Printed for a timer of the file, which keeps its schedule. `every` returns to its grid, and `in` counts from the next
 * start of the scheduler.
 */
const AFTERWARDS =
  'timers: this moves one firing. After it, or after a restart, the schedule in the file applies again.';

/** Describes the result of a reset, in lines. */
export function resetInWords(name: string, answer: ResetAnswer, timezone: string): readonly string[] {
  const { next_at: next, breaker_closed: hasClosed } = answer;
  const start = nextStartOf(answer);
  const isMoved = next !== null && start !== null;
  const done = [
    ...(isMoved ? [startInWords(Date.parse(next), Date.parse(start), timezone)] : []),
    ...(hasClosed ? ['runs again: its breaker is closed'] : []),
  ];
  return [`timers: ${name} ${done.join(', and ')}`, ...(isMoved && isOfFile(name) ? [AFTERWARDS] : [])];
}

const startInWords = (due: number, start: number, timezone: string): string =>
  due === start
    ? `is due at ${localTime(due, timezone)} ${timezone}`
    : `starts at ${fullStartInWords({ due, offset: start - due }, timezone)}, in ${timezone}`;

/** Ad-hoc timers have a colon in their names. */
const isOfFile = (name: string): boolean => !name.includes(':');
