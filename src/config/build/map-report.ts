import type { Path, Problem, Problems } from '../text/diagnostic.js';
import { placeOf, type MapEntry, type MapNode, type Slot } from '../text/node.js';
import type { TextSpan } from '../text/source.js';
import type { WarningCode } from '../check/warning-codes.js';

/**
 * The part of a value to mark. It is an item of a list or map, or a range of a string (UTF-16 units from 0, end
 * exclusive).
 */
export interface Part {
  readonly item?: number | string;
  readonly span?: readonly [start: number, end: number];
  /** Marks the key, not its value. */
  readonly isKey?: true;
}

export type Words = Pick<Problem, 'code' | 'message' | 'hint'>;

/** A warning about a timer, or about the file as a whole. */
export interface Warning extends Words {
  readonly code:
    | WarningCode
    | 'all-disabled'
    | 'open-password-file'
    | 'open-token-file'
    | 'state-on-network'
    | 'unknown-tz'
    | 'unused-group'
    | 'writable-by-others';
}

/** A map of the file and its path; `key` is the position of its name. */
export interface PlacedMap {
  readonly map: MapNode;
  readonly path: Path;
  readonly key: TextSpan;
}

/** Reports errors in the values of one map, whether they are in the map itself or in the defaults that apply to it. */
export class MapReport {
  readonly #problems: Problems;
  readonly #own: PlacedMap;
  readonly #behind: PlacedMap | undefined;
  readonly #ignored: readonly string[];

  /** `behind` are the defaults; `ignored` are the codes of warnings to suppress. */
  constructor(problems: Problems, own: PlacedMap, behind?: PlacedMap, ignored: readonly WarningCode[] = []) {
    this.#problems = problems;
    this.#own = own;
    this.#behind = behind;
    this.#ignored = ignored;
  }

  /** Whether the map itself has a key. */
  has(key: string): boolean {
    return this.#own.map.entries.has(key);
  }

  /** Returns the map's own keys, in the order of the file. */
  ownKeys(): readonly string[] {
    return [...this.#own.map.entries.keys()];
  }

  error(key: string, words: Words, part: Part = {}): void {
    this.#problems.error({ ...words, ...this.#where(key, part) });
  }

  /** Whether a warning is suppressed. */
  ignores(code: Warning['code']): boolean {
    return this.#ignored.includes(code);
  }

  warn(key: string, words: Warning, part: Part = {}): void {
    if (!this.ignores(words.code)) this.#problems.warn({ ...words, ...this.#where(key, part) });
  }

  /** Reports a missing key at the map's name. Does nothing if a broken merge hides some of the map's keys. */
  errorInAll(words: Words): void {
    if (this.#own.map.isPartial) return;
    this.#problems.error({ ...words, at: this.#own.key, path: this.#own.path });
  }

  /** Warns about the map as a whole, at its name. */
  warnInAll(words: Warning): void {
    if (!this.ignores(words.code)) this.#problems.warn({ ...words, at: this.#own.key, path: this.#own.path });
  }

  entry(key: string): MapEntry | undefined {
    return this.#own.map.entries.get(key) ?? this.#behind?.map.entries.get(key);
  }

  /**
   * Returns a value's text in the file, without the quotes and indentation around it; `undefined` if it is not in the
   * file.
   */
  sourceOf(key: string): string | undefined {
    const value = this.entry(key)?.value;
    if (value === undefined || value.end <= value.start) return undefined;
    const { source } = this.#problems;
    if (value.kind === 'scalar') return value.text;
    const indent = ' '.repeat(source.position(value.start).column - 1);
    return source.text.slice(value.start, value.end).trimEnd().replaceAll(`\n${indent}`, '\n');
  }

  #where(key: string, { item, span, isKey }: Part): { at: TextSpan; path: Path } {
    const holder = this.#own.map.entries.has(key) ? this.#own : (this.#behind ?? this.#own);
    const entry = holder.map.entries.get(key);
    const path = [...holder.path, key, ...(item === undefined ? [] : [item])];
    if (entry === undefined) return { at: this.#own.key, path };
    const slot = itemOf(entry, item) ?? entry;
    if (isKey) return { at: 'key' in slot ? (slot as MapEntry).key : entry.key, path };
    return { at: (span && this.#stretch(slot, span)) ?? placeOf(slot), path };
  }

  /**
   * Returns the position in the file of a range of a string. `undefined` if escapes, line breaks or variables make the
   * string differ from its text in the file.
   */
  #stretch({ value, at }: Slot, [start, end]: readonly [number, number]): TextSpan | undefined {
    if (value.kind !== 'scalar' || value.start !== at.start || value.text.includes('${')) return undefined;
    const { text } = this.#problems.source;
    const begin = [value.start, value.start + 1].find((offset) => text.startsWith(value.text, offset));
    if (begin === undefined) return undefined;
    return { start: begin + start, end: Math.max(begin + end, begin + start + 1) };
  }
}

function itemOf({ value }: MapEntry, item: number | string | undefined): Slot | undefined {
  if (item === undefined) return undefined;
  if (value.kind === 'list') return value.items[Number(item)];
  return value.kind === 'map' ? value.entries.get(String(item)) : undefined;
}
