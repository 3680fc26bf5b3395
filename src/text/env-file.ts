/** The largest environment file that is accepted, in bytes. */
export const LARGEST_ENV_FILE = 16 * 1024 * 1024;

/**
 * An environment file that cannot be used. The message names the file and, if a line is wrong, the line, but never a
 * value.
 */
export class EnvFileError extends Error {
  override readonly name = 'EnvFileError';
}

/**
 * Reads `NAME=value` lines in the dotenv format; docs/reference/env-file.md lists the rules. If a name occurs twice,
 * the last one wins.
 * @throws EnvFileError with `file:line` in its message.
 */
export function parseEnvFile(text: string, file: string): Record<string, string> {
  const source = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const variables = new Map<string, string>();
  let at = 0;
  try {
    while (at < source.length) {
      const line = source.slice(at, endOfLine(source, at));
      if (isBlank(line)) {
        at += line.length + 1;
        continue;
      }
      const equals = line.indexOf('=');
      if (equals === -1) throw new Fault(at, 'this line has no =');
      const { value, end } = readValue(source, at + equals + 1);
      const written = line.slice(0, equals);
      checkCharacters(written + value, at);
      variables.set(readName(written, at), value);
      at = end + 1;
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new EnvFileError(`${file}:${lineOf(source, error.at)}: ${error.message}`);
  }
  return Object.fromEntries(variables);
}

/** An error in the text at the index `at`. */
class Fault extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

const isBlank = (text: string): boolean => /^\s*(#|$)/.test(text);

function endOfLine(source: string, at: number): number {
  const end = source.indexOf('\n', at);
  return end === -1 ? source.length : end;
}

const lineOf = (source: string, at: number): number => source.slice(0, at).split('\n').length;

/** Reads a name. Messages do not repeat it, because it may be part of an unquoted value that spans lines. */
function readName(written: string, at: number): string {
  const name = written.trim().replace(/^export\s+/, '');
  if (/^[A-Za-z_][\w.-]*$/.test(name)) return name;
  throw new Fault(at, 'a name may contain only letters, digits, _, . and -, and must begin with a letter or _');
}

function checkCharacters(text: string, at: number): void {
  // Decoding replaces bytes that are not UTF-8 with U+FFFD.
  if (text.includes('\uFFFD')) throw new Fault(at, 'this is not UTF-8 text');
  if (text.includes('\0')) throw new Fault(at, 'this contains a NUL character');
}

/** A value, and the index where its last line ends. */
interface ReadValue {
  readonly value: string;
  readonly end: number;
}

function readValue(source: string, from: number): ReadValue {
  const end = endOfLine(source, from);
  const rest = source.slice(from, end);
  const quote = rest.trimStart().charAt(0);
  if (/^["'`]$/.test(quote)) return readQuoted(source, from + rest.indexOf(quote));
  const comment = rest.search(/\s#/);
  return { value: (comment === -1 ? rest : rest.slice(0, comment)).trim(), end };
}

function readQuoted(source: string, opening: number): ReadValue {
  const quote = source.charAt(opening);
  const closing = closingQuote(source, opening, quote);
  if (closing === -1) throw new Fault(opening, `the ${quote} that opens here has no closing ${quote}`);
  const end = endOfLine(source, closing);
  if (!isBlank(source.slice(closing + 1, end))) throw new Fault(closing, `text follows the closing ${quote}`);
  const value = source.slice(opening + 1, closing);
  return { value: quote === '"' ? unescape(value) : value, end };
}

function closingQuote(source: string, opening: number, quote: string): number {
  let at = source.indexOf(quote, opening + 1);
  while (quote === '"' && at !== -1 && isEscaped(source, at)) at = source.indexOf(quote, at + 1);
  return at;
}

function isEscaped(source: string, at: number): boolean {
  let backslashes = 0;
  while (source.charAt(at - 1 - backslashes) === '\\') backslashes++;
  return backslashes % 2 === 1;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' };

const unescape = (value: string): string =>
  value.replace(/\\(.)/g, (whole, letter: string) => ESCAPES[letter] ?? whole);
