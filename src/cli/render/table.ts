export interface TableSize {
  readonly width: number;
  /** The column that gives way when the rows are too long. */
  readonly flexible: number;
}

const GAP = '  ';
const NARROWEST = 8;

/** Rows in aligned columns. Where they are longer than the width, the flexible column is cut. Widths are counted in characters. */
export function renderTable(rows: readonly (readonly string[])[], { width, flexible }: TableSize): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  const total = widths.reduce((sum, one) => sum + one + GAP.length, -GAP.length);
  widths[flexible] = Math.max(NARROWEST, (widths[flexible] ?? 0) - Math.max(0, total - width));
  return rows.map((row) =>
    row
      .map((cell, column) => fit(cell, widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

const fit = (cell: string, width: number): string =>
  cell.length > width ? `${cell.slice(0, width - 1)}…` : cell.padEnd(width);
