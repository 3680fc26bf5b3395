const NEWLINE = 0x0a;
/** A client that sends single bytes would otherwise create a buffer for each. */
const MOST_PIECES = 64;

/** Cuts chunks of bytes into lines of UTF-8. Holds at most one unfinished line of `longest` bytes. */
export class LineReader {
  readonly #longest: number;
  #held: Buffer[] = [];
  #size = 0;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /**
   * Yields the lines that end in this chunk, without their newlines. @throws RangeError if a line exceeds the limit.
   */
  *take(chunk: Buffer): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#hold(chunk.subarray(start, end));
      const line = Buffer.concat(this.#held).toString();
      this.#held = [];
      this.#size = 0;
      start = end + 1;
      yield line;
    }
    this.#hold(chunk.subarray(start));
  }

  #hold(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#size > this.#longest) throw new RangeError(`a line is longer than ${this.#longest} bytes`);
    if (piece.length > 0) this.#held.push(piece);
    if (this.#held.length > MOST_PIECES) this.#held = [Buffer.concat(this.#held)];
  }
}
