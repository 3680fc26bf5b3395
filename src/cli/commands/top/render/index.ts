import { layoutOf } from '../layout.js';
import { shownRows } from '../rows.js';
import type { View } from '../view.js';
import { renderFooter } from './footer.js';
import { renderHeader } from './header.js';
import { renderHelp } from './help.js';
import { cut, type TerminalStyle } from './terminal-style.js';
import { renderPane } from './pane.js';
import { renderTimers } from './timers-table.js';

/** Draws a view: one line per screen line, none wider than the screen. Reads nothing else, not even the clock. */
export function renderTop(view: View, look: TerminalStyle): string[] {
  const { columns: width, rows: height } = view.size;
  const layout = layoutOf(view);
  if (layout === undefined) return fill([cut('too small: needs 40 x 10', width, look)], height);
  const rows = shownRows(view);
  const body = [
    ...fill(renderTimers(rows, view, { height: layout.list, look }), layout.list + 1),
    ...(view.pane === undefined ? [] : fill(renderPane(view.pane, { width, height: layout.pane, look }), layout.pane)),
  ];
  const isHelp = view.mode.kind === 'help';
  return [
    ...renderHeader(view, { rows: rows.length, height: layout.list }, look),
    ...(isHelp ? fill(['', ...renderHelp(width, look).map((line) => cut(line, width, look))], body.length) : body),
    ...renderFooter(view, look),
  ];
}

const fill = (lines: readonly string[], height: number): string[] =>
  Array.from({ length: height }, (_, index) => lines[index] ?? '');
