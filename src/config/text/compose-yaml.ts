import { Composer, isMap, type CST, type Document, type YAMLError, type YAMLMap } from 'yaml';

import type { Steps } from '../../turns/steps.js';

/** The maximum number of faults that are checked. A text that is not YAML at all has many. */
export const MAX_FAULTS = 1_000;

export type YamlDocument = Document.Parsed;

/** The number of entries of a long map that are composed in one step, which takes a few milliseconds. */
const PIECE = 100;

/** Composes the documents of a text's tokens. @throws TooManyFaults */
export function* composeYaml(tokens: readonly CST.Token[], length: number): Steps<YamlDocument[]> {
  return (yield* composeInPieces(tokens, length)) ?? compose(tokens, length);
}

export class TooManyFaults extends Error {
  readonly faults: readonly YAMLError[];

  constructor(faults: readonly YAMLError[]) {
    super('too many faults');
    this.faults = faults;
  }
}

function compose(tokens: readonly CST.Token[], length: number): YamlDocument[] {
  const composer = boundedComposer();
  return [...tokens.flatMap((token) => [...composer.next(token)]), ...composer.end(true, length)];
}

/**
 * Creates a composer that stops after {@link MAX_FAULTS} faults. The library alone records every fault with a stack
 * trace: a text with a million faults would take gigabytes.
 */
function boundedComposer(): Composer {
  const composer = new Composer({ schema: 'core', resolveKnownTags: false, uniqueKeys: false });
  const note = Reflect.get(composer, 'onError') as (...fault: unknown[]) => void;
  let noted = 0;
  let enough: TooManyFaults | undefined;
  Reflect.set(composer, 'onError', (...fault: unknown[]) => {
    // The library catches this error, records it, and so calls this callback again.
    if (enough) throw enough;
    note(...fault);
    if (++noted < MAX_FAULTS) return;
    const { errors, warnings } = composer.streamInfo();
    enough = new TooManyFaults([...errors, ...warnings]);
    throw enough;
  });
  return composer;
}

/**
 * Composes a document in steps. The library composes it in one go, which takes a second for 10,000 timers. The entries
 * of a map are independent, so a long one (the timers) is composed in pieces, which are then joined. `undefined` for a
 * document without such a map, or with a fault: composing the whole document reports faults.
 */
function* composeInPieces(tokens: readonly CST.Token[], length: number): Steps<YamlDocument[] | undefined> {
  const long = longMapIn(tokens);
  if (long === undefined) return undefined;
  let whole: Composed | undefined;
  for (let from = 0; from < long.map.items.length; from += PIECE) {
    const piece = composePiece(long, from, { tokens: whole === undefined ? tokens : [long.document], length });
    if (piece === undefined) return undefined;
    if (whole === undefined) whole = piece;
    else append(whole, piece);
    yield;
  }
  return whole?.documents;
}

/** A map with many entries that is the value of a top-level key of the only document. */
interface LongMap {
  readonly document: CST.Document;
  readonly top: CST.BlockMap;
  readonly at: number;
  readonly map: CST.BlockMap;
}

function longMapIn(tokens: readonly CST.Token[]): LongMap | undefined {
  const [document, another] = tokens.filter((token): token is CST.Document => token.type === 'document');
  const top = document?.value;
  if (document === undefined || another !== undefined || top?.type !== 'block-map') return undefined;
  const at = top.items.findIndex(({ value }) => value?.type === 'block-map' && value.items.length > PIECE);
  const map = top.items[at]?.value;
  return map?.type === 'block-map' ? { document, top, at, map } : undefined;
}

/** A document with some entries of the long map, that map, and its parent. */
interface Composed {
  readonly documents: YamlDocument[];
  readonly top: YAMLMap;
  readonly map: YAMLMap;
}

function composePiece(
  { document, top, at, map }: LongMap,
  from: number,
  { tokens, length }: { readonly tokens: readonly CST.Token[]; readonly length: number },
): Composed | undefined {
  const until = from + PIECE;
  const key = from === 0 ? at : 0;
  const item = { ...top.items[at], value: withItems(map, map.items.slice(from, until)) } as Item;
  const before = from === 0 ? top.items.slice(0, at) : [];
  const behind = until >= map.items.length ? top.items.slice(at + 1) : [];
  const part = { ...document, value: withItems(top, [...before, item, ...behind]) };
  const documents = compose(
    tokens.map((token) => (token === document ? part : token)),
    length,
  );
  const [composed] = documents;
  if (composed === undefined || composed.errors.length + composed.warnings.length > 0) return undefined;
  const { contents } = composed;
  const long = isMap(contents) ? contents.items[key]?.value : undefined;
  return isMap(contents) && isMap(long) ? { documents, top: contents, map: long } : undefined;
}

type Item = CST.BlockMap['items'][number];

/**
 * Returns a map with only some of its items, which starts at the first of them. Otherwise, the library would read the
 * gap as a key that is too long.
 */
function withItems(map: CST.BlockMap, items: Item[]): CST.BlockMap {
  const [first] = items;
  return { ...map, offset: first === map.items[0] ? map.offset : (offsetOf(first) ?? map.offset), items };
}

const offsetOf = (item: Item | undefined): number | undefined => item?.start[0]?.offset ?? item?.key?.offset;

/** Adds the entries of a piece, and whatever follows the long map. Both maps end where those of the last piece end. */
function append({ top, map }: Composed, piece: Composed): void {
  map.items.push(...piece.map.items);
  top.items.push(...piece.top.items.slice(1));
  endWith(map, piece.map);
  endWith(top, piece.top);
}

function endWith(map: YAMLMap, { range: end }: YAMLMap): void {
  if (map.range && end) map.range = [map.range[0], end[1], end[2]];
}
