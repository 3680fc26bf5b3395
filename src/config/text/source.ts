/** A range of the file's text: UTF-16 units from 0, end exclusive. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

export interface Position {
  /** Counts from 1. */
  readonly line: number;
  /** Counts UTF-16 units from 1. */
  readonly column: number;
}

/** A file's text and its line index. Lines end with LF or CRLF. */
export class Source {
  readonly text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.text = text;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  /** Returns the position of an offset. An offset beyond the end has the position of the end. */
  position(offset: number): Position {
    const within = Math.min(Math.max(offset, 0), this.text.length);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#startOf(middle) <= within) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: within - this.#startOf(low) + 1 };
  }

  /** Returns the text of a line, which counts from 1, without its line break; empty if the line does not exist. */
  line(line: number): string {
    const start = this.#starts[line - 1];
    if (start === undefined) return '';
    const end = this.#starts[line] ?? this.text.length + 1;
    return this.text.slice(start, end - 1).replace(/\r$/, '');
  }

  /** Returns the offset at which the line of `offset` starts. */
  lineStart(offset: number): number {
    return this.#startOf(this.position(offset).line - 1);
  }

  slice(span: TextSpan): string {
    return this.text.slice(span.start, span.end);
  }

  #startOf(index: number): number {
    return this.#starts[index] ?? this.text.length;
  }
}
