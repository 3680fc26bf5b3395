import { Document, isScalar, isSeq, Pair, visit, YAMLMap, type Scalar } from 'yaml';

/** A timer file as plain data. Comments are lines without `#`. */
export interface WrittenFile {
  /** The comment at the top of the file. */
  readonly comment: readonly string[];
  /** Keys at the top besides `timers`. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly timers: readonly WrittenTimer[];
}

export interface WrittenTimer {
  readonly name: string;
  /** The comment above the timer. */
  readonly comment: readonly string[];
  readonly keys: Readonly<Record<string, unknown>>;
}

/**
 * Writes a timer file. Every string means itself when the file is read again: `${` is escaped where it would be
 * expanded.
 */
export function writeTimerFile({ comment, settings, timers }: WrittenFile): string {
  const document = new Document(new YAMLMap());
  const top = document.contents as YAMLMap;
  const add = (map: YAMLMap, key: string, value: unknown): void =>
    map.add(
      new Pair(document.createNode(key), value instanceof YAMLMap ? value : document.createNode(literal(key, value))),
    );
  for (const [key, value] of Object.entries(settings)) add(top, key, value);
  const entries = new YAMLMap();
  for (const timer of timers) {
    const entry = new YAMLMap();
    for (const [key, value] of Object.entries(timer.keys)) add(entry, key, value);
    const name = document.createNode(timer.name) as Scalar;
    if (timer.comment.length > 0) name.commentBefore = commentText(timer.comment);
    name.spaceBefore = entries.items.length > 0;
    // Names are unique. `set` would search for each one, which takes long with thousands of timers.
    entries.items.push(new Pair(name, entry));
  }
  add(top, 'timers', entries);
  (top.items.at(-1)?.key as Scalar).spaceBefore = top.items.length > 1;
  style(document);
  const head = comment.map((line) => `#${line === '' ? '' : ` ${line}`}\n`).join('');
  return `${head}${head === '' ? '' : '\n'}${document.toString({ lineWidth: 0, flowCollectionPadding: true })}`;
}

const commentText = (lines: readonly string[]): string => lines.map((line) => ` ${line}`).join('\n');

/**
 * Sets the style: lists of words on one line, multi-line texts as blocks, and expressions in quotes, as in the
 * documentation.
 */
function style(document: Document): void {
  visit(document, {
    Seq: (_, list) =>
      void (list.flow = list.items.every((item) => isScalar(item) && !String(item.value).includes('\n'))),
    Map: (_, map) => void (map.flow = map.items.length === 0),
    Pair: (_, { key, value }) => {
      if (!isScalar(key) || key.value !== 'cron') return;
      const expressions = isSeq(value) ? value.items : [value];
      for (const one of expressions) if (isScalar(one)) one.type = 'QUOTE_DOUBLE';
    },
  });
}

/** Keys whose values the shell expands. */
const COMMAND_KEYS: ReadonlySet<string> = new Set(['run', 'fallback', 'on_failure', 'on_success', 'on_recovery']);

/** Escapes what a timer file expands, except in commands. In `env`, a variable may have the name of such a key. */
function literal(key: string, value: unknown, isEnv = false): unknown {
  if (COMMAND_KEYS.has(key) && !isEnv) return value;
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map((item) => literal('', item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([inner, one]) => [inner, literal(inner, one, key === 'env')]));
}
