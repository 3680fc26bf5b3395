import type { Pane, Size } from './view.js';

/** How many lines each part has. */
export interface Layout {
  readonly list: number;
  /** Its title included; 0 without one. */
  readonly pane: number;
}

/** Two lines of summary and the table's head above; what was done and what keys do below. */
const FRAME = 5;
const LEAST_ROWS = 10;
const LEAST_COLUMNS = 40;
const PANE_SHARE = 0.6;

/** Parts a screen among list and pane; `undefined` when it is too small to show anything of use. */
export function layoutOf({ columns, rows }: Size, pane: Pane | undefined): Layout | undefined {
  if (columns < LEAST_COLUMNS || rows < LEAST_ROWS) return undefined;
  const body = rows - FRAME;
  if (pane === undefined) return { list: body, pane: 0 };
  const list = pane.isTall ? 1 : body - Math.floor(body * PANE_SHARE);
  return { list, pane: body - list };
}
