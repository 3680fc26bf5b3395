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

/** Describes what the next start does with a run that is `open` because no scheduler is running. */
export const leftOpen = (run: OpenRun): string => `no scheduler is running; ${whatStartDoes(run)}`;

function whatStartDoes({ attempts, retryAt, decided, label }: OpenRun): string {
  if (decided !== undefined) return 'the next start records how it ended';
  if (attempts === 0) return 'the next start runs it late, or reports it as missed';
  if (retryAt !== undefined) return 'the next start retries it';
  if (label !== undefined) return 'its worker may still have it';
  return 'the next start records it as lost, unless it retries lost runs';
}

/** Returns the cell for a firing's outcome: green for success, red for failure, yellow if it did not run to its end. */
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
