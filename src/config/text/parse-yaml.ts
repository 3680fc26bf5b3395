import { Lexer, Parser, type CST, type YAMLError } from 'yaml';

import type { Steps } from '../../turns/steps.js';
import { composeYaml, MAX_FAULTS, TooManyFaults, type YamlDocument } from './compose-yaml.js';
import type { TextSpan } from './source.js';

/** The built program loads the YAML library when this file first uses it. */
export const loadYaml = (): unknown => Parser;

/** The maximum depth: deeper than any real timer file, but far below the recursion limit. */
const MAX_DEPTH = 100;

/**
 * The maximum number of tokens, enough for tens of thousands of timers. It rejects a text that would take more than a
 * second or two.
 */
export const MAX_TOKENS = 1_000_000;

/** How many tokens are parsed in one step. */
const STEP = 1_000;

/** The result of parsing a text as YAML. */
export interface ParsedYaml {
  readonly documents: readonly YamlDocument[];
  /** In the order of the text. */
  readonly faults: readonly YamlFault[];
  /** Whether the search stopped because of too many faults. */
  readonly isCut: boolean;
  /** Quoted texts that span several lines or are never closed. */
  readonly longQuotes: readonly TextSpan[];
  /** Brackets and braces that were not closed. */
  readonly unclosed: readonly TextSpan[];
  /** The first bracket that was closed by a different kind. */
  readonly crossed?: CrossedBrackets;
}

export interface CrossedBrackets {
  readonly opened: TextSpan;
  readonly closed: TextSpan;
}

export interface YamlFault extends TextSpan {
  readonly code: YAMLError['code'] | 'TOO_DEEP' | 'TOO_MANY';
  /** The library's message, which describes the case more closely than its code. */
  readonly message: string;
}

/**
 * Parses YAML 1.2 (core schema, no custom tags, whatever a `%YAML` line says) to its syntax tree. Never throws: the
 * depth and the number of values are limited. Duplicate keys are not checked here, because the library would compare
 * every key with every other.
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

/**
 * Returns the first {@link MAX_FAULTS} faults, in order. The composer does not limit the faults of tokens outside all
 * documents.
 */
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

/** Remembers where quotes and brackets were opened: users look for the error there, not where the parser noticed it. */
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
