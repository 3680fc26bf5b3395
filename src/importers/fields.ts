import type { ForeignMap, ForeignValue } from '../config/index.js';
import type { SourcePlace } from './kind.js';

/** A key that a reader has not asked for. `path` is dotted: `spec.template.hostNetwork`. */
export interface UnreadKey extends SourcePlace {
  readonly path: string;
  /** The text of a scalar. */
  readonly text?: string;
}

/** A map in a source that remembers which keys were read. The others are reported, so nothing is lost silently. */
export class Fields implements SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly #path: string;
  readonly #map: ForeignMap | undefined;
  readonly #read = new Set<string>();
  /** By key, or by key and index, so that each map has only one instance. */
  readonly #children = new Map<string, Fields>();

  /** A value that is not a map counts as an empty map. */
  constructor(value: ForeignValue, path = '') {
    this.#map = value.kind === 'map' ? value : undefined;
    this.file = value.file;
    this.line = value.line;
    this.#path = path;
  }

  get keys(): readonly string[] {
    return [...(this.#map?.entries.keys() ?? [])];
  }

  /** Whether a key has a value that is not null. */
  has(key: string): boolean {
    const value = this.#map?.entries.get(key)?.value;
    return value !== undefined && !isNull(value);
  }

  /** Returns the place of a key, or of the map if it lacks the key. */
  place(key: string): SourcePlace {
    const { file, line } = this.#map?.entries.get(key) ?? this;
    return { file, line };
  }

  /** Returns the value of a key, with null as `undefined`. Counts the key as read. */
  value(key: string): ForeignValue | undefined {
    this.#read.add(key);
    const value = this.#map?.entries.get(key)?.value;
    return value === undefined || isNull(value) ? undefined : value;
  }

  /** Returns a scalar as written; `undefined` for a list or a map. */
  text(key: string): string | undefined {
    const value = this.value(key);
    return value?.kind === 'scalar' ? value.text : undefined;
  }

  /** Returns a finite number; `undefined` for anything else. */
  number(key: string): number | undefined {
    const text = this.text(key)?.trim();
    const number = text === undefined || text === '' ? Number.NaN : Number(text);
    return Number.isFinite(number) ? number : undefined;
  }

  /** Returns a boolean of YAML 1.1, which other programs read; `undefined` for anything else. */
  flag(key: string): boolean | undefined {
    return FLAGS.get(this.text(key)?.toLowerCase() ?? '');
  }

  /** Returns a list of scalars, or one scalar, as texts. */
  texts(key: string): readonly string[] {
    const value = this.value(key);
    const items = value?.kind === 'list' ? value.items : [value];
    return items.flatMap((item) => (item?.kind === 'scalar' ? item.text : []));
  }

  /**
   * Returns the map of a key; empty if the key is missing. Unread keys of that map count as unread keys of this one.
   */
  map(key: string): Fields {
    return this.#child(this.value(key) ?? { kind: 'map', entries: new Map(), ...this.place(key) }, key);
  }

  /** Returns the maps in the list of a key. */
  maps(key: string): readonly Fields[] {
    const value = this.value(key);
    return value?.kind === 'list' ? value.items.map((item, index) => this.#child(item, `${key}[${index}]`)) : [];
  }

  /** Returns the scalars in the map of a key, as texts; `undefined` if there are none. */
  textMap(key: string): Readonly<Record<string, string>> | undefined {
    const map = this.map(key);
    const pairs = map.keys.flatMap((name) => {
      const text = map.text(name);
      return text === undefined ? [] : [[name, text] as const];
    });
    return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
  }

  /** Counts keys as read. */
  ignore(...keys: readonly string[]): void {
    for (const key of keys) this.#read.add(key);
  }

  /** Counts all keys as read. */
  ignoreAll(): void {
    this.ignore(...this.keys);
    this.#children.clear();
  }

  /** Returns the keys with values that nothing has read, here and below, in the order of the file. */
  unread(): readonly UnreadKey[] {
    const own = this.keys
      .filter((key) => !this.#read.has(key) && this.has(key))
      .map((key) => ({ ...this.place(key), path: this.#pathOf(key), ...this.#scalar(key) }));
    return [...own, ...[...this.#children.values()].flatMap((child) => child.unread())].toSorted(
      (a, b) => a.line - b.line,
    );
  }

  #scalar(key: string): { readonly text?: string } {
    const value = this.#map?.entries.get(key)?.value;
    return value?.kind === 'scalar' ? { text: value.text } : {};
  }

  #child(value: ForeignValue, key: string): Fields {
    const child = this.#children.get(key) ?? new Fields(value, this.#pathOf(key));
    this.#children.set(key, child);
    return child;
  }

  #pathOf(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }
}

const isNull = (value: ForeignValue): boolean => value.kind === 'scalar' && value.value === null;

const FLAGS: ReadonlyMap<string, boolean> = new Map(
  [
    ['true', 'yes', 'on', 'y'],
    ['false', 'no', 'off', 'n'],
  ].flatMap((words, index) => words.map((word): [string, boolean] => [word, index === 0])),
);
