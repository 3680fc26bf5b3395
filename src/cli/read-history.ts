import type { History, LeftOut } from '../domain/ledger.js';
import { readState } from '../stores/index.js';
import { troubleOf } from '../stores/trouble.js';
import type { Terminal } from './terminal.js';

/** The result of querying the history. */
export type HistoryReading<Answer> =
  | { readonly kind: 'read'; readonly answer: Answer; readonly invalid: LeftOut }
  /** Nothing has been recorded yet. `reason`: why nothing can be recorded. */
  | { readonly kind: 'none'; readonly reason?: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

const NOTHING: LeftOut = { count: 0, words: [] };

/**
 * Queries the history of a state. Throws only for bugs and wrong usage: a state that is broken, locked or denied is a
 * result.
 */
export async function readHistory<Answer>(
  path: string,
  ask: (history: History) => Answer | Promise<Answer>,
): Promise<HistoryReading<Answer>> {
  const state = readState(path);
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

/** Prints that there is no state at `path` yet, and why there can be none. */
export const nothingRecorded = (path: string, { reason }: { readonly reason?: string | undefined }): string =>
  `Nothing is recorded yet: there is no ${path}${reason === undefined ? '' : ` (${reason})`}.`;

/** Prints which parts of a state are invalid and were left out. */
export function warnOfInvalid(terminal: Terminal, path: string, reading: HistoryReading<unknown> | undefined): void {
  if (reading?.kind !== 'read' || reading.invalid.count === 0) return;
  const { count, words } = reading.invalid;
  const values = count === 1 ? 'an invalid value' : `${count} invalid values`;
  terminal.err(`timers: the state ${path} holds ${values}, left out here: ${words.slice(0, 3).join('; ')}`);
}
