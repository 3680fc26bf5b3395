import type { Source, TextSpan } from './source.js';

/** The maximum number of characters of a text that a message repeats. */
const MOST = 40;

/** Shortens a text for a message, and puts it on one line. The middle of a longer text is omitted. */
export function clip(written: string): string {
  const text = written.slice(0, 1_000).replace(/\s*\n\s*/g, ' ');
  if (text.length <= MOST) return text;
  return `${text.slice(0, MOST - 13)}…${written.slice(-12).replaceAll('\n', ' ')}`;
}

/** Writes a text as a quoted YAML scalar: in double quotes, unless it contains those or a backslash. */
export const quote = (text: string): string => (/["\\]/.test(text) ? `'${text.replaceAll("'", "''")}'` : `"${text}"`);

const OPENERS: Readonly<Record<string, string>> = {
  '*': 'begins an alias',
  '&': 'begins an anchor',
  '!': 'begins a tag',
  '%': 'begins a directive',
  ',': 'separates the items of a list',
};

/** Describes a plain text that YAML interprets differently because of its first character. */
export function needsQuotes(source: Source, at: TextSpan): { message: string; hint: string } {
  const { key, value } = lineValue(source, at.start);
  const first = source.text.charAt(at.start);
  const role = OPENERS[first] ?? 'is reserved';
  return {
    message: `In YAML a plain string cannot begin with ${first}, which ${role}.`,
    hint: `Quote it: ${key}${quote(value.text)}`,
  };
}

const KEY = /((?:[\w.-]+|"[^"]*"|'[^']*')[ \t]*:[ \t]+)?/.source;

/** A `key: value` or `- value` line: the part before the value, and the value. */
const LINE = new RegExp(`^([ \\t]*(?:- +)*)${KEY}(\\S.*?)[ \\t]*$`);

/** An item within brackets, in the same parts. */
const ITEM = new RegExp(`^([ \\t]*)${KEY}(\\S.*?)?[ \\t]*$`);

/** A value as written, and its key with a colon and one space. Each is empty if there is none. */
export interface WrittenValue {
  readonly key: string;
  readonly value: TextSpan & { readonly text: string };
}

/**
 * Returns the value at an offset, without a trailing comment. The value is the text up to the end of its line or,
 * inside brackets, of its item.
 */
export function lineValue(source: Source, offset: number): WrittenValue {
  const start = source.lineStart(offset);
  const line = source.line(source.position(offset).line);
  const whole = written(start, line, LINE);
  const { value } = whole;
  const isInside =
    offset > value.start && /^[[{]/.test(value.text) && !isBalanced(value.text.slice(0, offset - value.start));
  if (!isInside) return whole;
  const column = offset - start;
  const from = Math.max(...['{', '[', ','].map((sign) => line.lastIndexOf(sign, column))) + 1;
  const length = line.slice(column).search(/[,\]}]/);
  return written(start + from, line.slice(from, length === -1 ? undefined : column + length), ITEM);
}

function written(start: number, text: string, form: RegExp): WrittenValue {
  const [, indent = '', key = '', rest = ''] = form.exec(text) ?? [];
  const value = rest.replace(/[ \t]+#.*$/, '');
  const begin = start + indent.length + key.length;
  return { key: key.replace(/[ \t]+/g, ' '), value: { start: begin, end: begin + value.length, text: value } };
}

const isBalanced = (text: string): boolean =>
  (text.match(/[[{]/g) ?? []).length === (text.match(/[\]}]/g) ?? []).length;
