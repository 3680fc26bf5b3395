import { clip, columnsOf } from './terminal-text.js';

export interface TableSize {
  /** Columns of the terminal. */
  readonly width: number;
  /** The columns that are cut when the rows are too long: the first as far as it goes, then the next. */
  readonly flexible: readonly number[];
}

/** A text without control characters, or one that gets its colour when it has its width. */
export type TableCell = string | { readonly text: string; readonly paint: (text: string) => string };

/** A column of a table with a head. */
export interface TableColumn {
  readonly head: string;
  readonly cells: readonly TableCell[];
}

/** How columns fit a narrow terminal. Columns are named by their heads. */
export interface TableLayout {
  readonly width: number;
  /** As in {@link TableSize}. */
  readonly flexible: readonly string[];
  /** Left out, in this order, for as long as the first flexible column has less than it needs and less than `room`. */
  readonly spared: readonly string[];
  readonly room: number;
}

const GAP = '  ';
const NARROWEST = 8;

/** A head and rows in aligned columns, those without content left out. */
export function renderColumns(all: readonly TableColumn[], { width, flexible, spared, room }: TableLayout): string[] {
  const needOf = ({ head, cells }: TableColumn) => {
    const widest = widestOf([head, ...cells]);
    return head === flexible[0] ? Math.min(widest, room) : widest;
  };
  let columns = all.filter(({ cells }) => cells.some((cell) => textOf(cell) !== ''));
  for (const head of spared)
    if (widthOf(columns.map(needOf)) > width) columns = columns.filter((column) => column.head !== head);
  const rows = columns[0]?.cells.map((_, row) => columns.map(({ cells }) => cells[row] ?? '')) ?? [];
  const indices = flexible.map((head) => columns.findIndex((column) => column.head === head));
  const size = { width, flexible: indices.filter((index) => index >= 0) };
  return renderTable([columns.map(({ head }) => head), ...rows], size);
}

/** Rows in aligned columns. Where they are longer than the width, the flexible columns are cut, but not below 8. */
export function renderTable(rows: readonly (readonly TableCell[])[], { width, flexible }: TableSize): string[] {
  const widths = (rows[0] ?? []).map((_, column) => widestOf(rows.map((row) => row[column] ?? '')));
  let excess = widthOf(widths) - width;
  for (const column of flexible) {
    const full = widths[column] ?? 0;
    const cut = Math.max(0, Math.min(excess, full - NARROWEST));
    widths[column] = full - cut;
    excess -= cut;
  }
  return rows.map((row) =>
    row
      .map((cell, column) => fit(cell, widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

const widthOf = (widths: readonly number[]): number => widths.reduce((sum, one) => sum + one + GAP.length, -GAP.length);

/** How many columns the longest of these takes. */
const widestOf = (cells: readonly TableCell[]): number =>
  cells.reduce((widest: number, cell) => Math.max(widest, columnsOf(textOf(cell))), 0);

const textOf = (cell: TableCell): string => (typeof cell === 'string' ? cell : cell.text);

function fit(cell: TableCell, width: number): string {
  const text = clip(textOf(cell), width);
  const padding = ' '.repeat(width - columnsOf(text));
  return (typeof cell === 'string' ? text : cell.paint(text)) + padding;
}
