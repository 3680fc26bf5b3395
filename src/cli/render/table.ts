import { clipToWidth, columnsOf } from './cells.js';

export interface TableSize {
  /** The width of the terminal, in columns. */
  readonly width: number;
  /** The indexes of the columns to cut if rows are too long: the first as far as possible, then the next. */
  readonly flexible: readonly number[];
}

/** A text, or a text that is colored once its width is known. */
export type TableCell = string | { readonly text: string; readonly paint: (text: string) => string };

/** A column of a table with a head. */
export interface TableColumn {
  readonly head: string;
  readonly cells: readonly TableCell[];
  /** Whether the column is aligned to the right, for times with the same ending. */
  readonly isRight?: boolean;
}

/** How columns adapt to a narrow terminal. Columns are named by their heads. */
export interface TableLayout {
  readonly width: number;
  /** The columns to cut if rows are too long, in this order: down to the minimum width, or to a given width. */
  readonly flexible: readonly (string | Cut)[];
  /**
   * Columns to drop, in this order, while a column in `rooms` would get less than its content needs and less than its
   * width in `rooms`.
   */
  readonly spared: readonly string[];
  readonly rooms: Readonly<Record<string, number>>;
  /** Columns to drop, in this order, if rows are still too long after all cuts. */
  readonly lastSpared?: readonly string[];
}

/** A column, named by its head, that is cut down to a width. A later cut may shorten it further. */
type Cut = readonly [head: string, atLeast: number];

const GAP = '  ';
const NARROWEST = 8;

/** Renders a head and rows in aligned columns, without empty columns. */
export function renderColumns(all: readonly TableColumn[], layout: TableLayout): string[] {
  const shape = new TableShape();
  shape.measure(all);
  const { head, lines } = shape.fit(layout);
  return [head, ...lines(all)];
}

/** Columns with their widths, to print rows a few at a time. */
export interface FittedTable {
  readonly head: string;
  /** Formats measured columns, with these or other measured cells. */
  readonly lines: (columns: readonly TableColumn[]) => string[];
}

interface Measure {
  readonly index: number;
  readonly head: string;
  readonly isRight: boolean;
  readonly widest: number;
  readonly hasContent: boolean;
}

/** Measures rows a few at a time, so that a table of any length needs no more memory than a line. */
export class TableShape {
  #measures: readonly Measure[] = [];

  /** Adds some rows. The columns are the same each time. */
  measure(columns: readonly TableColumn[]): void {
    this.#measures = columns.map(({ head, cells, isRight = false }, index) => {
      const before = this.#measures[index];
      const widest = Math.max(before?.widest ?? columnsOf(head), widestOf(cells));
      const hasContent = before?.hasContent === true || cells.some((cell) => textOf(cell) !== '');
      return { index, head, isRight, widest, hasContent };
    });
  }

  /** Chooses the columns and their widths. */
  fit({ width, flexible, spared, rooms, lastSpared = [] }: TableLayout): FittedTable {
    const cuts = flexible.map((one): Cut => (typeof one === 'string' ? [one, NARROWEST] : one));
    const isCut = (name: string) => cuts.some(([head]) => head === name);
    let kept = this.#measures.filter(({ hasContent }) => hasContent);
    const spare = (heads: readonly string[], needOf: (measure: Measure) => number) => {
      for (const head of heads)
        if (widthOf(kept.map(needOf)) > width) kept = kept.filter((measure) => measure.head !== head);
    };
    spare(spared, ({ head, widest }) => Math.min(widest, rooms[head] ?? widest));
    spare(lastSpared, ({ head, widest }) => (isCut(head) ? Math.min(widest, NARROWEST) : widest));
    const columns = cuts.map(
      ([head, atLeast]) => [kept.findIndex((measure) => measure.head === head), atLeast] as const,
    );
    const widths = cutTo(
      width,
      columns.filter(([column]) => column >= 0),
      kept.map(({ widest }) => widest),
    );
    const lineOf = (cells: readonly TableCell[]) =>
      joined(cells.map((cell, at) => fit(cell, widths[at] ?? 0, kept[at]?.isRight)));
    return {
      head: lineOf(kept.map(({ head }) => head)),
      lines: (columns) =>
        (columns[0]?.cells ?? []).map((_, row) => lineOf(kept.map(({ index }) => columns[index]?.cells[row] ?? ''))),
    };
  }
}

/** Renders rows in aligned columns. If they exceed the width, the flexible columns are cut, but not below 8. */
export function renderTable(rows: readonly (readonly TableCell[])[], size: TableSize): string[] {
  const widest = (rows[0] ?? []).map((_, column) => widestOf(rows.map((row) => row[column] ?? '')));
  const cuts = size.flexible.map((column) => [column, NARROWEST] as const);
  const widths = cutTo(size.width, cuts, widest);
  return rows.map((row) => joined(row.map((cell, column) => fit(cell, widths[column] ?? 0))));
}

function cutTo(
  width: number,
  cuts: readonly (readonly [column: number, atLeast: number])[],
  widest: readonly number[],
): readonly number[] {
  const widths = [...widest];
  let excess = widthOf(widths) - width;
  for (const [column, atLeast] of cuts) {
    const full = widths[column] ?? 0;
    const cut = Math.max(0, Math.min(excess, full - atLeast));
    widths[column] = full - cut;
    excess -= cut;
  }
  return widths;
}

const joined = (cells: readonly string[]): string => cells.join(GAP).trimEnd();

const widthOf = (widths: readonly number[]): number => widths.reduce((sum, one) => sum + one + GAP.length, -GAP.length);

/** Returns the width of the widest cell, in columns. */
const widestOf = (cells: readonly TableCell[]): number =>
  cells.reduce((widest: number, cell) => Math.max(widest, columnsOf(textOf(cell))), 0);

const textOf = (cell: TableCell): string => (typeof cell === 'string' ? cell : cell.text);

function fit(cell: TableCell, width: number, isRight = false): string {
  const text = clipToWidth(textOf(cell), width);
  const padding = ' '.repeat(width - columnsOf(text));
  const shown = typeof cell === 'string' ? text : cell.paint(text);
  return isRight ? padding + shown : shown + padding;
}
