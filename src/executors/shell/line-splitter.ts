import { StringDecoder } from 'node:string_decoder';
import { lastProgress } from '../../text/last-progress.js';

/** The longest line, in bytes of UTF-8. The rest of a longer line is dropped. */
export const LINE_LIMIT = 16 * 1024;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** A UTF-16 unit is at most three bytes of UTF-8, so lines up to this length need not be measured. */
const SURELY_SHORT = Math.floor(LINE_LIMIT / 3);

/**
 * Called with each block: lines without their `\n` or `\r\n`, joined by `\n`. If `truncated`, the block is one line,
 * cut at {@link LINE_LIMIT}.
 */
export type BlockListener = (lines: string, truncated: boolean) => void;

/**
 * Cuts bytes into blocks of whole lines. For a line that is overwritten with `\r` (a progress bar), only the last state
 * counts. Holds at most one chunk and one line; its work per chunk is linear in the chunk's length. Bytes that are not
 * UTF-8 become U+FFFD; control characters and NUL are data and stay.
 */
export class LineSplitter {
  readonly #tell: BlockListener;
  readonly #partial = new PartialLine();
  /** The line that began in an earlier chunk and ended in the last one; emitted before `#text`. */
  #first: Line | undefined;
  /** Whole lines of the last chunk, decoded together: no UTF-8 character spans a newline. */
  #text = '';
  #hasReturns = false;
  /** Where the next line begins in `#text`; beyond its end after the last one. */
  #next = 1;

  constructor(tell: BlockListener) {
    this.#tell = tell;
  }

  /** Adds a chunk. Call it only when {@link flow} has returned `false`. */
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

  /** Emits at most `most` lines of the input, as one block if none is cut. Returns whether lines are left. */
  flow(most: number): boolean {
    const start = this.#next;
    const end = endOf(this.#text, start, most);
    const isOver = end >= this.#text.length;
    const first = this.#first;
    this.#first = undefined;
    if (start > this.#text.length) {
      if (first !== undefined) this.#tellLine(first);
    } else {
      this.#tellBlock(first, this.#text.slice(start, end));
    }
    this.#next = isOver ? 1 : end + 1;
    if (isOver) this.#text = '';
    return !isOver;
  }

  /** Emits everything that is left, including a last line without a newline. */
  end(): void {
    this.flow(Number.POSITIVE_INFINITY);
    const last = this.#partial.take();
    if (last.text !== '') this.#tellLine(last);
  }

  #tellBlock(first: Line | undefined, rest: string): void {
    const lines = this.#hasReturns ? rest.split('\n').map(lastProgress).join('\n') : rest;
    const isFirstShort = first !== undefined && !isLong(first);
    if (first !== undefined && !isFirstShort) this.#tellLine(first);
    const block = isFirstShort ? `${first.text}\n${lines}` : lines;
    if (hasLongLine(block)) for (const text of block.split('\n')) this.#tellLine({ text, isCut: false });
    else this.#tell(block, false);
  }

  #tellLine(line: Line): void {
    const isTooLong = isLong(line);
    this.#tell(isTooLong ? cut(Buffer.from(line.text)) : line.text, isTooLong);
  }
}

const isLong = ({ text, isCut }: Line): boolean =>
  isCut || (text.length > SURELY_SHORT && Buffer.byteLength(text) > LINE_LIMIT);

/** Returns where `most` lines from `start` end: at a newline, or at the end of the text. */
function endOf(text: string, start: number, most: number): number {
  let end = start - 1;
  for (let count = 0; count < most; count++) {
    end = text.indexOf('\n', end + 1);
    if (end < 0) return text.length;
  }
  return end;
}

/** Returns whether a line may have to be cut. */
function hasLongLine(block: string): boolean {
  if (block.length <= SURELY_SHORT) return false;
  for (let start = 0; block.length - start > SURELY_SHORT;) {
    const newline = block.indexOf('\n', start);
    const end = newline < 0 ? block.length : newline;
    if (end - start > SURELY_SHORT) return true;
    start = end + 1;
  }
  return false;
}

interface Line {
  readonly text: string;
  readonly isCut: boolean;
}

/** A line that has no newline yet: the first {@link LINE_LIMIT} bytes of its last state, and whether there are more. */
class PartialLine {
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  #isCut = false;
  /** Whether the last input was `\r`: the next input overwrites the line, unless it is the newline. */
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
    // Keeps one byte more than the limit, to detect a character torn at the limit.
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

/** Returns the first {@link LINE_LIMIT} bytes without a torn character at the end. */
function cut(line: Buffer): string {
  return new StringDecoder('utf8').write(line.subarray(0, LINE_LIMIT));
}
