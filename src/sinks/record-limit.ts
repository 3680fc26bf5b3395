import { StringDecoder } from 'node:string_decoder';
import { jsonText } from '../text/visible.js';
import { JSON_NAMES, type RecordNames } from './record-names.js';

/**
 * The maximum size of a record in bytes, with its newline. Container log drivers split longer ones, and half a JSON
 * object does not parse.
 */
export const RECORD_LIMIT = 16 * 1024;
/** `msg` is never cut to less than this many bytes. It repeats what other fields contain, so it is cut first. */
const SHORTEST_MESSAGE = 1_024;
/** Fields are never cut to less than this many bytes. All fields of a record fit if none is longer than this. */
const SHORTEST_FIELD = 512;
/** A UTF-16 unit is at most three bytes of UTF-8. */
const SURELY_FITS = Math.floor(RECORD_LIMIT / 3);
const ELLIPSIS = '…';

/**
 * Values as JSON, because the limit applies to the JSON. Commands can print a lot, and serializing it is most of the
 * work.
 */
type Fields = ReadonlyMap<string, string>;

/** Applies {@link fitRecord} to any number of records. */
export function fitRecords(records: string, names: RecordNames): string {
  let start = 0;
  for (let end = records.indexOf('\n'); end >= 0; end = records.indexOf('\n', start)) {
    if (end - start >= SURELY_FITS) return records.replaceAll(/[^\n]*\n/g, (record) => fitRecord(record, names));
    start = end + 1;
  }
  return records;
}

/**
 * Makes a record, written as a line of JSON, fit into {@link RECORD_LIMIT}. First cuts `msg`, down to 1 KiB; a cut
 * `msg` ends in `…`. Then cuts the longest fields. A cut record has `truncated: true`. Texts keep their beginning,
 * lists their first items, an `output_tail` its last lines. Output that was parsed as JSON (`data`) and is too long
 * becomes a `line` again.
 */
export function fitRecord(line: string, names = JSON_NAMES): string {
  if (line.length <= SURELY_FITS || Buffer.byteLength(line) <= RECORD_LIMIT) return line;
  const values = Object.entries(JSON.parse(line) as Record<string, unknown>);
  const whole = new Map(values.map(([key, value]) => [key, jsonText(value)]));
  let fields = withShortMessage(whole, names);
  if (excessOf(fields) > 0 && fields.has(names.data)) fields = withShortMessage(withoutData(whole, names), names);
  for (let excess = excessOf(fields); excess > 0; excess = excessOf(fields)) {
    const longest = longestOf(fields, names);
    if (longest === undefined) break;
    fields = new Map(fields).set(longest, shortened(longest, fields, excess)).set(names.truncated, 'true');
  }
  return lineOf(fields);
}

const lineOf = (fields: Fields): string => `{${Array.from(fields, ([key, json]) => `"${key}":${json}`).join(',')}}\n`;
const excessOf = (fields: Fields): number => Buffer.byteLength(lineOf(fields)) - RECORD_LIMIT;
const sizeOf = (fields: Fields, key: string): number => Buffer.byteLength(fields.get(key) ?? '');

function withShortMessage(fields: Fields, { message, truncated }: RecordNames): Fields {
  const size = sizeOf(fields, message);
  if (excessOf(fields) <= 0 || size <= SHORTEST_MESSAGE) return fields;
  const marked = new Map(fields).set(truncated, 'true');
  const most = Math.max(SHORTEST_MESSAGE, size - excessOf(marked)) - Buffer.byteLength(ELLIPSIS);
  return marked.set(message, beginningOf(fields.get(message) ?? '', most).replace(/"$/, `${ELLIPSIS}"`));
}

/** Replaces the data by the line itself, which is the message of an output record. */
function withoutData(fields: Fields, { message, line = message, data, truncated }: RecordNames): Fields {
  const others = new Map(fields).set(line, fields.get(message) ?? '').set(truncated, 'true');
  others.delete(data);
  return others;
}

function longestOf(fields: Fields, { message }: RecordNames): string | undefined {
  const [longest] = [...fields.keys()]
    .filter((key) => key !== message && sizeOf(fields, key) > SHORTEST_FIELD)
    .sort((one, other) => sizeOf(fields, other) - sizeOf(fields, one));
  return longest;
}

function shortened(key: string, fields: Fields, excess: number): string {
  const json = fields.get(key) ?? '';
  const most = Math.max(SHORTEST_FIELD, sizeOf(fields, key) - excess);
  if (json.startsWith('[')) return `[${firstOf((JSON.parse(json) as unknown[]).map(jsonOf), most - 2).join(',')}]`;
  if (!key.endsWith('output_tail')) return beginningOf(json, most);
  const lines = (JSON.parse(json) as string).split('\n').map(jsonOf).reverse();
  const kept = firstOf(lines, most).map((line) => line.slice(1, -1));
  return `"${kept.reverse().join('\\n')}"`;
}

const jsonOf = (value: unknown): string => jsonText(value);

/** Returns the first items that fit, at least one. If the first item exceeds the limit, returns its beginning. */
function firstOf(items: readonly string[], most: number): readonly string[] {
  let rest = most;
  const fitting = items.findIndex((item) => (rest -= Buffer.byteLength(item) + 1) < 0);
  if (fitting === 0) return [beginningOf(items[0] ?? '', most)];
  return fitting < 0 ? items : items.slice(0, fitting);
}

/** Returns the beginning of a text in JSON, at most `most` bytes with its quotes. Never splits a character. */
function beginningOf(json: string, most: number): string {
  const bytes = Buffer.from(json);
  if (bytes.length <= most) return json;
  return `${withoutTornEscape(new StringDecoder('utf8').write(bytes.subarray(0, most - 1)))}"`;
}

/** Removes an incomplete escape at the end, and the first half of an escaped surrogate pair. */
function withoutTornEscape(text: string): string {
  const whole = withoutLastEscape(text, /^\\(?:u[\da-f]{0,3})?$/);
  return withoutLastEscape(whole, /^\\ud[89ab][\da-f]{2}$/);
}

function withoutLastEscape(text: string, pattern: RegExp): string {
  const at = text.lastIndexOf('\\');
  return at >= 0 && pattern.test(text.slice(at)) && !isEscaped(text, at) ? text.slice(0, at) : text;
}

/** Returns whether a backslash is escaped by the one before it. */
function isEscaped(text: string, backslash: number): boolean {
  let first = backslash;
  while (text[first - 1] === '\\') first--;
  return (backslash - first) % 2 === 1;
}
