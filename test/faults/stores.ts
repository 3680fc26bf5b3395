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
  /** The shortest lease, in ms. */
  readonly lease: number;
  open(): Promise<Store>;
}

/** The lease, in ms. etcd counts in seconds, from 2 s on. A busy machine loses a short lease even without a fault. */
const LEASE = Number(process.env['FAULT_LEASE'] ?? 1_000);

const STORES: readonly StoreKind[] = [
  { name: 'Redis', isThere: hasRedis, lease: LEASE, open: () => RedisServer.open() },
  {
    name: 'PostgreSQL',
    isThere: postgresPrograms() !== undefined,
    lease: LEASE,
    open: () => PostgresServer.open(postgresPrograms()!),
  },
  {
    name: 'etcd',
    isThere: etcdProgram() !== undefined,
    lease: Math.max(2_000, LEASE),
    open: () => EtcdServer.open(etcdProgram()!),
  },
];

for (const { name } of STORES.filter(({ isThere }) => !isThere)) console.log(`${name} is not installed: not tested`);

/** The stores that are installed. */
export const stores: readonly StoreKind[] = STORES.filter(({ isThere }) => isThere);

/** All installed stores for `npm run test:faults`, otherwise the one with that name. */
export const storesOr = (name: string): readonly StoreKind[] =>
  process.env['FAULT_ROUNDS'] === undefined ? stores.filter((kind) => kind.name === name) : stores;
