/** What a backslash and a letter mean. */
const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  s: ' ',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};
const CODE = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/;
const OCTAL = /^[0-3][0-7]{2}/;

/** A word without its quotes and escapes, and where the next one may begin. */
export interface ReadWord {
  readonly word: string;
  readonly end: number;
}

/**
 * Reads a word by the quoting rules of systemd.syntax(7), from `at` on; `undefined` at the end of the text. Quotes may
 * begin in the middle of a word, and an open one ends with the text.
 */
export function readWord(text: string, at: number): ReadWord | undefined {
  let end = at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
  if (end >= text.length) return undefined;
  let word = '';
  let quote = '';
  while (end < text.length) {
    const { meaning, length } = readPart(text, end, quote);
    if (meaning === undefined) break;
    if (length === 1 && meaning === '') quote = quote === '' ? text.charAt(end) : '';
    word += meaning;
    end += length;
  }
  return { word, end };
}

interface WordPart {
  /** The empty text for a quote, and `undefined` at the end of the word. */
  readonly meaning: string | undefined;
  readonly length: number;
}

function readPart(text: string, at: number, quote: string): WordPart {
  const character = text.charAt(at);
  if (character === '\\') return readEscape(text.slice(at + 1));
  const isQuote = quote === '' ? character === '"' || character === "'" : character === quote;
  if (isQuote) return { meaning: '', length: 1 };
  return { meaning: quote === '' && /\s/.test(character) ? undefined : character, length: 1 };
}

/** Reads what follows a backslash. An unknown escape stays as it is. */
function readEscape(rest: string): WordPart {
  const [code, ...digits] = CODE.exec(rest) ?? [];
  if (code !== undefined) {
    return {
      meaning: String.fromCodePoint(Math.min(parseInt(digits.join(''), 16), 0x10ffff)),
      length: 1 + code.length,
    };
  }
  const octal = OCTAL.exec(rest)?.[0];
  if (octal !== undefined) return { meaning: String.fromCharCode(parseInt(octal, 8)), length: 4 };
  const letter = rest.charAt(0);
  return { meaning: ESCAPES[letter] ?? `\\${letter}`, length: 1 + letter.length };
}

/** Returns all words of a text. */
export function readWords(text: string): readonly string[] {
  const words: string[] = [];
  for (let read = readWord(text, 0); read !== undefined; read = readWord(text, read.end)) words.push(read.word);
  return words;
}
