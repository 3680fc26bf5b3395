import { StringDecoder } from 'node:string_decoder';
import { lastState } from '../../text/last-state.js';

/** Longest line in bytes of UTF-8; the rest of a longer one is let go. */
export const LINE_LIMIT = 16 * 1024;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** A UTF-16 unit is at most three bytes of UTF-8: up to this length no line needs to be measured. */
const SURELY_SHORT = Math.floor(LINE_LIMIT / 3);

/** Told for every line, without its `\n` or `\r\n`; `truncated` when it was cut at {@link LINE_LIMIT}. */
export type LineListener = (text: string, truncated: boolean) => void;

/**
 * Splits bytes into lines of text. Of a line that is overwritten with `\r` (a progress bar) only the last state is told. Holds at most one chunk and
 * one line; works no longer on a chunk than the chunk is long. Bytes that are not UTF-8 become U+FFFD; control characters and NUL are data and stay.
 */
export class LineSplitter {
  readonly #tell: LineListener;
  readonly #partial = new PartialLine();
  /** The line that began in an earlier chunk and ended in the last one; told before `#text`. */
  #first: Line | undefined;
  /** Whole lines of the last chunk, decoded at once: no character of UTF-8 spans a newline. */
  #text = '';
  #hasReturns = false;
  /** Where the next line begins in `#text`; beyond its end when all are told. */
  #next = 1;

  constructor(tell: LineListener) {
    this.#tell = tell;
  }

  /** Takes a chunk in. To be called only when {@link flow} has answered `false`. */
  push(chunk: Buffer): void {
    let rest = chunk;
    const newline = this.#partial.isEmpty ? -1 : chunk.indexOf(NEWLINE);
    if (newline >= 0) {
      this.#partial.append(chunk.subarray(0, newline));
      this.#first = this.#partial.take();
      rest = chunk.subarray(newline + 1);
    }
    const last = rest.lastIndexOf(NEWLINE);
    if (last >= 0) {
      this.#text = rest.toString('utf8', 0, last);
      this.#hasReturns = rest.includes(RETURN);
      this.#next = 0;
    }
    this.#partial.append(rest.subarray(last + 1));
  }

  /** Tells at most `most` lines of what came in. Returns whether some are left. */
  flow(most: number): boolean {
    if (this.#first !== undefined) this.#tellLine(this.#first);
    this.#first = undefined;
    const text = this.#text;
    for (let told = 0; told < most; told++) {
      if (this.#next > text.length) {
        this.#text = '';
        this.#next = 1;
        return false;
      }
      const newline = text.indexOf('\n', this.#next);
      const end = newline < 0 ? text.length : newline;
      const line = text.slice(this.#next, end);
      this.#tellLine({ text: this.#hasReturns ? lastState(line) : line, isCut: false });
      this.#next = end + 1;
    }
    return true;
  }

  /** Tells everything that is left, a last line without newline included. */
  end(): void {
    this.flow(Number.POSITIVE_INFINITY);
    const last = this.#partial.take();
    if (last.text !== '') this.#tellLine(last);
  }

  #tellLine({ text, isCut }: Line): void {
    const isLong = isCut || (text.length > SURELY_SHORT && Buffer.byteLength(text) > LINE_LIMIT);
    this.#tell(isLong ? cut(Buffer.from(text)) : text, isLong);
  }
}

interface Line {
  readonly text: string;
  readonly isCut: boolean;
}

/** A line that has no newline yet: of its last state the first {@link LINE_LIMIT} bytes, and whether there are more. */
class PartialLine {
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  #isCut = false;
  /** Whether the last that came was `\r`: what comes next overwrites the line, unless it is the newline. */
  #isReturned = false;

  get isEmpty(): boolean {
    return this.#length === 0 && !this.#isReturned;
  }

  append(piece: Buffer): void {
    if (piece.length === 0) return;
    let end = piece.length;
    while (piece[end - 1] === RETURN) end--;
    if (end > 0) {
      const start = piece.subarray(0, end).lastIndexOf(RETURN) + 1;
      if (start > 0 || this.#isReturned) this.#clear();
      this.#add(piece.subarray(start, end));
    }
    this.#isReturned = end < piece.length;
  }

  take(): Line {
    const line = { text: this.#bytes.toString('utf8', 0, this.#length), isCut: this.#isCut };
    this.#clear();
    this.#isReturned = false;
    this.#bytes = Buffer.alloc(0);
    return line;
  }

  #clear(): void {
    this.#length = 0;
    this.#isCut = false;
  }

  #add(piece: Buffer): void {
    // One byte more than may be told, which shows a character that is torn at the limit.
    const length = Math.min(this.#length + piece.length, LINE_LIMIT + 1);
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(length, this.#bytes.length * 2), LINE_LIMIT + 1));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    this.#isCut ||= this.#length + piece.length > LINE_LIMIT;
    piece.copy(this.#bytes, this.#length, 0, length - this.#length);
    this.#length = length;
  }
}

/** The first {@link LINE_LIMIT} bytes without a torn character at the end. */
function cut(line: Buffer): string {
  return new StringDecoder('utf8').write(line.subarray(0, LINE_LIMIT));
}
