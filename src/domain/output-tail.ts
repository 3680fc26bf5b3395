const MOST_LINES = 20;
const LONGEST_LINE = 1_024;

/** The last lines a command printed, for the record of its failure: 20 lines of 1,024 characters at most. */
export class OutputTail {
  #lines: string[] | undefined;

  push(line: string): void {
    const lines = (this.#lines ??= []);
    lines.push(line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line);
    if (lines.length > MOST_LINES) lines.shift();
  }

  /** The lines, joined by newlines; empty when nothing was printed. */
  toString(): string {
    return this.#lines?.join('\n') ?? '';
  }
}
