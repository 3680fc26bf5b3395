import type { OutputStream, TailLine } from './executor.js';

const MOST_LINES = 20;
const LONGEST_LINE = 1_024;
/** How many lines of a stream the other stream never displaces, so that an error survives later output. */
const RESERVED = 5;

/** The last lines a command printed, for the record of its failure: up to 20 lines of 1,024 characters, in order. */
export class OutputTail {
  #lines: TailLine[] | undefined;

  /** Adds a block of lines, joined by newlines. */
  push(block: string, stream: OutputStream): void {
    for (const line of lastLines(block)) this.#add(line, stream);
  }

  #add(line: string, stream: OutputStream): void {
    const lines = (this.#lines ??= []);
    lines.push({ stream, text: line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line });
    if (lines.length > MOST_LINES) lines.splice(displaced(lines), 1);
  }

  /** A copy of the lines, in order. */
  get lines(): readonly TailLine[] {
    return [...(this.#lines ?? [])];
  }

  /** Returns the lines, joined by newlines; empty if nothing was printed. */
  toString(): string {
    return this.#lines?.map(({ text }) => text).join('\n') ?? '';
  }
}

/** Returns the last lines of a block. Earlier ones could not stay anyway. */
function lastLines(block: string): readonly string[] {
  let start = block.length + 1;
  for (let count = 0; count < MOST_LINES && start > 0; count++) {
    start = start > 1 ? block.lastIndexOf('\n', start - 2) + 1 : 0;
  }
  return block.slice(start).split('\n');
}

/** Returns the index of the oldest line whose stream has more lines than its reserve. */
function displaced(lines: readonly TailLine[]): number {
  const oldest = lines[0]?.stream;
  const isReserved = lines.filter(({ stream }) => stream === oldest).length <= RESERVED;
  return isReserved ? lines.findIndex(({ stream }) => stream !== oldest) : 0;
}
