import type { History, LeftOut } from '../domain/ledger.js';
import { createSystemClock } from '../clocks/system.js';
import type { SharedState } from '../daemon/shared/open.js';
import type { HistoryPlace } from '../daemon/state.js';
import type { SharedPlace } from '../domain/state-place.js';
import { isInUse, readState, type Retention, type StateReading } from '../stores/index.js';
import { troubleOf } from '../stores/trouble.js';
import { shortPath } from './load.js';
import type { Terminal } from './terminal.js';

/** The result of querying the history. */
export type HistoryReading<Answer> =
  | { readonly kind: 'read'; readonly answer: Answer; readonly invalid: LeftOut }
  /** Nothing has been recorded yet. `reason`: why nothing can be recorded. */
  | { readonly kind: 'none'; readonly reason?: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Selects outcomes of any age and number, because the state itself deletes old ones. */
const ALL: Retention = { keep: 1e13, runs: 1e9 };

const NOTHING: LeftOut = { count: 0, words: [] };

/**
 * Queries the history of a state. Throws only for bugs and wrong usage. A broken, locked or inaccessible state is
 * reported in the result.
 */
export async function readHistory<Answer>(
  place: HistoryPlace,
  ask: (history: History) => Answer | Promise<Answer>,
): Promise<HistoryReading<Answer>> {
  const state = 'path' in place ? readState(place.path) : await readShared(place);
  if (state.kind !== 'open') return state;
  try {
    const answer = await ask(state.history);
    return { kind: 'read', answer, invalid: state.history.invalid ?? NOTHING };
  } catch (error) {
    return { kind: 'unavailable', reason: troubleOf(error).reason };
  } finally {
    state.history.close();
  }
}

/** Copies a shared state completely, then reads the copy. */
async function readShared(place: SharedPlace): Promise<StateReading> {
  const { openShared, mirrorOf } = await import('../daemon/shared/open.js');
  const { BoardTrouble, reasonOf } = await import('../stores/shared/index.js');
  const clock = createSystemClock();
  let shared: SharedState | undefined;
  try {
    shared = await openShared(place, clock);
    return { kind: 'open', history: (await mirrorOf(shared, clock, ALL)).history };
  } catch (error) {
    if (!(error instanceof BoardTrouble)) throw error;
    return { kind: 'unavailable', reason: shared ? reasonOf(error, shared.board) : error.message };
  } finally {
    await shared?.board.close();
  }
}

/** Returns the name of a state for the screen, without the secrets in the URL of a shared one. */
export const shownPlace = (place: HistoryPlace, cwd: string): string =>
  'path' in place ? shortPath(place.path, cwd) : place.url.replace(/\/\/[^/]*@/, '//').replace(/\?.*$/, '');

/**
 * Returns whether a scheduler uses the state now. For a shared state, only a request could show that, so the result is
 * true.
 */
export const isUsed = (place: HistoryPlace): boolean => !('path' in place) || isInUse(place.path);

/** Says that there is no state at `path` yet, and what prevents one. */
export const nothingRecorded = (path: string, { reason }: { readonly reason?: string | undefined }): string =>
  `Nothing is recorded yet: there is no ${path}${reason === undefined ? '' : ` (${reason})`}.`;

/** Prints which parts of a state are invalid and were left out. */
export function warnOfInvalid(terminal: Terminal, path: string, reading: HistoryReading<unknown> | undefined): void {
  if (reading?.kind !== 'read' || reading.invalid.count === 0) return;
  const { count, words } = reading.invalid;
  const values = count === 1 ? 'an invalid value' : `${count} invalid values`;
  terminal.err(`timers: the state ${path} contains ${values}, left out here: ${words.slice(0, 3).join('; ')}`);
}
