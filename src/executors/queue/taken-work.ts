import { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Duration } from '../../domain/time.js';
import type { WorkJob, WorkTaker } from './channels.js';
import { TAKE_NEXT } from './queue-scripts.js';
import { parsed } from './work-orders.js';

/** What a worker has taken from a queue. Anyone may have put it there. */
export interface TakenWork {
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
  /** Whether no worker had it before. If one had, that worker died, and it is unknown whether the attempt ran. */
  readonly isFirst: boolean;
  /** BullMQ's side of it. */
  readonly job: WorkJob;
}

interface Taking {
  readonly redis: Redis;
  /** The name of the lock. */
  readonly token: string;
  readonly lock: Duration;
  readonly node: string;
  /** Whether work that workers returned comes first. */
  readonly takesReturned: boolean;
}

/** Takes the next attempt; `undefined` if none waits. */
export async function takeWork(
  taker: WorkTaker,
  { redis, token, lock, node, takesReturned }: Taking,
): Promise<TakenWork | undefined> {
  const keys = TAKE_NEXT.keys('').map((key) => taker.toKey(key));
  for (;;) {
    const args = [taker.toKey(''), token, lock, node, takesReturned ? 1 : 0];
    const reply = await redis.eval(TAKE_NEXT.lua, keys.length, ...keys, ...args);
    if (Array.isArray(reply)) return readTaken(taker, reply);
    if (reply !== 1) return undefined;
  }
}

function readTaken(taker: WorkTaker, reply: readonly unknown[]): TakenWork {
  const [id, name, data] = reply.map(String) as [string, string, string];
  const empty = { data: '', opts: { attempts: 1 }, progress: 0, failedReason: '', returnvalue: '' };
  const counts = { attemptsMade: 0, attemptsStarted: 1, stalledCounter: 0, timestamp: 0 };
  const job = Job.fromJSON<unknown, unknown>(taker, { id, name, ...empty, ...counts }, id);
  return { id, name, data: parsed(data), isFirst: reply[3] === 1, job };
}
