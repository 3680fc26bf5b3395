import type { ChalkInstance } from 'chalk';
import type { OpenRun } from '../../domain/ledger.js';
import type { FiringStatus } from '../../domain/outcome.js';
import type { TableCell } from './table.js';

/** The state of a run without an outcome; `open` while no scheduler runs. */
type OpenWord = 'running' | 'waiting' | 'open';

/** Names the state of a run without an outcome. */
export function openWord({ attempts, retryAt, decided }: OpenRun, hasScheduler: boolean): OpenWord {
  if (!hasScheduler) return 'open';
  return decided !== undefined || (attempts > 0 && retryAt === undefined) ? 'running' : 'waiting';
}

/** The description of an {@link OpenWord} `open`. */
export const LEFT_OPEN = 'no scheduler is running; the next start resumes it';

/**
 * The word for a firing's outcome in a table: green for success, red for failure, yellow if it did not run to its end.
 */
export function outcomeCell(word: FiringStatus | OpenWord, chalk: ChalkInstance): Exclude<TableCell, string> {
  return { text: word, paint: paintOf(word, chalk) };
}

function paintOf(word: FiringStatus | OpenWord, { green, red, yellow, cyan }: ChalkInstance): (text: string) => string {
  switch (word) {
    case 'success':
      return green;
    case 'failure':
    case 'timeout':
    case 'lost':
      return red;
    case 'canceled':
    case 'skipped':
    case 'missed':
    case 'open':
      return yellow;
    case 'running':
    case 'waiting':
      return cyan;
  }
}
