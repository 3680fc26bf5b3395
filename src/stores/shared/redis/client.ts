import { Redis } from 'ioredis';
import { BOARD_PATIENCE, LONG_BOARD_PATIENCE, type BoardPlace } from '../board.js';
import { keyOf, readRedisAddress, type RedisAddress } from './address.js';
import { isReadOnly, redisTroubleOf } from './trouble.js';

/** Between two attempts to connect, in ms. */
const SHORTEST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;

/** Opens a connection. While it is lost, requests reject at once, and it is replaced. @throws BoardTrouble for an invalid address. */
export const openClient = (address: RedisAddress): Redis =>
  new Redis({
    ...address.login(),
    connectionName: 'timers',
    enableOfflineQueue: false,
    // By default, ioredis sends pending requests again, and a request would take effect twice. All three options are
    // needed for a request to settle.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: LONG_BOARD_PATIENCE,
    // Connecting times out before a request does, because its reason says more.
    connectTimeout: 0.9 * BOARD_PATIENCE,
    // The name in the URL may lead to another server now.
    reconnectOnError: isReadOnly,
    retryStrategy: (attempt) => Math.min(SHORTEST_PAUSE * attempt, LONGEST_PAUSE),
  });

/** Where a state on Redis is, for others that keep data next to it. */
interface BesideBoard {
  readonly prefix: string;
  /** The key with the fence. */
  readonly meta: string;
  /** Opens another connection. */
  connect(): Redis;
  /** Describes why the server refuses a request; `undefined` if it does not. */
  refusalOf(error: unknown): string | undefined;
}

export function besideBoard(place: Pick<BoardPlace, 'url' | 'password'>): BesideBoard {
  const address = readRedisAddress(place);
  return {
    prefix: address.prefix,
    meta: keyOf(address, 'meta'),
    refusalOf(error) {
      const { kind, message } = redisTroubleOf(error, address.place);
      return kind === 'refused' ? message : undefined;
    },
    connect() {
      const redis = openClient(address);
      // Each request rejects by itself.
      redis.on('error', () => undefined);
      return redis;
    },
  };
}
