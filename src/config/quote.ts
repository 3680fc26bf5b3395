import type { Source, Span } from './source.js';

/** How much of somebody's text a message repeats. */
const MOST = 40;

/** A text short enough for a message. What does not fit is left out in its middle. */
export function clip(text: string): string {
  if (text.length <= MOST) return text;
  return `${text.slice(0, MOST - 13)}…${text.slice(-12)}`;
}

/** Writes a text as a quoted YAML scalar: in double quotes, unless it holds such or a backslash. */
export const quote = (text: string): string => (/["\\]/.test(text) ? `'${text.replaceAll("'", "''")}'` : `"${text}"`);

const OPENERS: Readonly<Record<string, string>> = {
  '*': 'an alias',
  '&': 'an anchor',
  '!': 'a tag',
  '@': 'a reserved character',
  '`': 'a reserved character',
  '%': 'a directive',
  ',': 'a list separator',
};

/** The words for a plain text that YAML reads as something else because of its first character. */
export function needsQuotes(source: Source, at: Span): { message: string; hint: string } {
  const { key, value } = lineValue(source, at.start);
  const first = source.text.charAt(at.start);
  const what = OPENERS[first] ?? 'something else';
  return {
    message: `In YAML a text cannot begin with ${first}, which is ${what}.`,
    hint: `Quote it: ${key}${quote(value.text)}`,
  };
}

/** `key: value` and `- value` lines: what stands before the value, and the value without a trailing comment. */
const LINE = /^([ \t]*(?:- +)*)((?:[\w.-]+|"[^"]*"|'[^']*')[ \t]*:[ \t]+)?(\S.*?)[ \t]*$/;

/** The value on the line of an offset, taken as one text, and its key with colon. */
export function lineValue(source: Source, offset: number): { key: string; value: Span & { text: string } } {
  const start = source.lineStart(offset);
  const line = source.line(source.position(offset).line);
  const [, indent = '', key = '', rest = ''] = LINE.exec(line) ?? [];
  const text = rest.replace(/[ \t]+#.*$/, '');
  const begin = start + indent.length + key.length;
  return { key: key.replace(/[ \t]+/g, ' '), value: { start: begin, end: begin + text.length, text } };
}
