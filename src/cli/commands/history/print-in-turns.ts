import type { Clock } from '../../../domain/clock.js';
import type { Terminal } from '../../terminal.js';

/** How many lines are written at once: writing each line separately takes twice the time and memory. */
const LINES = 200;

/**
 * Writes lines of data as fast as the reader accepts them, and stops when there is no reader. Other work runs in
 * between.
 */
export async function printInTurns(
  terminal: Terminal,
  lines: Iterable<string>,
  clock: Pick<Clock, 'soon'>,
): Promise<void> {
  let gathered: string[] = [];
  for (const line of lines) {
    gathered.push(line);
    if (gathered.length < LINES) continue;
    terminal.outPainted(...gathered);
    gathered = [];
    await new Promise<void>((resolve) => clock.soon(resolve));
    if (!(await terminal.drained())) return;
  }
  if (gathered.length > 0) terminal.outPainted(...gathered);
}
