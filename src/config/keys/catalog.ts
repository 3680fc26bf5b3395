import type { JsonSchema, KeyEntry } from '../../domain/key-entry.js';
import { KEY_ENTRIES, GROUPS } from './index.js';
import { timersSchema } from './json-schema.js';
import { typeWords } from './type-words.js';

/** A key of the timer file with everything known about it. */
export interface KeyInfo {
  /** Dotted: `timeout`, `retry.attempts`. */
  readonly path: string;
  /** Whether the key belongs to a timer or to the file. For a key in a map, where the map belongs. */
  readonly level: 'file' | 'timer';
  readonly entry: KeyEntry;
  /** The type in words. */
  readonly type: string;
}

export interface KeyGroup {
  readonly title: string;
  readonly keys: readonly KeyInfo[];
}

/** Returns all keys in the order of the reference. The keys of a map follow the map. */
export function keyCatalog(): readonly KeyGroup[] {
  const file = timersSchema() as unknown as SchemaLevel;
  const levels = file.$defs ?? {};
  const infoOf = (level: 'file' | 'timer', key: string, entry: KeyEntry): readonly KeyInfo[] => {
    const { properties } =
      level === 'file' ? file : (levels[key in KEY_ENTRIES.defaults ? 'defaults' : 'timer'] ?? file);
    const own = { path: key, level, entry, type: typeWords(properties[key] ?? {}) };
    const inner = Object.entries(
      key in levels && key in KEY_ENTRIES ? KEY_ENTRIES[key as keyof typeof KEY_ENTRIES] : {},
    );
    if (key === 'defaults') return [own];
    const keys = inner.map(([name, one]) => ({
      path: `${key}.${name}`,
      level,
      entry: one,
      type: typeWords(levels[key]?.properties[name] ?? {}),
    }));
    return [own, ...keys];
  };
  return GROUPS.map(({ title, level, entries }) => ({
    title,
    keys: Object.entries(entries).flatMap(([key, entry]) => infoOf(level, key, entry)),
  }));
}

interface SchemaLevel {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly $defs?: Readonly<Record<string, SchemaLevel>>;
}

/** Returns a key with a value, as it is written in the file: `retry: { attempts: 3 }`. */
export function exampleOf({ path, entry: { example, beside } }: KeyInfo): string {
  const [key = '', inner] = path.split('.');
  return inner === undefined
    ? `${key}: ${example}`
    : `${key}: { ${beside === undefined ? '' : `${beside}, `}${inner}: ${example} }`;
}
