import { Queue, type JobType } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Clock } from '../../domain/clock.js';
import type { Duration, Instant } from '../../domain/time.js';
import {
  channelsOf,
  hearFrom,
  openTaker,
  queueOptions,
  type Channels,
  Unheard,
  type QueuePlace,
  type WorkTaker,
} from './channels.js';
import { ADD, CANCEL, FIND, TAKE_BACK, type QueueScript } from './queue-scripts.js';
import { parsed, readResult, readStart, type WorkOrder, type WorkResult, type WorkStart } from './work-orders.js';

/** An attempt as stored in its queue. */
export interface FoundWork {
  /** Whether a worker has taken it. */
  readonly isTaken: boolean;
  /** The worker that took it, if known. */
  readonly node: string | undefined;
  readonly start: WorkStart | undefined;
  /** Absent until it has ended. `invalid`: nobody knows how. */
  readonly end?: WorkResult | 'dead' | 'invalid';
}

/** How much work there is for the workers of one label. */
export interface QueueDepth {
  readonly label: string;
  readonly waiting: number;
  readonly active: number;
  /** When the oldest of the waiting ones was added, in epoch milliseconds. */
  readonly oldestAt: number | undefined;
}

interface WorkQueuesOptions {
  readonly clock: Clock;
  /** The fence of this machine's term as the active one. */
  readonly fence: string;
  /** Gets the id of an attempt that started or ended. */
  readonly hear: (id: string) => void;
  /** The pause between two searches for dead workers. */
  readonly reapEvery: Duration;
  /** Called once with the reason why the store refuses messages. */
  readonly onUnheard: (reason: string) => void;
}

interface Lane {
  readonly queue: Queue;
  /** Finds the jobs of dead workers. */
  readonly reaper: WorkTaker;
}

/** Where BullMQ keeps jobs that no worker holds. */
const WAITING: JobType[] = ['wait', 'delayed'];

/** Ended attempts that nobody asks about within this time belong to no open run. */
const FORGOTTEN: Duration = 3_600_000;
const MOST_SWEPT = 10_000;

/** The queues of a scheduler, one for each label. Every request may reject while the store is unreachable. */
export class WorkQueues {
  readonly #place: QueuePlace;
  readonly #redis: Redis;
  readonly #listener: Redis;
  readonly #channels: Channels;
  readonly #lanes = new Map<string, Lane>();
  readonly #fence: string;
  readonly #reapEvery: Duration;
  readonly #unheard: Unheard;

  constructor(place: QueuePlace, { clock, fence, hear, reapEvery, onUnheard }: WorkQueuesOptions) {
    this.#place = place;
    this.#fence = fence;
    this.#reapEvery = reapEvery;
    this.#redis = place.connect();
    this.#unheard = new Unheard(place, onUnheard);
    this.#channels = channelsOf(place, this.#redis);
    this.#listener = hearFrom(place, [this.#channels.news], { clock, hear, onError: this.#unheard.add });
  }

  /**
   * Adds an attempt, or replaces the order of a waiting one. `isConfirmed`: it only replaces the order. Returns whether
   * it is there now: not if another machine is the active one.
   */
  async add(
    label: string,
    { name, id, order, isConfirmed }: { name: string; id: string; order: WorkOrder; isConfirmed?: boolean },
    at: Instant,
  ): Promise<'added' | 'known' | undefined> {
    const done = await this.#run(ADD, { label, id }, [
      ...[id, name, JSON.stringify(order), at],
      ...[label, this.#channels.work, isConfirmed ? 1 : 0],
    ]);
    if (done === 0) return undefined;
    return done === 1 ? 'added' : 'known';
  }

  async find(label: string, id: string): Promise<FoundWork | undefined> {
    const values = await this.#ask(label, (queue) => {
      const keys = FIND.keys(id).map((key) => queue.toKey(key));
      return this.#redis.eval(FIND.lua, keys.length, ...keys);
    });
    if (!Array.isArray(values)) return undefined;
    const [isTaken, isFinished, hasFailed, isDead, processedBy, progress, result] = values as readonly unknown[];
    const start = readStart(parsed(progress));
    const node = start?.node ?? (typeof processedBy === 'string' ? processedBy.slice(0, 255) : undefined);
    const found = { isTaken: isTaken === 1, node, start };
    if (hasFailed === 1 || isDead === 1) return { ...found, end: 'dead' };
    return isFinished === 1 ? { ...found, end: readResult(parsed(result)) ?? 'invalid' } : found;
  }

  /** Withdraws an attempt that waits for a worker. Returns whether it did, so that no worker can take it. */
  async takeBack(label: string, id: string): Promise<boolean> {
    return (await this.#run(TAKE_BACK, { label, id }, [id])) === 1;
  }

  /** Removes an attempt that no worker holds. Returns whether it is gone. */
  async remove(label: string, id: string): Promise<boolean> {
    return (await this.#ask(label, (queue) => queue.remove(id))) > 0;
  }

  async cancel(label: string, id: string, isForced: boolean): Promise<void> {
    await this.#run(CANCEL, { label, id }, [this.#channels.cancel, `${id} ${isForced ? 'force' : 'cancel'}`]);
  }

  /** Removes ended attempts that no run has waited for within an hour. */
  async sweep(): Promise<void> {
    for (const label of this.#lanes.keys())
      for (const state of ['completed', 'failed'] as const)
        await this.#ask(label, (queue) => queue.clean(FORGOTTEN, MOST_SWEPT, state));
  }

  async depth(label: string): Promise<QueueDepth> {
    const counts = await this.#ask(label, (queue) => queue.getJobCounts('wait', 'delayed', 'active'));
    const { wait = 0, delayed = 0, active = 0 } = counts;
    // The first of those that workers returned, and the first of the others.
    const first = wait + delayed > 0 ? await this.#ask(label, (queue) => queue.getJobs(WAITING, 0, 0, true)) : [];
    const oldestAt = first.length > 0 ? Math.min(...first.map(({ timestamp }) => timestamp)) : undefined;
    return { label, waiting: wait + delayed, active, oldestAt };
  }

  close(): void {
    for (const label of this.#lanes.keys()) this.#drop(label);
    this.#redis.disconnect();
    this.#listener.disconnect();
  }

  /** Returns the number of the script: 0 if it did nothing. */
  async #run(
    { keys, lua }: QueueScript,
    { label, id }: { label: string; id: string },
    args: readonly (string | number)[],
  ): Promise<number> {
    const done = await this.#ask(label, (queue) => {
      const all = [this.#place.meta, ...keys(id).map((key) => queue.toKey(key))];
      return this.#redis.eval(lua, all.length, ...all, this.#fence, ...args);
    });
    if (typeof done === 'number') return done;
    // The script has done its work, but its message was refused. The server reports that like any other error.
    this.#unheard.add(new Error(`NOPERM ${String(done)}`));
    return 2;
  }

  /**
   * Asks a queue. BullMQ would wait for a connection, for an unknown time. One that was lost at the wrong moment leaves
   * its side of the queue unusable: it is opened again.
   */
  async #ask<Answer>(label: string, ask: (queue: Queue) => Promise<Answer>): Promise<Answer> {
    if (this.#redis.status !== 'ready') throw new Error('the store of the queues cannot be reached');
    try {
      return await ask(this.#lane(label).queue);
    } catch (error) {
      this.#drop(label);
      throw error;
    }
  }

  #drop(label: string): void {
    const lane = this.#lanes.get(label);
    this.#lanes.delete(label);
    void lane?.queue.close().catch(() => undefined);
    void lane?.reaper.close(true).catch(() => undefined);
  }

  #lane(label: string): Lane {
    const known = this.#lanes.get(label);
    if (known !== undefined) return known;
    const redis = this.#redis;
    const queue = new Queue(label, {
      ...queueOptions(this.#place, redis),
      // Nobody reads BullMQ's own stream of events.
      streams: { events: { maxLen: 10 } },
    });
    queue.on('error', () => undefined);
    const reaper = openTaker(label, this.#place, { redis, stalledInterval: this.#reapEvery });
    void reaper.startStalledCheckTimer().catch(() => undefined);
    const lane = { queue, reaper };
    this.#lanes.set(label, lane);
    return lane;
  }
}
