import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Clock } from '../../domain/clock.js';
import type { Duration, Instant } from '../../domain/time.js';
import {
  channelsOf,
  hearFrom,
  keyIn,
  openTaker,
  queueOptions,
  type Channels,
  Unheard,
  type QueuePlace,
  type WorkTaker,
} from './channels.js';
import { ADD, CANCEL, FIND, OLDEST, TAKE_BACK, type QueueScript } from './queue-scripts.js';
import { RoundTrips } from './round-trips.js';
import { runScript } from './run-script.js';
import { parsed, readResult, readStart, type WorkOrder, type WorkResult, type WorkStart } from './work-orders.js';

/** An attempt as stored in its queue. */
export interface FoundWork {
  /** Whether a worker has taken it. */
  readonly isTaken: boolean;
  /** The worker that took it, if known. */
  readonly node: string | undefined;
  readonly start: WorkStart | undefined;
  /** How the attempt ended; absent until then. `invalid`: its result cannot be read. */
  readonly end?: WorkResult | 'dead' | 'invalid';
}

/** How much work there is for the workers of one label. */
export interface QueueDepth {
  readonly label: string;
  readonly waiting: number;
  readonly active: number;
  /** When the oldest waiting attempt was added, in epoch milliseconds. */
  readonly oldestAt: number | undefined;
}

interface WorkQueuesOptions {
  readonly clock: Clock;
  /** The fence of this machine's term as the active machine. */
  readonly fence: string;
  /** Called with the id of an attempt that started or ended. */
  readonly hear: (id: string) => void;
  /** The pause between two searches for dead workers. */
  readonly reapEvery: Duration;
  /** Called with the reason when the store begins to reject messages. */
  readonly onUnheard: (reason: string) => void;
}

/** An attempt to add. */
interface Addition {
  readonly name: string;
  readonly id: string;
  readonly order: WorkOrder;
  readonly isConfirmed?: boolean;
}

/** The requests about one label, and ended attempts to remove. */
interface Side {
  readonly adding: RoundTrips<readonly (string | number)[], 'added' | 'known' | undefined>;
  readonly finding: RoundTrips<string, FoundWork | undefined>;
  readonly recorded: string[];
}

interface Lane {
  readonly queue: Queue;
  /** Finds the jobs of dead workers. */
  readonly reaper: WorkTaker;
}

/** How many attempts share a request, at most. Each attempt that is read may have hundreds of kilobytes. */
const [MOST_ADDED, MOST_FOUND, MOST_REMOVED] = [200, 16, 200];

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
  readonly #sides = new Map<string, Side>();
  readonly #fence: string;
  readonly #reapEvery: Duration;
  readonly #unheard: Unheard;

  constructor(place: QueuePlace, { clock, fence, hear, reapEvery, onUnheard }: WorkQueuesOptions) {
    this.#place = place;
    this.#fence = fence;
    this.#reapEvery = reapEvery;
    this.#redis = place.connect();
    this.#unheard = new Unheard(place, clock, onUnheard);
    this.#channels = channelsOf(place, this.#redis);
    this.#listener = hearFrom(place, [this.#channels.news], { clock, hear, onError: this.#unheard.add });
  }

  /**
   * Adds an attempt, or replaces the order of a waiting attempt. With `isConfirmed`, only replaces the order. Returns
   * `undefined` if nothing was done, because another machine is the active one.
   */
  add(label: string, work: Addition, at: Instant): Promise<'added' | 'known' | undefined> {
    const { id, name, order, isConfirmed } = work;
    return this.#side(label).adding.ask([id, name, JSON.stringify(order), at, isConfirmed === true ? 1 : 0]);
  }

  find(label: string, id: string): Promise<FoundWork | undefined> {
    return this.#side(label).finding.ask(id);
  }

  /** Removes an attempt whose end is recorded, with the next request that reads others. */
  forget(label: string, id: string): void {
    this.#side(label).recorded.push(id);
  }

  /** Removes the attempts passed to {@link forget} that no request has removed yet. Never rejects. */
  async tidy(): Promise<void> {
    for (const [label, { recorded }] of this.#sides)
      // If the store is unreachable, a sweep removes them later.
      if (recorded.length > 0) await this.#find(label, []).catch(() => undefined);
  }

  /** Withdraws an attempt that waits for a worker. Returns whether that succeeded, so that no worker can take it. */
  async takeBack(label: string, id: string): Promise<boolean> {
    return (await this.#run(TAKE_BACK, { label, id }, [id])) === 1;
  }

  /** Removes an attempt that no worker holds, whether it has ended or not. Returns whether it is gone. */
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
    const oldestAt = wait + delayed > 0 ? await this.#oldest(label) : undefined;
    return { label, waiting: wait + delayed, active, oldestAt };
  }

  /**
   * Reads when the oldest attempt was added. BullMQ would read the whole job, which anyone can make as large as they
   * like.
   */
  async #oldest(label: string): Promise<Instant | undefined> {
    const keys = OLDEST.keys('').map((name) => keyIn(this.#place, label, name));
    const reply = await this.#ask(label, () =>
      runScript(this.#redis, OLDEST.lua, keys, [keyIn(this.#place, label, '')]),
    );
    const times = (reply as readonly string[]).filter((text) => /^\d{1,15}$/.test(text)).map(Number);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  close(): void {
    for (const label of this.#lanes.keys()) this.#drop(label);
    this.#redis.disconnect();
    this.#listener.disconnect();
  }

  #side(label: string): Side {
    let side = this.#sides.get(label);
    if (side === undefined) {
      side = {
        adding: new RoundTrips(MOST_ADDED, (works) => this.#add(label, works)),
        finding: new RoundTrips(MOST_FOUND, (ids) => this.#find(label, ids)),
        recorded: [],
      };
      this.#sides.set(label, side);
    }
    return side;
  }

  /** Adds attempts. Each is given as the arguments that the script needs for it. */
  async #add(
    label: string,
    works: readonly (readonly (string | number)[])[],
  ): Promise<readonly ('added' | 'known' | undefined)[]> {
    const key = keyIn(this.#place, label, '');
    const reply = await this.#run(ADD, { label, id: '' }, [key, label, this.#channels.work, ...works.flat()]);
    if (!Array.isArray(reply)) return works.map(() => undefined);
    const refusal = (reply as readonly (number | string)[])[works.length];
    if (refusal !== undefined) this.#unheard.refused(String(refusal));
    return works.map((_, index) => (reply[index] === 1 ? 'added' : 'known'));
  }

  /** Reads attempts, and removes those whose end is recorded. */
  async #find(label: string, ids: readonly string[]): Promise<readonly (FoundWork | undefined)[]> {
    const recorded = this.#side(label).recorded.splice(0, MOST_REMOVED);
    const reply = await this.#ask(label, () => {
      const keys = FIND.keys('').map((name) => keyIn(this.#place, label, name));
      return runScript(this.#redis, FIND.lua, keys, [keyIn(this.#place, label, ''), ids.length, ...ids, ...recorded]);
    });
    const [found, left] = [
      (reply as readonly unknown[]).slice(0, ids.length),
      (reply as readonly unknown[]).slice(ids.length),
    ];
    // The script could not remove these. For example, an attempt whose worker died waits until another worker ends it.
    for (const id of left) void this.remove(label, String(id)).catch(() => undefined);
    return found.map(readFound);
  }

  /** Runs a script. Returns its number: 0 if it did nothing. */
  async #run(
    { keys, lua }: QueueScript,
    { label, id }: { label: string; id: string },
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const done = await this.#ask(label, () => {
      const all = [this.#place.meta, ...keys(id).map((name) => keyIn(this.#place, label, name))];
      return runScript(this.#redis, lua, all, [this.#fence, ...args]);
    });
    // The step is done, but its message was rejected.
    if (typeof done === 'string') this.#unheard.refused(done);
    return done;
  }

  /**
   * Sends a request to a queue. Rejects without a connection, because BullMQ would wait for one indefinitely. A
   * connection that was lost at the wrong moment leaves its side of the queue unusable, so after an error it is opened
   * again.
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

/** Reads the reply about an attempt. */
function readFound(values: unknown): FoundWork | undefined {
  if (!Array.isArray(values)) return undefined;
  const [isTaken, isFinished, hasFailed, isDead, processedBy, progress, result] = values as readonly unknown[];
  const start = readStart(parsed(progress));
  const node = start?.node ?? (typeof processedBy === 'string' ? processedBy.slice(0, 255) : undefined);
  const found = { isTaken: isTaken === 1, node, start };
  if (hasFailed === 1 || isDead === 1) return { ...found, end: 'dead' };
  return isFinished === 1 ? { ...found, end: readResult(parsed(result)) ?? 'invalid' } : found;
}
