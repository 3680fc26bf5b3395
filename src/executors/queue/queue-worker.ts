import type { Redis } from 'ioredis';
import type { Canceler } from '../../domain/cancellation.js';
import { sinceBoot, type Clock } from '../../domain/clock.js';
import { MINUTE, SECOND, type Cancel, type Duration } from '../../domain/time.js';
import {
  channelsOf,
  hearFrom,
  openTaker,
  Unheard,
  type Channels,
  type QueuePlace,
  type WorkTaker,
} from './channels.js';
import { HeldWork } from './held-work.js';
import { RETURN } from './queue-scripts.js';
import { StoreReach } from './store-reach.js';
import { takeWork } from './taken-work.js';
import { readOrder, type WorkOrder, type WorkResult, type WorkStart } from './work-orders.js';

/** @public */
export const LEAST_LOCK: Duration = 15 * SECOND;
/** @public */
export const DEFAULT_LOCK: Duration = 30 * SECOND;

/** The longest time between two renewals of the locks, and between two checks for work if no message arrives. */
const LONGEST_TICK: Duration = 500;
const BETWEEN_RENEWALS: Duration = 5_000;
const BETWEEN_POLLS: Duration = 1_000;
const BEFORE_NEXT_TRY: Duration = 500;
/** How long an attempt is returned for workers with another file: until a changed file has reached all of them. */
const PATIENCE: Duration = 2 * MINUTE;
const LONGEST_SHOWN = 60;
/** A command that ends sooner is reported by its result only. */
const WORTH_TELLING: Duration = 100;

/** An attempt to run. */
export interface Work {
  readonly name: string;
  readonly label: string;
  readonly order: WorkOrder;
  /**
   * Until when this worker holds it, by `sinceBoot`; `undefined` if it no longer does. Checked just before its process
   * starts.
   */
  heldUntil(): Duration | undefined;
  /** Called when its process exists. */
  started(start: WorkStart): void;
}

/** An active attempt. */
export interface RunningWork {
  readonly canceler: Canceler;
  /** Never rejects. */
  readonly ended: Promise<WorkResult>;
}

/** The worker's definition differs from the scheduler's. Another worker may have the same one. */
export interface Misfit {
  /** The result if no worker accepts it within {@link PATIENCE}. */
  readonly otherwise: WorkResult;
}

export interface QueueWorkerParts {
  readonly clock: Clock;
  readonly place: QueuePlace;
  readonly labels: readonly string[];
  /** The maximum number of attempts it runs at once. */
  readonly slots: number;
  readonly node: string;
  /** How long a worker that does not respond keeps its attempts. */
  readonly lock: Duration;
  /** Unique over workers. */
  readonly id: string;
  /** Default: {@link PATIENCE}. */
  readonly patience?: Duration | undefined;
  readonly begin: (work: Work) => RunningWork | Misfit;
  /** Called with a sentence for an order that is not valid. */
  readonly onRefused: (sentence: string) => void;
  /** Called once with the reason why the store refuses messages. */
  readonly onUnheard: (reason: string) => void;
  /** Called when the store stops responding (false), and when it responds again. */
  readonly onReach: (isReached: boolean) => void;
}

/** Takes attempts from the queues of its labels, keeps their locks, and sends their results. */
export class QueueWorker {
  readonly #parts: QueueWorkerParts;
  readonly #redis: Redis;
  readonly #listener: Redis;
  readonly #reach: StoreReach;
  readonly #channels: Channels;
  readonly #unheard: Unheard;
  readonly #takers = new Map<string, WorkTaker>();
  readonly #held = new Map<string, HeldWork>();
  #turn = 0;
  #tokens = 0;
  #isDraining = false;
  #isTaking = false;
  #takeAgain = false;
  #polledAt: Duration = 0;
  #renewedAt: Duration = 0;
  #disarm: Cancel = () => undefined;
  #beIdle: () => void = () => undefined;

  constructor(parts: QueueWorkerParts) {
    const { place, clock } = parts;
    this.#parts = parts;
    const redis = (this.#redis = place.connect());
    this.#reach = new StoreReach(redis, clock, (isReached) => parts.onReach(isReached));
    redis.on('ready', () => void this.#take());
    this.#channels = channelsOf(place, redis);
    this.#unheard = new Unheard(place, parts.onUnheard);
    const hear = { clock, hear: (text: string) => this.#hear(text), onError: this.#unheard.add };
    this.#listener = hearFrom(place, [this.#channels.work, this.#channels.cancel], hear);
  }

  /** How many attempts it runs. */
  get running(): number {
    return this.#held.size;
  }

  start(): void {
    this.#tick();
  }

  /** Accepts nothing more. Resolves when all attempts have ended. */
  drain(): Promise<void> {
    this.#isDraining = true;
    return new Promise((resolve) => {
      this.#beIdle = resolve;
      this.#settle();
    });
  }

  /** Ends all attempts with the usual grace, or at once. */
  end(isForced: boolean): void {
    for (const work of this.#held.values()) work.giveUp('was stopped', isForced);
  }

  close(): void {
    this.#disarm();
    for (const taker of this.#takers.values()) void taker.close(true).catch(() => undefined);
    this.#redis.disconnect();
    this.#listener.disconnect();
  }

  get #now(): Duration {
    return sinceBoot(this.#parts.clock);
  }

  #hear(text: string): void {
    const [first = '', action] = text.split(' ');
    if (action === undefined) void this.#take();
    else if (action === 'cancel' || action === 'force') this.#held.get(first)?.cancel(action === 'force');
  }

  #tick(): void {
    const { clock, lock } = this.#parts;
    const now = this.#now;
    for (const work of this.#held.values()) this.#watch(work, now);
    if (this.#held.size > 0 && now - this.#renewedAt >= Math.min(lock / 3, BETWEEN_RENEWALS)) void this.#renew(now);
    if (now - this.#polledAt >= BETWEEN_POLLS) void this.#take();
    this.#disarm = clock.after(Math.min(lock / 10, LONGEST_TICK), () => this.#tick());
  }

  /** A command ends before its lock does: with the usual grace while there is time, then at once. */
  #watch(work: HeldWork, now: Duration): void {
    const left = work.validUntil - now;
    if (left <= 0) work.lose();
    else if (left < this.#parts.lock / 3) work.giveUp('could not reach the store of the state');
  }

  async #renew(askedAt: Duration): Promise<void> {
    this.#renewedAt = askedAt;
    const { lock } = this.#parts;
    for (const label of this.#parts.labels) {
      const ours = [...this.#held.values()].filter((work) => work.label === label);
      if (ours.length === 0) continue;
      const [ids, tokens] = [ours.map(({ id }) => id), ours.map(({ token }) => token)];
      const failed = await this.#ask(label, (taker) => taker.extendJobLocks(ids, tokens, lock));
      if (failed === undefined) continue;
      for (const work of ours) {
        if (!failed.includes(work.id)) work.renewed(askedAt + lock);
        else if (this.#held.has(work.id)) work.lose();
      }
    }
  }

  /** Takes attempts while there are slots, label after label. */
  async #take(): Promise<void> {
    this.#takeAgain = true;
    if (this.#isTaking) return;
    this.#isTaking = true;
    while (this.#takeAgain) {
      this.#takeAgain = false;
      this.#polledAt = this.#now;
      while (!this.#isDraining && this.#held.size < this.#parts.slots) {
        const work = await this.#next();
        if (work === undefined) break;
        this.#held.set(work.id, work);
        void this.#run(work);
      }
    }
    this.#isTaking = false;
  }

  async #next(): Promise<HeldWork | undefined> {
    const { labels, lock, node } = this.#parts;
    const redis = this.#redis;
    for (let tries = 0; tries < labels.length; tries++) {
      const turn = this.#turn++;
      const label = labels[turn % labels.length] ?? '';
      const token = `${this.#parts.id}:${++this.#tokens}`;
      const askedAt = this.#now;
      // Every second time for each label.
      const takesReturned = Math.floor(turn / labels.length) % 2 === 1;
      const taken = await this.#ask(label, (taker) => takeWork(taker, { redis, token, lock, node, takesReturned }));
      if (taken !== undefined) return new HeldWork({ label, taken, token }, askedAt + lock);
    }
    return undefined;
  }

  async #run(work: HeldWork): Promise<void> {
    const result = await this.#resultOf(work);
    if (result !== 'returned') await this.#send(work, result);
    this.#held.delete(work.id);
    this.#settle();
    void this.#take();
  }

  async #resultOf(work: HeldWork): Promise<WorkResult | 'returned' | undefined> {
    const { id, label } = work;
    const { name, data, isFirst, job } = work.taken;
    const { begin, clock } = this.#parts;
    if (!isFirst) return undefined;
    const order = readOrder(name, id, data);
    if (order === undefined) return refuse(name, this.#parts);
    let disarm: Cancel = () => undefined;
    const heldUntil = () => (work.isLost || this.#now >= work.validUntil ? undefined : work.validUntil);
    const started = (start: WorkStart) =>
      (disarm = clock.after(WORTH_TELLING, () => void this.#tell(work, () => job.updateProgress(start))));
    const begun = begin({ name, label, order, heldUntil, started });
    if ('otherwise' in begun) return (await this.#return(work)) ? 'returned' : begun.otherwise;
    work.canceler = begun.canceler;
    const result = await begun.ended;
    disarm();
    const { why } = work;
    if (why === undefined) return result;
    return { ...result, exit: { kind: 'lost', error: `${result.node} ${why} while it was running` } };
  }

  /**
   * Returns it for other workers, unless it was first returned too long ago. Repeats until the queue replies or its
   * lock expires.
   */
  async #return(work: HeldWork): Promise<boolean> {
    const { id, token, label } = work;
    const patience = this.#parts.patience ?? PATIENCE;
    while (this.#now < work.validUntil) {
      const done = await this.#ask(label, (taker) => {
        const keys = RETURN.keys(id).map((key) => taker.toKey(key));
        return this.#redis.eval(RETURN.lua, keys.length, ...keys, token, id, patience);
      });
      if (done !== undefined) return done === 1;
      await new Promise<void>((resolve) => this.#parts.clock.after(BEFORE_NEXT_TRY, resolve));
    }
    return true;
  }

  /** Repeats until the queue confirms it or its lock expires. After that it is lost, and its scheduler notices. */
  async #send(work: HeldWork, result: WorkResult | undefined): Promise<void> {
    const { token } = work;
    const { job } = work.taken;
    const finish = () =>
      result === undefined
        ? job.moveToFailed(new Error('its worker died'), token, false)
        : job.moveToCompleted(result, token, false);
    while (!work.isLost && this.#now < work.validUntil) {
      if (await this.#tell(work, finish)) return;
      await new Promise<void>((resolve) => this.#parts.clock.after(BEFORE_NEXT_TRY, resolve));
    }
  }

  /** Changes a job, and notifies its scheduler. Returns whether that is done. */
  async #tell(work: HeldWork, change: () => Promise<unknown>): Promise<boolean> {
    const done = await this.#reach.try(async () => {
      try {
        await change();
      } catch (error) {
        // For BullMQ, this means that the job is no longer ours.
        if (/missing (?:key|lock)|lock mismatch|not in the active/i.test((error as Error).message)) work.lose();
        throw error;
      }
      return true;
    });
    if (done) await this.#reach.try(() => this.#redis.publish(this.#channels.news, work.id).catch(this.#unheard.add));
    return done === true;
  }

  /** Asks a queue. A connection that was lost at the wrong moment leaves BullMQ's side of it unusable: it is opened again. */
  async #ask<Answer>(label: string, ask: (taker: WorkTaker) => Promise<Answer>): Promise<Answer | undefined> {
    const { place, node: name, lock: lockDuration } = this.#parts;
    return this.#reach.try(async () => {
      const taker = this.#takers.get(label) ?? openTaker(label, place, { redis: this.#redis, name, lockDuration });
      this.#takers.set(label, taker);
      try {
        return await ask(taker);
      } catch (error) {
        this.#takers.delete(label);
        throw error;
      }
    });
  }

  #settle(): void {
    if (this.#isDraining && this.#held.size === 0) this.#beIdle();
  }
}

function refuse(name: unknown, { node, onRefused }: QueueWorkerParts): WorkResult {
  const sentence = `a job in the queue is not valid: ${JSON.stringify(String(name).slice(0, LONGEST_SHOWN))}`;
  onRefused(sentence);
  return { exit: { kind: 'not_started', code: 126, error: `worker ${node}: ${sentence}` }, node, tail: [] };
}
