/**
 * What a terminal shows last of a line that was overwritten with `\r`, as progress bars do: what comes after the last one. Those at the end count
 * as part of the line's end.
 */
export function lastState(line: string): string {
  let end = line.length;
  while (line[end - 1] === '\r') end--;
  return line.slice(line.lastIndexOf('\r', end - 1) + 1, end);
}
