import type { Problem } from '../text/diagnostic.js';
import { oddCharacter } from '../../text/odd-character.js';
import type { CrossedBrackets, ParsedYaml, YamlFault } from '../text/parse-yaml.js';
import { clip, lineValue, needsQuotes, quote } from '../text/quote.js';
import type { Source, TextSpan } from '../text/source.js';
import type { ValueRefusal } from './schema-values.js';
import { FOREIGN_COMMENT, missingSpace } from './unknown-key.js';

type Explain = (fault: YamlFault, source: Source, parsed: ParsedYaml) => Problem;

/** Explains a YAML error in plain words, at the place where users would look for it. */
export function explainFault(fault: YamlFault, parsed: ParsedYaml, source: Source): Problem {
  const odd = oddInLine(fault, source);
  if (odd) return odd;
  if (parsed.crossed && fault.start >= parsed.crossed.opened.start) return crossedBrackets(parsed.crossed, source);
  const quoteOpened = parsed.longQuotes.find((span) => endsBefore(span, fault, source));
  if (quoteOpened) return unclosedQuote(quoteOpened, source);
  return (explanations[fault.code] ?? unexpected)(fault, source, parsed);
}

/**
 * Reports a character in a fault's line that looks like another one: before or after the key, or at the end of the
 * line.
 */
export function oddInLine(fault: TextSpan, source: Source): Problem | undefined {
  const line = source.line(source.position(fault.start).line).slice(0, LONGEST_LINE);
  const [before = ''] = /^[ \t]*(?:- +)*[\w.-]*[ \t]*:?/.exec(line) ?? [];
  const end = line.search(/[\u0085\u2028\u2029]/);
  const column = oddCharacter(line.charAt(before.length)) ? before.length : end;
  const odd = oddCharacter(line.charAt(column));
  if (!odd) return undefined;
  const start = source.lineStart(fault.start) + column;
  return {
    code: 'odd-character',
    message: `This character is ${odd.name}.`,
    hint: odd.hint,
    at: { start, end: start + 1 },
  };
}

/** The number of characters of a line that are searched. */
const LONGEST_LINE = 2_000;

/** Whether a fault does not affect the lines after it. */
export const isLocal = ({ code }: YamlFault): boolean => LOCAL.has(code);

const LOCAL: ReadonlySet<YamlFault['code']> = new Set([
  'BAD_DQ_ESCAPE',
  'BAD_SCALAR_START',
  'BAD_ALIAS',
  'TAB_AS_INDENT',
]);

/**
 * Whether a fault shows that a quoted text most likely lacks its closing quote. Then the text spans lines, and the
 * fault is in it or follows it on its last line.
 */
function endsBefore(span: TextSpan, fault: YamlFault, source: Source): boolean {
  if (fault.code === 'BAD_DQ_ESCAPE' || fault.start < span.start) return false;
  if (fault.start < span.end) return fault.code === 'MISSING_CHAR' || fault.code === 'BAD_INDENT';
  return source.position(fault.start).line === source.position(span.end).line || fault.start === span.end;
}

function unclosedQuote(span: TextSpan, source: Source): Problem {
  const { line } = source.position(span.end - 1);
  const isClosed = line > source.position(span.start).line && /["']$/.test(source.slice(span));
  const message = isClosed
    ? `The quote that opens here is not closed until line ${line}.`
    : 'The quote that opens here is not closed.';
  const hint = 'Close it on the same line; in double quotes, a quote is written \\".';
  return { code: 'unclosed-quote', message, hint, at: { start: span.start, end: span.start + 1 } };
}

const explanations: Partial<Record<YamlFault['code'], Explain>> = {
  MISSING_CHAR: missing,
  BAD_INDENT: badIndent,
  MULTILINE_IMPLICIT_KEY: brokenLine,
  BLOCK_AS_IMPLICIT_KEY: nested,
  BLOCK_IN_FLOW: blockInFlow,
  UNEXPECTED_TOKEN: unexpected,
  BAD_SCALAR_START: (fault, source) => ({ code: 'needs-quotes', ...needsQuotes(source, fault), at: fault }),
  BAD_ALIAS: (fault, source) => ({ code: 'needs-quotes', ...needsQuotes(source, fault), at: fault }),
  TAB_AS_INDENT: (fault, source) => ({
    code: 'tab-indent',
    message: 'YAML does not allow tabs in indentation.',
    hint: 'Use spaces, two for each level.',
    at: { start: source.lineStart(fault.start), end: fault.end },
  }),
  BAD_DQ_ESCAPE: (fault, source) => ({
    code: 'bad-escape',
    message: `${clip(source.text.slice(fault.start, fault.start + 2))} is not a valid escape in double quotes.`,
    hint: 'Write the backslash twice, or use single quotes.',
    at: { start: fault.start, end: fault.start + 2 },
  }),
  BAD_DIRECTIVE: (fault) => ({
    code: 'bad-directive',
    message: 'A line that begins with % is a directive, and this one is unknown.',
    at: fault,
  }),
  KEY_OVER_1024_CHARS: (fault) => ({
    code: 'bad-key',
    message: 'This key is too long: the maximum is 1024 characters.',
    at: { start: fault.start, end: fault.start + 1 },
  }),
  TOO_DEEP: (fault) => ({
    code: 'too-deep',
    message: 'The values are nested too deeply for a timer file.',
    at: fault,
  }),
  TOO_MANY: (fault) => ({
    code: 'too-many-values',
    message: 'There are too many values for a timer file.',
    at: fault,
  }),
  RESOURCE_EXHAUSTION: (fault) => ({
    code: 'too-deep',
    message: 'The values are nested too deeply for a timer file.',
    at: fault,
  }),
};

function missing(fault: YamlFault, source: Source, parsed: ParsedYaml): Problem {
  if (fault.message.startsWith('Implicit map keys')) return noColon(fault, source);
  if (/Missing , (or : )?between/.test(fault.message)) {
    return { code: 'missing-comma', message: 'A comma is missing before this.', at: fault };
  }
  return unclosedBracket(fault, source, parsed) ?? unexpected(fault, source);
}

/** Explains a line of a map without a colon, or with a colon that no space follows, so that it is not a separator. */
function noColon(fault: TextSpan, source: Source): Problem {
  const [text = ''] = source.slice(fault).split('\n', 1);
  const at = { start: fault.start, end: fault.start + text.trimEnd().length };
  if (text.startsWith('//')) return { ...FOREIGN_COMMENT, at };
  const [, key, value = ''] = /^([\w.-]+) *: *(.*)$/.exec(text) ?? [];
  return { ...(key === undefined ? missingColon(text.trim()) : missingSpace(key, value)), at };
}

function missingColon(text: string): ValueRefusal {
  const assigned = /^([\w.-]+) *= *(.*)$/.exec(text);
  const [, word = text, rest = '…'] = assigned ?? /^(\S+)\s+(.+)$/.exec(text) ?? [];
  const message = `"${clip(text)}" is not a key with a value: the colon is missing.`;
  const otherwise = assigned ? '' : ', or indent it if it continues the text above.';
  return { code: 'missing-colon', message, hint: `Write ${clip(word)}: ${clip(rest)}${otherwise}` };
}

/**
 * Explains a missing comma: YAML reads two keys of a `{…}` without a comma between them as one text that contains a
 * map.
 */
function blockInFlow(fault: YamlFault, source: Source): Problem {
  const [, before = ''] = /^((?:"[^"\n]*"|[^\n{}[\],"]*)\s+)(?:[\w.-]+|"[^"\n]*"):\s/.exec(source.slice(fault)) ?? [];
  const at = { start: fault.start + before.length, end: fault.end };
  if (before !== '') return { code: 'missing-comma', message: 'A comma is missing before this.', at };
  return { code: 'block-in-brackets', message: 'Inside brackets, lists and maps are written in brackets too.', at };
}

function badIndent(fault: YamlFault, source: Source, parsed: ParsedYaml): Problem {
  const bracket = /^Flow/.test(fault.message) ? unclosedBracket(fault, source, parsed) : undefined;
  if (bracket) return bracket;
  const { line } = source.position(fault.start);
  const indent = /^ */.exec(source.line(line))?.[0].length ?? 0;
  const start = source.lineStart(fault.start);
  return {
    code: 'bad-indent',
    message: `This line is indented by ${indent}, which matches none of the lines above it.`,
    hint: 'Keys that belong together start in the same column.',
    at: { start: start + indent, end: Math.max(fault.end, start + indent + 1) },
  };
}

function crossedBrackets({ opened, closed }: CrossedBrackets, source: Source): Problem {
  const [opening, closing] = [source.slice(opened), source.slice(closed)];
  const { line, column } = source.position(opened.start);
  const message = `This ${closing} cannot close the ${opening} of line ${line}, column ${column}.`;
  const hint = `Write ${opening === '{' ? '}' : ']'} here.`;
  return { code: 'crossed-brackets', message, hint, at: closed };
}

function unclosedBracket(_fault: YamlFault, source: Source, { unclosed }: ParsedYaml): Problem | undefined {
  const opened = unclosed[0];
  if (opened === undefined) return undefined;
  const closing = source.slice(opened) === '{' ? '}' : ']';
  return {
    code: 'unclosed-bracket',
    message: `The ${source.slice(opened)} that opens here has no ${closing}.`,
    at: opened,
  };
}

/** Explains a key that spans lines: the first line lacks its colon, or the last is indented too far. */
function brokenLine(fault: YamlFault, source: Source): Problem {
  const lines = source.slice(fault).split('\n');
  const { key } = lineValue(source, fault.start);
  if (key === '') return noColon(fault, source);
  return tooFarIn(fault.end - (lines.at(-1)?.trimStart().length ?? 0), source);
}

function tooFarIn(start: number, source: Source): Problem {
  const line = source.line(source.position(start).line);
  const message = 'This line is indented further than the key above it, which already has a value.';
  return {
    code: 'bad-indent',
    message,
    hint: 'Keys that belong together start in the same column.',
    at: { start, end: source.lineStart(start) + line.length },
  };
}

function nested(fault: YamlFault, source: Source, parsed: ParsedYaml): Problem {
  const multiline = parsed.faults.find(({ code, start }) => code === 'MULTILINE_IMPLICIT_KEY' && start === fault.start);
  if (multiline) return brokenLine(multiline, source);
  const { key, value } = lineValue(source, fault.start);
  return {
    code: 'needs-quotes',
    message: 'A string with ": " in it reads as a key and a value.',
    hint: `Quote it: ${key}${quote(value.text)}`,
    at: value,
  };
}

/** Describes a tag before a value. */
export function explainTag(fault: TextSpan, source: Source): Problem {
  const text = source.slice(fault);
  const isForeign = text.startsWith('!!');
  return {
    code: 'custom-tag',
    message: isForeign
      ? `${clip(text)} is a tag that timer files do not support.`
      : `${clip(text)} reads as a YAML tag.`,
    hint: isForeign ? 'Remove it; a timer file holds plain data.' : needsQuotes(source, fault).hint,
    at: fault,
  };
}

function unexpected(fault: YamlFault, source: Source, parsed?: ParsedYaml): Problem {
  const text = source.slice(fault);
  if (parsed !== undefined && /^[\]}]$/.test(text)) {
    return { code: 'stray-bracket', message: `This ${text} closes nothing.`, at: fault };
  }
  const { line } = source.position(fault.start);
  const what = text.trim() === '' ? 'Something' : `"${clip(text.trim())}"`;
  return {
    code: 'yaml-syntax',
    message: `${what} does not belong here.`,
    hint: `Check the indentation, quotes and brackets of line ${line}${line > 1 ? ' and the line above' : ''}.`,
    at: fault,
  };
}
