import type { View } from './view.js';

/** The height of each part, in lines. */
export interface Layout {
  readonly list: number;
  /** Includes the title. 0 if there is no pane. */
  readonly pane: number;
}

/**
 * The number of lines around the list and the pane. Two lines of summary and the table head are above them. The result
 * of the last action and the keys are below. A shared state adds a line.
 */
const FRAME = 5;
const LEAST_ROWS = 10;
const LEAST_COLUMNS = 40;
const PANE_SHARE = 0.6;

/** Divides the screen between list and pane. Returns `undefined` if the screen is too small to show anything useful. */
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
