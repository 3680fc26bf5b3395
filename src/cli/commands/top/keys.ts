import { DurationError, parseDuration } from '../../../domain/duration.js';
import { layoutOf } from './layout.js';
import { shownRows } from './rows.js';
import { ORDERS, type Mode, type Step, type View, type Wish } from './view.js';

const LIST: Mode = { kind: 'list' };
const LONGEST_INPUT = 60;

/** Handles a key in any mode of the view. */
export function pressKey(view: View, key: string): Step {
  // These keys mean the same everywhere.
  if (key === 'ctrl-c') return withWish(view, { kind: 'quit' });
  if (key === 'ctrl-z') return withWish(view, { kind: 'suspend' });
  if (key === 'ctrl-l') return withWish(view, { kind: 'redraw' });
  const { mode } = view;
  switch (mode.kind) {
    case 'list':
      return pressInList({ ...view, said: undefined }, key);
    case 'help':
      return key === 'q' ? withWish(view, { kind: 'quit' }) : just({ ...view, mode: LIST });
    case 'filter':
      return pressInFilter(view, key, mode.before);
    case 'pause':
      return pressInPause(view, key, mode);
    case 'cancel':
      return pressInCancel({ ...view, mode: LIST }, key, mode.name);
  }
}

const just = (view: View): Step => ({ view, wishes: [] });
const withWish = (view: View, wish: Wish): Step => ({ view, wishes: [wish] });
const say = (view: View, text: string): Step => just({ ...view, said: { text, isTrouble: false } });

function pressInList(view: View, key: string): Step {
  const move = MOVES[key];
  if (move !== undefined) return just(select(view, move));
  const order = ORDERS[Number(key) - 1];
  if (order !== undefined) return just({ ...view, order });
  const plain = PLAIN[key];
  if (plain !== undefined) return plain(view);
  const act = ON_SELECTED[key];
  if (act === undefined) return just(view);
  if (view.selected !== undefined) return act(view, view.selected);
  return say(view, 'select a timer first, with the arrow keys');
}

/** How many rows each key moves the selection. A page is as high as the list. */
const MOVES: Readonly<Record<string, (page: number) => number>> = {
  up: () => -1,
  k: () => -1,
  down: () => 1,
  j: () => 1,
  pageup: (page) => -page,
  pagedown: (page) => page,
  home: () => -Infinity,
  g: () => -Infinity,
  end: () => Infinity,
  G: () => Infinity,
};

function select(view: View, move: (page: number) => number): View {
  const rows = shownRows(view);
  const page = Math.max(1, layoutOf(view)?.list ?? 1);
  const index = rows.findIndex(({ timer }) => timer.task_name === view.selected);
  const by = move(page);
  // Without a selection, the first key selects the first or the last row, whatever its direction.
  const wanted = index < 0 ? (by === Infinity ? by : 0) : index + by;
  const name = rows[Math.min(Math.max(wanted, 0), rows.length - 1)]?.timer.task_name;
  return withSelection(view, name);
}

function withSelection(view: View, name: string | undefined): View {
  const { pane } = view;
  if (pane === undefined || pane.name === name) return { ...view, selected: name };
  return { ...view, selected: name, pane: name === undefined ? undefined : { ...pane, name, lines: [] } };
}

/** Keys that need no selected timer. */
const PLAIN: Readonly<Record<string, (view: View) => Step>> = {
  q: (view) => withWish(view, { kind: 'quit' }),
  '?': (view) => just({ ...view, mode: { kind: 'help' } }),
  h: (view) => just({ ...view, mode: { kind: 'help' } }),
  '/': (view) => just({ ...view, mode: { kind: 'filter', before: view.filter } }),
  s: (view) => just({ ...view, order: ORDERS[(ORDERS.indexOf(view.order) + 1) % ORDERS.length] ?? 'next' }),
  escape: (view) => just(undo(view)),
};

/** Closes one thing at a time: the pane, then the filter, then the selection. */
function undo(view: View): View {
  if (view.pane !== undefined) return { ...view, pane: undefined };
  return view.filter === '' ? { ...view, selected: undefined } : { ...view, filter: '' };
}

/** Keys that act on the selected timer. */
const ON_SELECTED: Readonly<Record<string, (view: View, name: string) => Step>> = {
  enter: showOutput,
  o: showOutput,
  t: (view, name) => withWish(view, { kind: 'trigger', name }),
  p: (view, name) => withWish(view, { kind: isPaused(view, name) ? 'resume' : 'pause', name }),
  P: (view, name) => just({ ...view, mode: { kind: 'pause', name, text: '' } }),
  c: (view, name) => {
    const runs = view.timers.get(name)?.timer.runs.length ?? 0;
    if (runs === 0) return say(view, `${name} has no active run`);
    return just({ ...view, mode: { kind: 'cancel', name, runs } });
  },
};

const isPaused = (view: View, name: string): boolean => view.timers.get(name)?.timer.paused != null;

/** Shows the output on half of the screen, then on all of it, then closes it. */
function showOutput(view: View, name: string): Step {
  const { pane } = view;
  if (pane === undefined) return just({ ...view, pane: { name, isTall: false, lines: [] } });
  return just({ ...view, pane: pane.isTall ? undefined : { ...pane, isTall: true } });
}

/** Handles a key while you type a filter. The list updates as you type. Escape restores the previous filter. */
function pressInFilter(view: View, key: string, before: string): Step {
  if (key === 'enter') return just({ ...view, mode: LIST });
  if (key === 'escape') return just({ ...view, mode: LIST, filter: before });
  return just({ ...view, filter: type(view.filter, key) });
}

function pressInPause(view: View, key: string, mode: Extract<Mode, { kind: 'pause' }>): Step {
  if (key === 'escape') return just({ ...view, mode: LIST });
  if (key !== 'enter') return just({ ...view, said: undefined, mode: { ...mode, text: type(mode.text, key) } });
  const { name, text } = mode;
  if (text.trim() === '') return withWish({ ...view, mode: LIST }, { kind: 'pause', name });
  try {
    return withWish({ ...view, mode: LIST }, { kind: 'pause', name, length: parseDuration(text) });
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    return just({ ...view, said: { text: `${error.message} ${error.hint}`, isTrouble: true } });
  }
}

function pressInCancel(view: View, key: string, name: string): Step {
  return key === 'y' ? withWish(view, { kind: 'cancel', name }) : say(view, 'nothing was canceled');
}

function type(text: string, key: string): string {
  if (key === 'backspace') return Array.from(text).slice(0, -1).join('');
  if (key === 'ctrl-u') return '';
  return Array.from(key).length === 1 && text.length < LONGEST_INPUT ? text + key : text;
}
