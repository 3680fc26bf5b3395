import type { Steps } from '../../turns/steps.js';
import type { MapEntry, Node, Slot } from './node.js';
import { MAX_TOKENS } from './parse-yaml.js';
import type { TextSpan } from './source.js';
import { FLOW_TEXT, KEY_TEXT, PLAIN_TEXT, plainValue, QUOTED_TEXT, unquoted, UNUSUAL } from './yaml-text.js';

/**
 * Reads the tree of a file in the YAML that most people write. That is block maps, block lists, literal blocks, and
 * scalars and flow collections within a line. Returns the same tree as the YAML library, positions included, or
 * `undefined` for a file with anything else or an error in it.
 */
export function* readPlainYaml(text: string): Steps<Slot | undefined> {
  if (UNUSUAL_TEXT.test(text)) return undefined;
  try {
    return slotOf(yield* new PlainYamlReader(text).document());
  } catch (error) {
    if (error === UNUSUAL) return undefined;
    throw error;
  }
}

/**
 * Matches control characters (including tabs and CR), other line breaks of Unicode, and document markers after the
 * first line.
 */
const UNUSUAL_TEXT = /[\0-\x09\x0b-\x1f\x7f\x85\u2028\u2029\ufeff]|\n(?:---|\.\.\.|%)/;

/**
 * The number of tokens that a line and a node count as. It is never less than the library's count, so that its limit
 * holds here, too.
 */
const [TOKENS_OF_LINE, TOKENS_OF_NODE] = [5, 10];
/** Limits far below the library's 100 levels and its 1024 characters for a key. */
const [MAX_FLOW_DEPTH, MAX_INDENT, MAX_KEY] = [20, 40, 500];

/**
 * The number of entries of a map or list between two pauses. Each pause passes through one generator per level, so
 * short maps, such as most timers, have none.
 */
const ENTRIES_OF_STEP = 10;

const SPACE = 0x20;
const COLON = /:(?=[ \n]|$) */y;
const LITERAL_HEADER = /\|-?\n/y;
class PlainYamlReader {
  readonly #text: string;
  #at: number;
  /** The indentation of the line at `#at`, which has content; -1 at the end of the file. */
  #indent = 0;
  /** Where the lines of the last value end. */
  #lineEnd = 0;
  #tokens = 0;
  #flowDepth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.startsWith('---\n') ? 4 : 0;
  }

  *document(): Steps<Node> {
    this.#skipEmptyLines();
    const root = yield* this.#block(0);
    if (this.#indent !== -1) throw UNUSUAL;
    return root;
  }

  /** Reads a map or a list whose lines have this indentation. */
  *#block(indent: number): Steps<Node> {
    if (this.#indent !== indent || indent > MAX_INDENT) throw UNUSUAL;
    const block = yield* this.#isDash() ? this.#blockList(indent) : this.#blockMap(indent);
    if (this.#indent > indent) throw UNUSUAL;
    return block;
  }

  *#blockList(indent: number): Steps<Node> {
    const start = this.#at;
    const items: Slot[] = [];
    while (this.#indent === indent && this.#isDash()) {
      this.#at += 2;
      items.push(slotOf(this.#restOfLine(indent)));
      if (items.length % ENTRIES_OF_STEP === 0) yield;
    }
    return { kind: 'list', items, start, end: this.#lineEnd };
  }

  *#blockMap(indent: number): Steps<Node> {
    const start = this.#at;
    const entries = new Map<string, MapEntry>();
    while (this.#indent === indent) {
      const [name, key] = this.#key(entries);
      const value = this.#isLineEnd() ? yield* this.#blockBelow(indent) : this.#restOfLine(indent);
      entries.set(name, entryOf(key, value));
      if (entries.size % ENTRIES_OF_STEP === 0) yield;
    }
    return { kind: 'map', entries, start, end: this.#lineEnd };
  }

  *#blockBelow(indent: number): Steps<Node> {
    this.#endLine();
    const isListAtKey = this.#indent === indent && this.#isDash();
    if (this.#indent <= indent && !isListAtKey) throw UNUSUAL;
    return yield* this.#block(this.#indent);
  }

  /** Reads the value of an entry with this indentation. */
  #restOfLine(indent: number): Node {
    if (this.#next() === '|') return this.#literal(indent);
    const value = this.#inline(PLAIN_TEXT);
    this.#endLine();
    return value;
  }

  #inline(plain: RegExp): Node {
    this.#count(TOKENS_OF_NODE);
    const start = this.#at;
    const next = this.#next();
    if (next === '{') return this.#flow(() => ({ kind: 'map', entries: this.#flowEntries(), start, end: this.#at }));
    if (next === '[') return this.#flow(() => ({ kind: 'list', items: this.#flowItems(), start, end: this.#at }));
    const isQuoted = next === '"' || next === "'";
    const written = this.#match(isQuoted ? QUOTED_TEXT : plain);
    const value = isQuoted ? unquoted(written) : plainValue(written);
    return { kind: 'scalar', value, text: typeof value === 'string' ? value : written, start, end: this.#at };
  }

  #flow(read: () => Node): Node {
    if (++this.#flowDepth > MAX_FLOW_DEPTH) throw UNUSUAL;
    this.#at++;
    const collection = read();
    this.#flowDepth--;
    return collection;
  }

  #flowItems(): Slot[] {
    const items: Slot[] = [];
    while (this.#hasMore(']', items.length)) items.push(slotOf(this.#inline(FLOW_TEXT)));
    return items;
  }

  #flowEntries(): Map<string, MapEntry> {
    const entries = new Map<string, MapEntry>();
    while (this.#hasMore('}', entries.size)) {
      const [name, key] = this.#key(entries);
      entries.set(name, entryOf(key, this.#inline(FLOW_TEXT)));
    }
    return entries;
  }

  /**
   * Moves to the entry after the first `count` of a flow collection, or past its closing bracket. Returns whether there
   * is such an entry.
   */
  #hasMore(closing: string, count: number): boolean {
    this.#at += this.#spaces();
    const next = this.#next();
    if (next === closing || count > 0) this.#at++;
    if (next === closing) return false;
    if (count > 0 && next !== ',') throw UNUSUAL;
    this.#at += this.#spaces();
    return true;
  }

  /** Reads a key that is new in its map, up to its value. A quoted "<<" would merge maps, so it is not plain. */
  #key(entries: ReadonlyMap<string, MapEntry>): [name: string, at: TextSpan] {
    const start = this.#at;
    const isQuoted = this.#next() === '"' || this.#next() === "'";
    const written = this.#match(isQuoted ? QUOTED_TEXT : KEY_TEXT);
    const name = isQuoted ? unquoted(written) : written;
    if (written.length > MAX_KEY || name === '<<' || entries.has(name)) throw UNUSUAL;
    const end = this.#at;
    this.#match(COLON);
    return [name, { start, end }];
  }

  /** Reads the lines after "|" or "|-", without trailing empty ones. */
  #literal(indent: number): Node {
    this.#count(TOKENS_OF_NODE);
    const start = this.#at;
    const isStripped = this.#match(LITERAL_HEADER).includes('-');
    const margin = this.#spaces();
    if (margin <= indent) throw UNUSUAL;
    const from = this.#at;
    let end = from;
    while (this.#isOfLiteral(margin)) {
      const isEmpty = this.#next() === '\n';
      this.#skipLine();
      if (!isEmpty) end = this.#at;
    }
    this.#at = this.#lineEnd = end;
    this.#skipEmptyLines();
    const lines = this.#text.slice(from, end).replace(/\n$/, '').split('\n');
    const text = lines.map((line) => line.slice(margin)).join('\n');
    const value = isStripped ? text : `${text}\n`;
    return { kind: 'scalar', value, text: value, start, end };
  }

  /** Whether the current line belongs to a literal block: it is empty, or has content that is indented far enough. */
  #isOfLiteral(margin: number): boolean {
    const spaces = this.#spaces();
    const first = this.#text.charAt(this.#at + spaces);
    const isBlank = first === '\n' || first === '';
    if (isBlank && spaces > 0) throw UNUSUAL;
    return first !== '' && (isBlank || spaces >= margin);
  }

  /** Moves from the end of a value to the next line with content. */
  #endLine(): void {
    this.#at += this.#spaces();
    if (!this.#isLineEnd() || (this.#next() === '#' && this.#text.charAt(this.#at - 1) !== ' ')) throw UNUSUAL;
    this.#skipLine();
    this.#lineEnd = this.#at;
    this.#skipEmptyLines();
  }

  #skipEmptyLines(): void {
    let deepest = 0;
    for (let isEmpty = true; isEmpty;) {
      this.#count(TOKENS_OF_LINE);
      const indent = this.#spaces();
      this.#at += indent;
      this.#indent = this.#at < this.#text.length ? indent : -1;
      if (this.#next() === '#') deepest = Math.max(deepest, indent);
      isEmpty = this.#indent !== -1 && this.#isLineEnd();
      if (isEmpty) this.#skipLine();
    }
    // For the library, such a comment belongs to the block above it.
    if (deepest > Math.max(this.#indent, 0)) throw UNUSUAL;
  }

  #skipLine(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#text.length : end + 1;
  }

  #spaces(): number {
    let end = this.#at;
    while (this.#text.charCodeAt(end) === SPACE) end++;
    return end - this.#at;
  }

  #next(): string {
    return this.#text.charAt(this.#at);
  }

  #isDash(): boolean {
    return this.#text.startsWith('- ', this.#at);
  }

  #isLineEnd(): boolean {
    const next = this.#next();
    return next === '\n' || next === '#' || next === '';
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw UNUSUAL;
    this.#at = pattern.lastIndex;
    return found;
  }

  #count(tokens: number): void {
    this.#tokens += tokens;
    if (this.#tokens > MAX_TOKENS) throw UNUSUAL;
  }
}

const slotOf = (value: Node): Slot => ({ value, at: { start: value.start, end: value.end } });
const entryOf = (key: TextSpan, value: Node): MapEntry => ({
  value,
  at: { start: value.start, end: value.end },
  key,
});
