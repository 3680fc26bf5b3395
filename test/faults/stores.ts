import { etcdProgram, EtcdServer } from '../support/etcd-server.js';
import { postgresPrograms, PostgresServer } from '../support/postgres-server.js';
import { hasRedis, RedisServer } from '../support/redis-server.js';

export interface Store {
  readonly url: string;
  readonly port: number;
  close(): Promise<void> | void;
}

export interface StoreKind {
  readonly name: string;
  readonly isThere: boolean;
  /** The shortest one, in ms. */
  readonly lease: number;
  open(): Promise<Store>;
}

const STORES: readonly StoreKind[] = [
  { name: 'Redis', isThere: hasRedis, lease: 1_000, open: () => RedisServer.open() },
  {
    name: 'PostgreSQL',
    isThere: postgresPrograms() !== undefined,
    lease: 1_000,
    open: () => PostgresServer.open(postgresPrograms()!),
  },
  { name: 'etcd', isThere: etcdProgram() !== undefined, lease: 2_000, open: () => EtcdServer.open(etcdProgram()!) },
];

for (const { name } of STORES.filter(({ isThere }) => !isThere)) console.log(`${name} is not installed: not tested`);

/** Those that are installed. */
export const stores: readonly StoreKind[] = STORES.filter(({ isThere }) => isThere);
