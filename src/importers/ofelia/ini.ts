import type { DifferenceList } from '../difference-list.js';
import type { SourceFile } from '../kind.js';
import type { Entries, OfeliaJob, Parameter } from './entry.js';

const SECTION = /^\s*\[\s*([\w-]+)\s*(?:"((?:[^"\\]|\\.)*)")?\s*\]\s*(?:[;#].*)?$/;
const ASSIGNMENT = /^\s*([A-Za-z][\w-]*)\s*(?:=\s*(.*))?$/;

interface OpenEntry extends OfeliaJob {
  readonly parameters: Map<string, Parameter>;
}

/** Reads an INI file as Ofelia does: sections with a name in quotes, values with quotes, escapes and comments. */
export function readIni({ path: file, text }: SourceFile, differences: DifferenceList): Entries {
  const entries: OpenEntry[] = [];
  for (const { text: line, number } of logicalLines(text)) {
    const place = { file, line: number };
    if (/^\s*(?:[;#].*)?$/.test(line)) continue;
    const [, type, name = ''] = SECTION.exec(line) ?? [];
    if (type !== undefined) entries.push({ type: type.toLowerCase(), name, parameters: new Map(), ...place });
    else if (!assign(line, { entry: entries.at(-1), ...place }))
      differences.error(place, `The line is left out: "${line.trim()}" is neither a section nor a value.`);
  }
  return { entries };
}

interface Target {
  readonly entry: OpenEntry | undefined;
  readonly file: string;
  readonly line: number;
}

function assign(line: string, { entry, ...place }: Target): boolean {
  const [, key, written] = ASSIGNMENT.exec(line) ?? [];
  if (key === undefined || entry === undefined) return false;
  const name = key.toLowerCase();
  const before = entry.parameters.get(name);
  const value = written === undefined ? 'true' : valueOf(written);
  entry.parameters.set(name, { ...(before ?? place), values: [...(before?.values ?? []), value] });
  return true;
}

/** Joins lines that end in a backslash. */
function* logicalLines(text: string): Generator<{ readonly text: string; readonly number: number }> {
  let open = '';
  let start = 0;
  for (const [index, line] of text.split('\n').entries()) {
    if (open === '') start = index + 1;
    const isOpen = /(?<!\\)(?:\\\\)*\\$/.test(line) && !/^\s*[;#]/.test(line);
    open += isOpen ? line.slice(0, -1) : line;
    if (isOpen) continue;
    yield { text: open, number: start };
    open = '';
  }
  if (open !== '') yield { text: open, number: start };
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
]);

/** Removes quotes, resolves escapes, and drops a comment and spaces at the end. */
function valueOf(written: string): string {
  let value = '';
  let kept = 0;
  let isQuoted = false;
  for (let at = 0; at < written.length; at++) {
    const sign = written.charAt(at);
    if (sign === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (sign === ';' || sign === '#')) break;
    else value += sign === '\\' ? unescaped(written.charAt(++at)) : sign;
    if (isQuoted || /\S/.test(sign)) kept = value.length;
  }
  return value.slice(0, kept);
}

const unescaped = (sign: string): string => ESCAPES.get(sign) ?? sign;
