import type { History, HistoryQuery, OpenRun } from '../../../domain/ledger.js';
import { nearest } from '../../../text/nearest.js';
import { FIRING_STATUSES, type FiringStatus } from '../../../domain/outcome.js';
import type { Instant } from '../../../domain/time.js';
import { readCount } from '../../arguments.js';
import { UsageError } from '../../command.js';
import { wayOut } from '../../../text/nearest.js';
import { readPastWindow, type WrittenWindow, type Window } from '../../read-window.js';

/** The filter on the command line, as written. */
export interface HistoryArguments extends WrittenWindow {
  readonly names: readonly string[];
  readonly count?: string;
  readonly status?: string;
}

/** Which outcomes to show. */
export interface HistoryFilter extends Window {
  /** Empty for all timers. */
  readonly names: readonly string[];
  /** Empty for all outcomes. */
  readonly statuses: readonly FiringStatus[];
  /** The maximum number of outcomes. The latest are shown. */
  readonly count: number;
  /** Whether the user set that number. */
  readonly isCounted: boolean;
}

/** What the history contains for a filter. */
export interface Found {
  /** Outcomes, oldest first. */
  readonly numbers: readonly number[];
  /** Runs without an outcome yet, oldest first. Empty if the filter has statuses or an end. */
  readonly open: readonly OpenRun[];
  /** Whether more exist, and no limit was set. */
  readonly isCut: boolean;
}

/** How many outcomes are shown by default. */
const DEFAULT_COUNT = 20;

/** The maximum number of outcomes shown if a start time is given. */
export const MOST_SHOWN = 10_000;

/** Parses the filter. @throws UsageError with the nearest valid word, or the forms that an option accepts. */
export function readFilter(
  { names, count, status, since, until }: HistoryArguments,
  here: { readonly now: Instant; readonly timezone: string },
): HistoryFilter {
  return {
    names: [...new Set(names)],
    statuses: status === undefined ? [] : [...new Set(status.split(',').map(readStatus))],
    ...readPastWindow({ since, until }, here),
    count: readCount(count) ?? (since === undefined ? DEFAULT_COUNT : MOST_SHOWN),
    isCounted: count !== undefined,
  };
}

function readStatus(text: string): FiringStatus {
  const word = text.trim();
  const status = FIRING_STATUSES.find((one) => one === word);
  if (status !== undefined) return status;
  // Other forms of a word, such as `failed`, differ from it by more letters than a typo.
  const meant = nearest(word, FIRING_STATUSES) ?? FIRING_STATUSES.find((one) => one.slice(0, 4) === word.slice(0, 4));
  const way = meant === undefined ? `It is one of: ${FIRING_STATUSES.join(', ')}` : `Did you mean ${meant}?`;
  throw new UsageError(`--status: unknown outcome "${word}". ${way}`);
}

/** Queries the history. */
export function find(history: History, filter: HistoryFilter): Found {
  const { names, statuses, since, until, count, isCounted } = filter;
  const limit = count + 1;
  const queries = orAny(names).flatMap((jobName) =>
    orAny(statuses).map((status): HistoryQuery => ({
      limit,
      ...(jobName !== undefined && { jobName }),
      ...(status !== undefined && { status }),
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
    })),
  );
  return history.still(() => {
    const numbers = queries.flatMap((query) => history.numbers(query)).sort((one, other) => one - other);
    const open = statuses.length > 0 || until !== undefined ? [] : history.open();
    return {
      numbers: numbers.slice(-count),
      open: open.filter(({ firing }) => names.length === 0 || names.includes(firing.jobName)),
      isCut: !isCounted && numbers.length > count,
    };
  });
}

const orAny = <T>(wanted: readonly T[]): readonly (T | undefined)[] => (wanted.length === 0 ? [undefined] : wanted);

/**
 * Rejects names that neither the timer file nor the history contains. A timer that was removed from the file keeps its
 * history.
 * @throws UsageError with the nearest name.
 */
export function checkNames(names: readonly string[], inFile: readonly string[], history?: History): void {
  const known = new Set([...inFile, ...(history?.jobs().keys() ?? [])]);
  for (const name of names) {
    if (known.has(name) || history?.endings({ jobName: name, limit: 1 }).length) continue;
    throw new UsageError(`unknown timer "${name}" in the file or in the history. ${wayOut(name, [...known])}`);
  }
}
