import type { View } from './view.js';

/** The height of each part, in lines. */
export interface Layout {
  readonly list: number;
  /** Includes the title; 0 if absent. */
  readonly pane: number;
}

/**
 * The lines around the list and the pane. Above: two lines of summary and the table head. Below: the result of the last
 * action, and the keys. A shared state adds a line.
 */
const FRAME = 5;
const LEAST_ROWS = 10;
const LEAST_COLUMNS = 40;
const PANE_SHARE = 0.6;

/** Divides the screen between list and pane; `undefined` if it is too small to show anything useful. */
export function layoutOf({
  size: { columns, rows },
  pane,
  scheduler,
}: Pick<View, 'size' | 'pane' | 'scheduler'>): Layout | undefined {
  if (columns < LEAST_COLUMNS || rows < LEAST_ROWS) return undefined;
  const body = rows - FRAME - (scheduler?.shared ? 1 : 0);
  if (pane === undefined) return { list: body, pane: 0 };
  const list = pane.isTall ? 1 : body - Math.floor(body * PANE_SHARE);
  return { list, pane: body - list };
}
