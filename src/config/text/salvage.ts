import { finish } from '../../turns/steps.js';
import { parseYaml } from './parse-yaml.js';

/** A YAML text without the parts that break it. */
export interface Salvaged {
  /**
   * The text with the same number of lines. Omitted parts become empty lines, so that every other position stays the
   * same.
   */
  readonly text: string;
  /** The omitted keys at the top of the file. */
  readonly keys: readonly string[];
  /** The omitted timers. */
  readonly timers: readonly string[];
}

const KEY_AT_TOP = /^(["']?)([\w.-]+)\1\s*:(?=\s|$)/;
const KEY_INSIDE = /^( +)(["']?)([\w.-]+)\2\s*:(?=\s|$)/;

/**
 * Removes keys that do not parse by themselves from a text with a broken structure. Under `timers`, removes only the
 * timers that do not parse.
 */
export function salvage(text: string): Salvaged {
  const parts = cut(text.split('\n'), (line) => KEY_AT_TOP.exec(line)?.[2]).map(salvagePart);
  return {
    text: parts.flatMap(({ lines }) => lines).join('\n'),
    keys: parts.flatMap(({ keys }) => keys),
    timers: parts.flatMap(({ timers }) => timers),
  };
}

/**
 * Keeps only the wanted keys at the top of a text in block style, so that errors elsewhere do not matter. `undefined`
 * if their lines may be misleading: the file is in flow style, or has an alias or a merge key there.
 */
export function onlyKeys(text: string, isWanted: (key: string) => boolean): string | undefined {
  if (IN_BRACKETS.test(text)) return undefined;
  const parts = cut(text.split('\n'), (line) => KEY_AT_TOP.exec(line)?.[2]);
  if (parts.length === 1 || /^<<\s*:/m.test(text)) return undefined;
  const kept = parts.map((part) => (part.key !== undefined && isWanted(part.key) ? part.lines : emptied(part)));
  const alone = kept.flat().join('\n');
  return /:\s+\*/.test(alone) ? undefined : alone;
}

/** Matches a text whose first character, outside comments and document markers, is a bracket. */
const IN_BRACKETS = /^(?:\s|#.*|%.*|---)*[{[]/;

/** A key and the lines below it. The part before the first key has no key. */
interface Part {
  readonly key?: string;
  readonly lines: readonly string[];
}

function cut(lines: readonly string[], keyOf: (line: string) => string | undefined): readonly Part[] {
  const parts: { key?: string; lines: string[] }[] = [{ lines: [] }];
  for (const line of lines) {
    const key = keyOf(line);
    if (key === undefined) parts.at(-1)?.lines.push(line);
    else parts.push({ key, lines: [line] });
  }
  return parts;
}

type Kept = Omit<Salvaged, 'text'> & Pick<Part, 'lines'>;

function salvagePart(part: Part): Kept {
  const { key, lines } = part;
  if (isSound(part)) return { lines, keys: [], timers: [] };
  const [first = '', ...inside] = lines;
  const isMap = key === 'timers' && /^\S+\s*(?:#.*)?$/.test(first);
  if (!isMap) return { lines: emptied(part), keys: key === undefined ? [] : [key], timers: [] };
  const timers = timersIn(inside);
  const broken = timers.filter((timer) => !isSound(timer));
  return {
    lines: [first, ...timers.flatMap((timer) => (broken.includes(timer) ? emptied(timer) : timer.lines))],
    keys: [],
    timers: broken.flatMap((timer) => timer.key ?? []),
  };
}

/** Splits lines into timers. All timers have the indentation of the first one. */
function timersIn(lines: readonly string[]): readonly Part[] {
  const [indent] = lines.flatMap((line) => KEY_INSIDE.exec(line)?.[1] ?? []);
  return cut(lines, (line) => {
    const [, own, , key] = KEY_INSIDE.exec(line) ?? [];
    return own === indent ? key : undefined;
  });
}

const emptied = ({ lines }: Part): readonly string[] => lines.map(() => '');

/** Whether a part parses by itself. A tag is an error in a value, not in the structure. */
function isSound({ lines }: Part): boolean {
  const { faults, documents } = finish(parseYaml(lines.join('\n')));
  return documents.length < 2 && faults.every(({ code }) => code === 'TAG_RESOLVE_FAILED');
}
