import type { History } from '../domain/ledger.js';
import { readState } from '../stores/index.js';
import { troubleOf } from '../stores/trouble.js';

/** What came of a question to the history. */
export type Reading<Answer> =
  | { readonly kind: 'read'; readonly answer: Answer }
  /** Nothing has been recorded yet. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Asks the history of a state. Only bugs and wrong usage throw: a state that is broken, locked or denied is an answer. */
export async function readHistory<Answer>(
  path: string,
  ask: (history: History) => Answer | Promise<Answer>,
): Promise<Reading<Answer>> {
  const state = readState(path);
  if (state.kind !== 'open') return state;
  try {
    return { kind: 'read', answer: await ask(state.history) };
  } catch (error) {
    return { kind: 'unavailable', reason: troubleOf(error).reason };
  } finally {
    state.history.close();
  }
}
