import * as z from 'zod/mini';
import type { core } from 'zod/mini';

import type { Path, Problems } from '../text/diagnostic.js';
import { explainIssue, explainMissing, meantIssues } from './explain-issue.js';
import { placeOf, type MapNode, type Node, type ScalarNode, type Slot } from '../text/node.js';
import { BROKEN, type PlainValues } from '../text/plain-value.js';
import type { TextSpan } from '../text/source.js';
import { KEYS, type KeyLevel } from './schema.js';
import { isKeyOf, unknownKey } from './unknown-key.js';

/** A schema whose keys are all optional: a separate check reports missing keys, with its own message. */
type LevelSchema = z.ZodMiniObject;

/** At most this many sets of keys have a schema of their own. */
const MOST_SETS = 100;

/** Reads the maps of one file by their schemas, and reports what does not fit. */
export class LevelReader {
  readonly #problems: Problems;
  readonly #plain: PlainValues;
  /** The schemas for some of a level's keys, by level and keys. */
  readonly #narrowed = new Map<string, LevelSchema>();

  constructor(problems: Problems, plain: PlainValues) {
    this.#problems = problems;
    this.#plain = plain;
  }

  /** Returns the valid values. Invalid values are reported and omitted, so that later checks see the rest. */
  read<S extends LevelSchema>(whole: S, map: MapNode, place: { level: KeyLevel; path: Path }): z.output<S> {
    const schema = this.#narrow(whole, map, place.level);
    const values = Object.create(null) as Record<string, unknown>;
    for (const [key, entry] of map.entries) {
      const value = isKeyOf(place.level, key) ? this.#plain.of(key, entry, [...place.path, key]) : undefined;
      if (value !== BROKEN) values[key] = value;
    }
    const asWritten = schema.safeParse(values);
    if (asWritten.success) return asWritten.data;
    for (const issue of asWritten.error.issues.flatMap(meantIssues)) retype(values, issue, map);
    const retyped = schema.safeParse(values);
    if (retyped.success) return retyped.data;
    for (const issue of retyped.error.issues.flatMap(meantIssues)) this.#tell(issue, { map, values }, place);
    for (const key of retyped.error.issues.flatMap(keysOf)) Reflect.deleteProperty(values, key);
    const rest = schema.safeParse(values);
    if (rest.success) return rest.data;
    throw rest.error;
  }

  /**
   * Returns the schema for only the keys that a map has. Zod looks for every key of a schema, but most maps have few of
   * them, and the same ones as other maps.
   */
  #narrow<S extends LevelSchema>(whole: S, { entries }: MapNode, level: KeyLevel): S {
    const name = [level, ...[...entries.keys()].filter((key) => isKeyOf(level, key))].join(' ');
    const known = this.#narrowed.get(name);
    if (known !== undefined || this.#narrowed.size === MOST_SETS) return (known as S | undefined) ?? whole;
    const present = KEYS[level].filter((key) => entries.has(key));
    const narrowed = z.pick(whole, Object.fromEntries(present.map((key) => [key, true])) as never) as unknown as S;
    this.#narrowed.set(name, narrowed);
    return narrowed;
  }

  #tell(issue: core.$ZodIssue, { map, values }: ReadMap, { level, path }: { level: KeyLevel; path: Path }): void {
    const found = find(map, issue.path as Path);
    const fullPath = [...path, ...(issue.path as Path)];
    if (issue.code === 'unrecognized_keys') {
      const inner = (issue.path[0] ?? level) as KeyLevel;
      for (const key of issue.keys) this.#tellUnknown(key, inner, { map: found.value, path: fullPath });
      return;
    }
    if (found.value.kind === 'broken') return;
    const keys = issue.path.filter((part) => typeof part === 'string').join('.');
    const key = typeof issue.path.at(-1) === 'number' ? `An item of ${keys}` : keys;
    const { code, message, hint } =
      found.missing === undefined
        ? explainIssue(issue, key, expanded(found.value, values, issue.path as Path))
        : explainMissing(issue, found.missing);
    this.#problems.error({ code, message, hint, at: placeOf(found), path: fullPath });
  }

  #tellUnknown(key: string, level: KeyLevel, { map, path }: { map: Node; path: Path }): void {
    const entry = map.kind === 'map' ? map.entries.get(key) : undefined;
    if (entry === undefined || this.#problems.isTold('unknown-key', entry.key)) return;
    if (level === 'file' && key.startsWith('x-')) return;
    const { hint = hintForFlag(entry.value) ?? ALL_KEYS, ...words } = unknownKey(key, level, isTimer(entry.value));
    this.#problems.error({ ...words, hint, at: entry.key, path: [...path, key] });
  }
}

const ALL_KEYS = 'timers keys lists all keys.';

/** Returns the hint for a key without a value: in `{run: echo a, b}`, the comma ends the command. */
const hintForFlag = (node: Node): string | undefined =>
  node.kind === 'scalar' && node.value === null ? 'If it belongs to the text before it, quote that text.' : undefined;

const isTimer = (node: Node): boolean =>
  node.kind === 'map' && [...node.entries.keys()].some((key) => isKeyOf('timer', key) && !isKeyOf('defaults', key));

interface ReadMap {
  readonly map: MapNode;
  /** The plain values of the level. */
  readonly values: object;
}

/** Whether a text contains a variable. */
const isVariable = (node: Node): node is ScalarNode =>
  node.kind === 'scalar' && typeof node.value === 'string' && node.value.includes('${');

/**
 * Converts a rejected text with a variable to a number or boolean, if it reads as one: a variable always expands to a
 * text.
 */
function retype(values: object, { code, path }: core.$ZodIssue, map: MapNode): void {
  if (code === 'custom' || !isVariable(find(map, path as Path).value)) return;
  const holder = valueAt(values, path.slice(0, -1) as Path);
  const text = valueAt(values, path as Path);
  if (typeof text !== 'string' || typeof holder !== 'object' || holder === null) return;
  const isPlain = /^(?:true|false|-?\d{1,15}(?:\.\d{1,15})?)$/i.test(text);
  if (isPlain) Reflect.set(holder, path.at(-1) ?? '', JSON.parse(text.toLowerCase().replace(/^(-?)0+(?=\d)/, '$1')));
}

/** Returns the node with its variables expanded. */
function expanded(node: Node, values: object, path: Path): Node {
  const value = valueAt(values, path);
  return isVariable(node) && typeof value === 'string' ? { ...node, value, text: value } : node;
}

const valueAt = (values: unknown, path: Path): unknown =>
  path.reduce(
    (holder, part) => (typeof holder === 'object' && holder !== null ? Reflect.get(holder, part) : undefined),
    values,
  );

interface Found extends Slot {
  readonly key?: TextSpan;
  /** The part of the path that does not exist in `value`, which is a map. */
  readonly missing?: string;
}

/** Walks from a map along a path, as far as nodes exist. */
function find(map: MapNode, path: Path): Found {
  let found: Found = { value: map, at: map };
  for (const part of path) {
    const { value: node } = found;
    const entry = node.kind === 'map' ? node.entries.get(String(part)) : undefined;
    const next = node.kind === 'list' ? node.items[Number(part)] : entry;
    if (next === undefined) return { ...found, ...(node.kind === 'map' && { missing: String(part) }) };
    found = { value: next.value, at: next.at, ...(entry && { key: entry.key }) };
  }
  return found;
}

const keysOf = (issue: core.$ZodIssue): readonly string[] =>
  issue.path.length === 0 && issue.code === 'unrecognized_keys' ? issue.keys : [String(issue.path[0])];
