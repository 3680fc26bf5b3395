/** Rows in aligned columns, two blanks apart; the last column is cut to `width`. Widths are counted in characters. */
export function renderTable(rows: readonly (readonly string[])[], width: number): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  return rows.map((row) => {
    const line = row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ');
    return line.length > width ? `${line.slice(0, Math.max(width - 1, 0))}…` : line.trimEnd();
  });
}
