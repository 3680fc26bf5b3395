import type { OpenEntry, PendingRecords } from '../pending-records.js';
import { entryOfEnding, entryOfFailedAttempt, removedEntry } from './entries.js';
import type { BoardChange, Entry, LogEntry } from './board.js';

/**
 * The maximum number of entries in a piece, and of characters in their texts. A store may reject more in one write:
 * etcd accepts 3,600 entries and 1 MiB of one job.
 */
const MOST_ENTRIES = 200;
const MOST_CHARACTERS = 400_000;

interface Piece extends BoardChange {
  readonly runs: Entry[];
  readonly log: LogEntry[];
}

/**
 * Removes and returns what may be written before the rest of a large change. These are runs that have ended and are
 * open on the board, with their log entries. Everything else depends on the memory of a job, and stays together. Takes
 * nothing from a small change.
 */
export function takeEarlyPieces(unrecorded: PendingRecords): readonly BoardChange[] {
  const { closedRuns, endings, failedAttempts } = unrecorded;
  if (closedRuns.length + endings.length + failedAttempts.length <= MOST_ENTRIES) return [];
  const ended = new Map<string, LogEntry[]>(closedRuns.map(({ run }) => [run.runId, []]));
  for (const one of failedAttempts) ended.get(one.runId)?.push(entryOfFailedAttempt(one));
  for (const one of endings) ended.get(one.runId ?? '')?.push(entryOfEnding(one));
  unrecorded.closedRuns = [];
  unrecorded.endings = endings.filter(({ runId = '' }) => !ended.has(runId));
  unrecorded.failedAttempts = failedAttempts.filter(({ runId }) => !ended.has(runId));
  return piecesOf(closedRuns, ended);
}

/** Divides ended runs into pieces without splitting a run. `ended` has the log entries of each run. */
function piecesOf(closedRuns: readonly OpenEntry[], ended: ReadonlyMap<string, readonly LogEntry[]>): Piece[] {
  const pieces: Piece[] = [];
  let [piece, characters] = [emptyPiece(), 0];
  for (const { run } of closedRuns) {
    const log = ended.get(run.runId) ?? [];
    const size = log.reduce((sum, { text }) => sum + text.length, 0);
    const entries = piece.runs.length + piece.log.length + 1 + log.length;
    const isFull = entries > MOST_ENTRIES || characters + size > MOST_CHARACTERS;
    if (isFull && piece.runs.length > 0) {
      pieces.push(piece);
      [piece, characters] = [emptyPiece(), 0];
    }
    piece.runs.push(removedEntry(run.firing.jobName, run.runId));
    piece.log.push(...log);
    characters += size;
  }
  return piece.runs.length > 0 ? [...pieces, piece] : pieces;
}

const emptyPiece = (): Piece => ({ jobs: [], runs: [], log: [] });
