import type { Duration } from '../../../domain/time.js';
import { rangesOf, type EtcdOperation, type EtcdRange, type RangeResponse, type TxnResponse } from './operations.js';
import type { EtcdCall } from './session.js';

/** The shortest lease of etcd, which rounds shorter ones up. */
const LEAST_LEASE_SECONDS = 2;

/** Executes operations, and returns their ranges, all at one revision. */
export async function transact(call: EtcdCall, success: readonly EtcdOperation[]): Promise<readonly RangeResponse[]> {
  return rangesOf(await call<TxnResponse>('/v3/kv/txn', { success }));
}

/** Returns whether all conditions were true, and the operations therefore took effect. */
export async function transactIf(
  call: EtcdCall,
  compare: readonly object[],
  success: readonly EtcdOperation[],
): Promise<boolean> {
  return (await call<TxnResponse>('/v3/kv/txn', { compare, success })).succeeded === true;
}

/** Requests a new lease of etcd, rounded up to whole seconds. Returns its id. */
export async function grantLease(call: EtcdCall, lease: Duration): Promise<string> {
  const TTL = Math.max(LEAST_LEASE_SECONDS, Math.ceil(lease / 1_000));
  return (await call<{ ID: string }>('/v3/lease/grant', { TTL })).ID;
}

/** Deletes the oldest keys of a range until it has `most`, but not more than 10,000 per call. */
export async function trimRange(call: EtcdCall, range: EtcdRange, most: number): Promise<void> {
  const { count = '0' } = await call<RangeResponse>('/v3/kv/range', { ...range, count_only: true });
  const limit = Math.min(Number(count) - most, 10_000);
  if (limit <= 0) return;
  const { kvs = [] } = await call<RangeResponse>('/v3/kv/range', { ...range, keys_only: true, limit: limit + 1 });
  const kept = kvs.at(-1)?.key;
  if (kept !== undefined) await call('/v3/kv/deleterange', { key: range.key, range_end: kept });
}
