import { Job, Queue, type JobType } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Duration, Instant } from '../../domain/time.js';
import {
  channelsOf,
  hearFrom,
  metaOf,
  openTaker,
  queueOptions,
  type Channels,
  type QueuePlace,
  type WorkTaker,
} from './channels.js';
import { ADD, CANCEL, TAKE_BACK, type QueueScript } from './queue-scripts.js';
import { readResult, readStart, type WorkOrder, type WorkResult, type WorkStart } from './work-orders.js';

/** An attempt, as its queue has it. */
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

interface Lane {
  readonly queue: Queue;
  /** Finds the jobs of dead workers. */
  readonly reaper: WorkTaker;
}

/** Where BullMQ has jobs that no worker holds. */
const WAITING: JobType[] = ['wait', 'delayed'];

/** Ended attempts that nobody has asked about within this time belong to no open run. */
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

  /**
   * `fence`: of the time in which this machine is the active one. `hear` gets the id of an attempt that started or ended.
   * `reapEvery`: the pause between two searches for dead workers.
   */
  constructor(
    place: QueuePlace,
    { fence, hear, reapEvery }: { fence: string; hear: (id: string) => void; reapEvery: Duration },
  ) {
    this.#place = place;
    this.#fence = fence;
    this.#reapEvery = reapEvery;
    this.#redis = place.connect();
    this.#channels = channelsOf(place, this.#redis);
    this.#listener = hearFrom(place, [this.#channels.news], hear);
  }

  /** Adds an attempt, unless it is there already. Returns whether it is: not if another machine is the active one. */
  add(
    label: string,
    { name, id, order }: { name: string; id: string; order: WorkOrder },
    at: Instant,
  ): Promise<boolean> {
    return this.#run(ADD, { label, id }, [id, name, JSON.stringify(order), at, label, this.#channels.work]);
  }

  async find(label: string, id: string): Promise<FoundWork | undefined> {
    const job = await this.#ask(label, (queue) => Job.fromId<unknown, unknown>(queue, id));
    if (job === undefined) return undefined;
    const { processedOn, finishedOn, progress, processedBy, returnvalue, failedReason, deferredFailure } = job;
    const start = readStart(progress);
    const node = start?.node ?? processedBy?.slice(0, 255);
    const found = { isTaken: processedOn !== undefined, node, start };
    if (deferredFailure || failedReason) return { ...found, end: 'dead' };
    return finishedOn === undefined ? found : { ...found, end: readResult(returnvalue) ?? 'invalid' };
  }

  /** Takes back an attempt that waits for a worker. Returns whether it did: then none can take it. */
  takeBack(label: string, id: string): Promise<boolean> {
    return this.#run(TAKE_BACK, { label, id }, [id]);
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

  /** Returns whether it did what it is for. */
  async #run(
    { keys, lua }: QueueScript,
    { label, id }: { label: string; id: string },
    args: readonly (string | number)[],
  ): Promise<boolean> {
    const done = await this.#ask(label, (queue) => {
      const all = [metaOf(this.#place), ...keys(id).map((key) => queue.toKey(key))];
      return this.#redis.eval(lua, all.length, ...all, this.#fence, ...args);
    });
    return done === 1;
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
