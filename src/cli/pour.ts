import type { Clock } from '../domain/clock.js';
import type { Terminal } from './terminal.js';

/** So many lines are written before it is asked whether standard output can take them. */
const LINES = 200;

/**
 * Writes lines of data as fast as they are read, and no more once nobody reads them. It lets go in between: what was read from a database is
 * given back in a later turn of the event loop only.
 */
export async function pour(terminal: Terminal, lines: Iterable<string>, clock: Pick<Clock, 'soon'>): Promise<void> {
  let written = 0;
  for (const line of lines) {
    terminal.out(line);
    if (++written % LINES !== 0) continue;
    await new Promise<void>((resolve) => clock.soon(resolve));
    if (!(await terminal.drained())) return;
  }
}
