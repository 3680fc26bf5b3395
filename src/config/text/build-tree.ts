import { isAlias, isMap, isScalar, type Alias, type ParsedNode, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';

import type { Steps } from '../../turns/steps.js';
import type { Problem, Problems } from './diagnostic.js';
import type { BrokenNode, MapEntry, ListNode, MapNode, Node, Slot } from './node.js';
import type { YamlDocument } from './compose-yaml.js';
import { clip, needsQuotes } from './quote.js';
import type { TextSpan } from './source.js';

/**
 * The maximum number of values that the aliases of a file may represent. Real files stay far below this; an alias bomb
 * exceeds it immediately.
 */
const MAX_REPEATED = 1_000_000;

/**
 * Builds the tree of one document: resolves aliases and merge keys (`<<`) without copying, and reports duplicate keys.
 * Each entry of `broken` is reported under its path, and becomes a broken node.
 */
export function buildTree(document: YamlDocument, problems: Problems, broken: readonly Broken[]): Steps<Slot> {
  return new TreeBuilder(problems, broken).slot(document.contents, { start: 0, end: 0 });
}

/** A value with an error that was found before the tree was built. */
export interface Broken {
  /** The offset at which the value starts. */
  readonly start: number;
  readonly problem: Omit<Problem, 'path'>;
}

class TreeBuilder {
  readonly #problems: Problems;
  readonly #broken: ReadonlyMap<number, Broken>;
  readonly #anchors = new Map<string, Node | 'open'>();
  /** The number of values below a node, with aliases expanded. */
  readonly #sizes = new WeakMap<Node, number>();
  #size = 0;
  /** The number of values that come from aliases. */
  #repeated = 0;
  readonly #path: (string | number)[] = [];

  constructor(problems: Problems, broken: readonly Broken[]) {
    this.#problems = problems;
    this.#broken = new Map(broken.map((value) => [value.start, value]));
  }

  *slot(yaml: ParsedNode | null | undefined, fallback: TextSpan): Steps<Slot> {
    if (yaml === null || yaml === undefined)
      return { value: { kind: 'scalar', value: null, text: '', ...fallback }, at: fallback };
    const at = spanOf(yaml);
    if (isAlias(yaml)) return { value: this.#resolve(yaml, at), at };
    const broken = this.#broken.get(at.start);
    if (broken) {
      this.#error(broken.problem);
      return { value: { kind: 'broken', ...at }, at };
    }
    return { value: yield* this.#anchored(yaml, at), at };
  }

  *#anchored(yaml: Exclude<ParsedNode, Alias.Parsed>, at: TextSpan): Steps<Node> {
    const { anchor } = yaml;
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    const before = this.#size;
    this.#size += 1;
    const node = yield* this.#node(yaml, at);
    if (anchor !== undefined) {
      this.#anchors.set(anchor, node);
      this.#sizes.set(node, this.#size - before);
      if (!/^[\w.-]+$/.test(anchor)) return this.#strayAnchor(anchor, at);
    }
    return node;
  }

  *#node(yaml: Exclude<ParsedNode, Alias.Parsed>, at: TextSpan): Steps<Node> {
    if (isScalar(yaml)) return scalar(yaml, at);
    yield;
    if (isMap(yaml)) return yield* this.#map(yaml, at);
    return yield* this.#list(yaml, at);
  }

  *#list(yaml: YAMLSeq.Parsed, at: TextSpan): Steps<ListNode> {
    const items: Slot[] = [];
    for (const [index, item] of yaml.items.entries()) items.push(yield* this.#within(index, this.#item(item, at)));
    return { kind: 'list', items, ...at };
  }

  /** Builds a list item. An empty item has the position of its dash. */
  *#item(yaml: ParsedNode, list: TextSpan): Steps<Slot> {
    const { value, at } = yield* this.slot(yaml, list);
    return { value, at: at.start < at.end ? at : { start: at.start - 1, end: at.start } };
  }

  *#map(yaml: YAMLMap.Parsed, at: TextSpan): Steps<MapNode | BrokenNode> {
    const entries = new Map<string, MapEntry>();
    const merged: Slot[] = [];
    for (const pair of yaml.items) {
      const key = this.#key(pair.key);
      if (key === undefined) return { kind: 'broken', ...at };
      const value = yield* this.#within(key.text, this.slot(pair.value, { start: key.span.end, end: key.span.end }));
      if (key.text === '<<') merged.push(value);
      else if (!this.#isDuplicate(entries, key)) entries.set(key.text, { ...value, key: key.span });
    }
    for (const source of merged) this.#merge(entries, source);
    const isPartial = merged.some(({ value }) => isBroken(value));
    return { kind: 'map', entries, ...(isPartial && { isPartial }), ...at };
  }

  *#within<T>(part: string | number, building: Steps<T>): Steps<T> {
    this.#path.push(part);
    const built = yield* building;
    this.#path.pop();
    return built;
  }

  /** Reports an error at the current path. */
  #error(problem: Omit<Problem, 'path'>): void {
    this.#problems.error({ ...problem, path: this.#path });
  }

  #key(yaml: ParsedNode): { text: string; span: TextSpan } | undefined {
    const span = spanOf(yaml);
    if (isScalar(yaml)) return { text: typeof yaml.value === 'string' ? yaml.value : yaml.source, span };
    const hint = isMap(yaml) ? 'If this is a template such as {{ name }}, quote it.' : undefined;
    this.#error({ code: 'bad-key', message: 'A key is plain text, not a list, a map or an alias.', hint, at: span });
    return undefined;
  }

  #isDuplicate(entries: ReadonlyMap<string, MapEntry>, key: { text: string; span: TextSpan }): boolean {
    const first = entries.get(key.text);
    if (first === undefined) return false;
    const { line } = this.#problems.source.position(first.key.start);
    const message = `"${clip(key.text)}" is a duplicate key; the first is on line ${line}.`;
    this.#problems.error({ code: 'duplicate-key', message, at: key.span, path: [...this.#path, key.text] });
    return true;
  }

  /** Merges a source of YAML 1.1's merge key. The map's own keys take precedence, then the sources in their order. */
  #merge(entries: Map<string, MapEntry>, source: Slot): void {
    const { value } = source;
    if (value.kind === 'list') {
      for (const item of value.items) this.#merge(entries, item);
    } else if (value.kind === 'map') {
      for (const [key, entry] of value.entries) if (!entries.has(key)) entries.set(key, entry);
    } else if (value.kind === 'scalar') {
      this.#error({
        code: 'bad-merge',
        message: '"<<" merges maps: give it an alias to a map, or a list of aliases.',
        at: source.at,
      });
    }
  }

  #resolve(alias: Alias.Parsed, at: TextSpan): Node {
    const found = this.#anchors.get(alias.source);
    const broken: Node = { kind: 'broken', ...at };
    if (found === undefined) {
      this.#error({ code: 'unknown-alias', ...this.#unknownAlias(alias.source, at), at });
      return broken;
    }
    if (found === 'open') {
      this.#error({ code: 'alias-cycle', message: `"*${clip(alias.source)}" is inside its own anchor.`, at });
      return broken;
    }
    const isFirst = this.#repeated <= MAX_REPEATED;
    const size = this.#sizes.get(found) ?? 1;
    this.#size += size;
    this.#repeated += size;
    if (this.#repeated <= MAX_REPEATED) return found;
    const message = `The aliases of this file expand to more than ${MAX_REPEATED.toLocaleString('en')} values.`;
    if (isFirst) this.#error({ code: 'alias-bomb', message, at });
    return broken;
  }

  #unknownAlias(name: string, at: TextSpan): { message: string; hint: string } {
    if (/^[\w-]+$/.test(name)) {
      return {
        message: `"*${clip(name)}" refers to an anchor "&${clip(name)}", but there is none above it.`,
        hint: 'Quote a string that begins with *.',
      };
    }
    return needsQuotes(this.#problems.source, at);
  }

  #strayAnchor(anchor: string, at: TextSpan): Node {
    const start = this.#problems.source.text.lastIndexOf(`&${anchor}`, at.start);
    const span = { start, end: start + anchor.length + 1 };
    this.#error({ code: 'needs-quotes', ...needsQuotes(this.#problems.source, span), at: span });
    return { kind: 'broken', ...at };
  }
}

/** Whether a source of a merge is broken, or merges a broken one. */
const isBroken = (node: Node): boolean =>
  node.kind === 'broken' ||
  (node.kind === 'map' && node.isPartial === true) ||
  (node.kind === 'list' && node.items.some(({ value }) => isBroken(value)));

const spanOf = (yaml: ParsedNode): TextSpan => ({ start: yaml.range[0], end: yaml.range[1] });

function scalar(yaml: Scalar.Parsed, at: TextSpan): Node {
  const { value } = yaml;
  if (typeof value === 'string') return { kind: 'scalar', value, text: value, ...at };
  const text = yaml.source;
  const plain = typeof value === 'number' || typeof value === 'boolean' ? value : null;
  return { kind: 'scalar', value: plain, text, ...at };
}
