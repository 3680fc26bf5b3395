import { resolve } from 'node:path';
import type { TimerFile } from '../config/index.js';
import type { History } from '../domain/ledger.js';
import { defaultStatePath, readState } from '../stores/index.js';
import { troubleOf } from '../stores/trouble.js';
import type { StateOption } from './options.js';
import type { Terminal } from './terminal.js';

/** The file of history and cursors: the one that is named, or the timer file's; `undefined` when that says `state: false`. */
export function statePathOf(
  { path, settings: { state } }: TimerFile,
  { state: named }: StateOption,
  { cwd, env }: Terminal,
): string | undefined {
  if (named !== undefined) return resolve(cwd, named);
  switch (state.kind) {
    case 'memory':
      return undefined;
    case 'file':
      return state.path;
    case 'default':
      return defaultStatePath(path, env);
  }
}

/** What came of a question to the history. */
export type Reading<Answer> =
  | { readonly kind: 'read'; readonly answer: Answer }
  /** Nothing has been recorded yet. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Asks the history of a state. Only bugs and wrong usage throw: a state that is broken, locked or denied is an answer. */
export function readHistory<Answer>(path: string, ask: (history: History) => Answer): Reading<Answer> {
  const state = readState(path);
  if (state.kind !== 'open') return state;
  try {
    return { kind: 'read', answer: ask(state.history) };
  } catch (error) {
    return { kind: 'unavailable', reason: troubleOf(error).reason };
  } finally {
    state.history.close();
  }
}
