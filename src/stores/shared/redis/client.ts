import { Redis } from 'ioredis';
import { BOARD_PATIENCE, LONG_BOARD_PATIENCE, type BoardPlace } from '../board.js';
import { keyOf, readRedisAddress, type RedisAddress } from './address.js';
import { isReadOnly, redisTroubleOf } from './trouble.js';

/** The shortest and the longest pause between two attempts to connect, in ms. */
const SHORTEST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;

/**
 * Opens a connection. If it is lost, it is replaced, and requests reject immediately until then.
 * @throws BoardTrouble for an invalid address.
 */
export const openClient = (address: RedisAddress): Redis =>
  new Redis({
    ...address.login(),
    connectionName: 'timers',
    enableOfflineQueue: false,
    // By default, ioredis sends pending requests again, so that a request could take effect twice. All three options
    // are needed for a request to settle.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: LONG_BOARD_PATIENCE,
    // Connecting times out before a request does, because its error says more.
    connectTimeout: 0.9 * BOARD_PATIENCE,
    // The name in the URL may lead to another server now.
    reconnectOnError: isReadOnly,
    retryStrategy: (attempt) => Math.min(SHORTEST_PAUSE * attempt, LONGEST_PAUSE),
  });

/** Where a shared state is in Redis, for modules that keep data next to it. */
interface BesideBoard {
  readonly prefix: string;
  /** The key with the fence. */
  readonly meta: string;
  /** Opens another connection. */
  connect(): Redis;
  /** Returns why the server rejects a request; `undefined` if it does not. */
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
      // Ignores the error, because each request rejects by itself.
      redis.on('error', () => undefined);
      return redis;
    },
  };
}
