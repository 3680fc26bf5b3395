/**
 * Returns what a terminal finally shows of a line that was overwritten with `\r`, as by progress bars: the part after
 * the last `\r`. A `\r` at the end of the line counts as part of the line break.
 */
export function lastProgress(line: string): string {
  let end = line.length;
  while (line[end - 1] === '\r') end--;
  return line.slice(line.lastIndexOf('\r', end - 1) + 1, end);
}
