import type { Board, BoardKind, BoardPlace } from './board.js';

/** The kinds of stores, by the scheme of the URL. A package is loaded only for the requested kind. */
const KINDS: readonly { readonly scheme: RegExp; readonly load: () => Promise<BoardKind> }[] = [
  { scheme: /^rediss?:/i, load: async () => (await import('./redis/board.js')).redisKind },
  { scheme: /^postgres(ql)?:/i, load: async () => (await import('./postgres/board.js')).postgresKind },
  { scheme: /^etcds?:/i, load: async () => (await import('./etcd/board.js')).etcdKind },
];

/**
 * Opens the board of a URL. Connects in the background.
 * @throws RangeError for a scheme that no store has; the timer file cannot contain one.
 */
export async function openBoard(place: BoardPlace): Promise<Board> {
  const kind = KINDS.find(({ scheme }) => scheme.test(place.url));
  if (kind === undefined) throw new RangeError('the URL is not of a supported store');
  return (await kind.load()).open(place);
}
