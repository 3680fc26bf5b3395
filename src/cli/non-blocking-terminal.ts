import type { WriteStream } from 'node:tty';
import type { Clock } from '../domain/clock.js';
import { visible } from '../text/visible.js';
import { openDestination } from '../sinks/open-destination.js';
import type { Terminal } from './terminal.js';

/** A terminal for a program that must keep running, and be able to exit, whatever happens to standard error. */
export interface NonBlockingTerminal extends Terminal {
  /** Standard error, for drawing. */
  readonly screen: WriteStream;
  /** Resolves when everything has been written, or writing has stalled. Never rejects. */
  flush(): Promise<void>;
}

/**
 * Prints like `terminal`, but never waits for a reader. A blocking write to a terminal stopped with Ctrl-S would block
 * the whole process, including its signal handling.
 */
export function nonBlocking(terminal: Terminal, clock: Clock): NonBlockingTerminal {
  const { stderr } = process;
  const nobody = () => undefined;
  const said = openDestination({ fd: 2, stream: () => stderr, clock, onEnded: nobody, onTrouble: nobody });
  const write = (text: unknown): boolean => {
    said.write(String(text), 'event');
    return true;
  };
  return {
    ...terminal,
    err: (...lines) => void write(lines.map((line) => `${visible(line)}\n`).join('')),
    screen: screenOf(stderr, write),
    flush: () => said.flush(),
  };
}

/**
 * Returns the same stream for drawing, with non-blocking writes and a size. A serial line reports a width of 0, and
 * spinners divide by the width.
 */
function screenOf(stream: WriteStream, write: (text: unknown) => boolean): WriteStream {
  const screen = Object.create(stream) as WriteStream;
  return Object.defineProperties(screen, {
    write: { value: write, writable: true },
    columns: { get: () => stream.columns || 80 },
    rows: { get: () => stream.rows || 24 },
  });
}
