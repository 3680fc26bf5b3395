const MOST_LINES = 20;
const LONGEST_LINE = 1_024;

/** The last lines a run printed, for the record of its failure: 20 lines of 1,024 characters at most. */
export class OutputTail {
  readonly #lines: string[] = [];

  push(line: string): void {
    // Copied out of its chunk: a slice would keep the whole chunk alive.
    this.#lines.push(line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line);
    if (this.#lines.length > MOST_LINES) this.#lines.shift();
  }

  /** The lines, joined by newlines; empty when nothing was printed. */
  toString(): string {
    return this.#lines.join('\n');
  }
}
