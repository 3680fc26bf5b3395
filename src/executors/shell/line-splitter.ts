import { StringDecoder } from 'node:string_decoder';

/** Longest line in bytes of UTF-8; the rest of a longer one is let go. */
export const LINE_LIMIT = 16 * 1024;

const NEWLINE = 0x0a;
/** A UTF-16 unit is at most three bytes of UTF-8: up to this length no line needs to be measured. */
const SURELY_SHORT = Math.floor(LINE_LIMIT / 3);

/** Told for every line, without its `\n` or `\r\n`; `truncated` when it was cut at {@link LINE_LIMIT}. */
export type LineListener = (text: string, truncated: boolean) => void;

/**
 * Splits bytes into lines of text. Holds at most one chunk and one line; works no longer on a chunk than the chunk is long.
 * Bytes that are not UTF-8 become U+FFFD; control characters, NUL and a lone `\r` (progress bars) are data and stay.
 */
export class LineSplitter {
  readonly #tell: LineListener;
  /** Whole lines of the last chunk, decoded at once: no character of UTF-8 spans a newline. */
  #text = '';
  /** Where the next line begins in `#text`; beyond its end when all are told. */
  #next = 1;
  /** The line that has no newline yet, in the first `#partialLength` bytes. */
  #partial: Buffer = Buffer.alloc(0);
  #partialLength = 0;
  /** A line that was cut before its newline came; told after `#text`. */
  #cut: string | undefined;
  #discarding = false;

  constructor(tell: LineListener) {
    this.#tell = tell;
  }

  /** Takes a chunk in. To be called only when {@link flow} has answered `false`. */
  push(chunk: Buffer): void {
    let rest = chunk;
    if (this.#discarding) {
      const newline = chunk.indexOf(NEWLINE);
      if (newline < 0) return;
      rest = chunk.subarray(newline + 1);
      this.#discarding = false;
    }
    const lastNewline = rest.lastIndexOf(NEWLINE);
    if (lastNewline >= 0) {
      this.#text = this.#takePartial(rest.subarray(0, lastNewline)).toString('utf8');
      this.#next = 0;
    }
    this.#keep(rest.subarray(lastNewline + 1));
  }

  /** Tells at most `most` lines of what came in. Answers whether some are left. */
  flow(most: number): boolean {
    const text = this.#text;
    for (let told = 0; told < most; told++) {
      if (this.#next > text.length) return this.#flowCut();
      const newline = text.indexOf('\n', this.#next);
      const end = newline < 0 ? text.length : newline;
      this.#tellLine(text.slice(this.#next, text.charCodeAt(end - 1) === 0x0d && end > this.#next ? end - 1 : end));
      this.#next = end + 1;
    }
    return true;
  }

  /** Tells everything that is left, a last line without newline included. */
  end(): void {
    this.flow(Number.POSITIVE_INFINITY);
    if (this.#partialLength === 0) return;
    this.#tellLine(this.#takePartial(Buffer.alloc(0)).toString('utf8'));
  }

  #flowCut(): false {
    this.#text = '';
    this.#next = 1;
    if (this.#cut !== undefined) this.#tell(this.#cut, true);
    this.#cut = undefined;
    return false;
  }

  #tellLine(line: string): void {
    if (line.length > SURELY_SHORT && Buffer.byteLength(line) > LINE_LIMIT) {
      this.#tell(cut(Buffer.from(line)), true);
    } else {
      this.#tell(line, false);
    }
  }

  #takePartial(ending: Buffer): Buffer {
    if (this.#partialLength === 0) return ending;
    const line = Buffer.concat([this.#partial.subarray(0, this.#partialLength), ending]);
    this.#partialLength = 0;
    this.#partial = Buffer.alloc(0);
    return line;
  }

  #keep(piece: Buffer): void {
    const length = this.#partialLength + piece.length;
    if (length > this.#partial.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(length, this.#partial.length * 2), LINE_LIMIT + 1));
      this.#partial.copy(grown, 0, 0, this.#partialLength);
      this.#partial = grown;
    }
    this.#partialLength += piece.copy(this.#partial, this.#partialLength);
    if (length <= LINE_LIMIT) return;
    this.#cut = cut(Buffer.from(this.#takePartial(Buffer.alloc(0)).toString('utf8')));
    this.#discarding = true;
  }
}

/** The first {@link LINE_LIMIT} bytes without a torn character at the end. */
function cut(line: Buffer): string {
  return new StringDecoder('utf8').write(line.subarray(0, LINE_LIMIT));
}
