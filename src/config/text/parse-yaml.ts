import { Lexer, Parser, type CST, type YAMLError } from 'yaml';

import type { Steps } from '../../turns/steps.js';
import { composeYaml, MAX_FAULTS, TooManyFaults, type YamlDocument } from './compose-yaml.js';
import type { TextSpan } from './source.js';

/** Deeper than any timer file, and far from where recursion ends. */
const MAX_DEPTH = 100;

/** Tens of thousands of timers; what takes more than a second or two to read is refused before. */
const MAX_TOKENS = 1_000_000;

/** Tokens looked at in one step. */
const STEP = 1_000;

/** What YAML itself says about a text. */
export interface ParsedYaml {
  readonly documents: readonly YamlDocument[];
  /** In the order of the text. */
  readonly faults: readonly YamlFault[];
  /** Whether there are so many faults that no others were looked for. */
  readonly isCut: boolean;
  /** Quoted texts that go over several lines or never end. */
  readonly longQuotes: readonly TextSpan[];
  /** Brackets and braces that were opened and not closed. */
  readonly unclosed: readonly TextSpan[];
  /** The first bracket that was closed by one of the other kind. */
  readonly crossed?: CrossedBrackets;
}

export interface CrossedBrackets {
  readonly opened: TextSpan;
  readonly closed: TextSpan;
}

export interface YamlFault extends TextSpan {
  readonly code: YAMLError['code'] | 'TOO_DEEP' | 'TOO_MANY';
  /** The library's words, which name the case more closely than its code. */
  readonly message: string;
}

/**
 * Parses YAML 1.2 (core schema, no custom tags, whatever a `%YAML` line says) to its syntax tree. Never throws; neither depth nor
 * number of values exhausts it. Duplicate keys are not looked for here: the library compares every key with every other.
 */
export function* parseYaml(text: string): Steps<ParsedYaml> {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  const openings = new Openings();
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    openings.see(lexeme, parser.offset);
    tokens.push(...parser.next(lexeme));
    const isTooDeep = parser.stack.length > MAX_DEPTH;
    if (isTooDeep || ++lexemes > MAX_TOKENS) return refused(isTooDeep ? 'TOO_DEEP' : 'TOO_MANY', parser.offset);
    if (lexemes % STEP === 0) yield;
  }
  tokens.push(...parser.end());
  try {
    const documents = yield* composeYaml(tokens, text.length);
    const faults = documents.flatMap((document) => [...document.errors, ...document.warnings]);
    return { documents, faults: inOrder(faults), isCut: faults.length > MAX_FAULTS, ...openings.left() };
  } catch (error) {
    if (!(error instanceof TooManyFaults)) throw error;
    return { documents: [], faults: inOrder(error.faults), isCut: true, ...openings.left() };
  }
}

/** Faults of tokens that belong to no document are not counted by the composer, so they are cut off here. */
const inOrder = (faults: readonly YAMLError[]): readonly YamlFault[] =>
  faults
    .slice(0, MAX_FAULTS)
    .map(({ code, message, pos: [start, end] }) => ({ code, message, start, end }))
    .sort((a, b) => a.start - b.start);

const refused = (code: YamlFault['code'], start: number): ParsedYaml => ({
  documents: [],
  faults: [{ code, message: '', start, end: start + 1 }],
  isCut: false,
  longQuotes: [],
  unclosed: [],
});

const CLOSING: ReadonlyMap<string, string> = new Map([
  ['{', '}'],
  ['[', ']'],
]);

interface Bracket extends TextSpan {
  readonly closing: string;
}

/** Remembers where quotes and brackets were opened: that is where a person looks for the mistake, not where the parser noticed it. */
class Openings {
  readonly #longQuotes: TextSpan[] = [];
  readonly #brackets: Bracket[] = [];
  #crossed: CrossedBrackets | undefined;

  see(lexeme: string, start: number): void {
    const first = lexeme.charAt(0);
    if (first === '"' || first === "'") {
      const isClosed = lexeme.length > 1 && lexeme.endsWith(first);
      if (!isClosed || lexeme.includes('\n')) this.#longQuotes.push({ start, end: start + lexeme.length });
    } else {
      this.#seeSign(lexeme, { start, end: start + 1 });
    }
  }

  #seeSign(sign: string, at: TextSpan): void {
    const closing = CLOSING.get(sign);
    if (closing !== undefined) this.#brackets.push({ ...at, closing });
    if (sign !== '}' && sign !== ']') return;
    const opened = this.#brackets.pop();
    if (opened && opened.closing !== sign) this.#crossed ??= { opened, closed: at };
  }

  left(): Pick<ParsedYaml, 'longQuotes' | 'unclosed' | 'crossed'> {
    const crossed = this.#crossed;
    return { longQuotes: this.#longQuotes.slice(0, MAX_FAULTS), unclosed: this.#brackets, ...(crossed && { crossed }) };
  }
}
