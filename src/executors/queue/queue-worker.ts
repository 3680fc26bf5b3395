import type { Redis } from 'ioredis';
import type { Canceler } from '../../domain/cancellation.js';
import { sinceBoot, type Clock } from '../../domain/clock.js';
import { MINUTE, SECOND, type Cancel, type Duration } from '../../domain/time.js';
import { channelsOf, hearFrom, Unheard, type QueuePlace } from './channels.js';
import { HeldWork } from './held-work.js';
import { StoreReach } from './store-reach.js';
import { WorkSources, type TakenWork, type TakeRequest } from './taken-work.js';
import { readOrder, type WorkOrder, type WorkResult, type WorkStart } from './work-orders.js';
import { WorkRequests } from './work-requests.js';

/** @public */
export const LEAST_LOCK: Duration = 15 * SECOND;
/** @public */
export const DEFAULT_LOCK: Duration = 30 * SECOND;

/** The longest time between two checks of the locks. */
const LONGEST_TICK: Duration = 500;
/** The longest time between two renewals of the locks. */
const BETWEEN_RENEWALS: Duration = 5_000;
/** How often to check for work if no message arrives. */
const BETWEEN_POLLS: Duration = 1_000;
const BEFORE_NEXT_TRY: Duration = 500;
/** How long workers with another definition return an attempt: until a changed file has reached all of them. */
const PATIENCE: Duration = 2 * MINUTE;
const LONGEST_SHOWN = 60;
/** The start of a command that ends sooner is reported only with its result. */
const WORTH_TELLING: Duration = 100;

/** An attempt to run. */
export interface Work {
  readonly name: string;
  readonly label: string;
  readonly order: WorkOrder;
  /**
   * Returns until when this worker holds the attempt, by `sinceBoot`; `undefined` if it no longer does. Called just
   * before its process starts.
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
  /** The id of this worker, unique among workers. */
  readonly id: string;
  /** Default: {@link PATIENCE}. */
  readonly patience?: Duration | undefined;
  readonly begin: (work: Work) => RunningWork | Misfit;
  /** Called with a sentence when an order is not valid. */
  readonly onRefused: (sentence: string) => void;
  /** Called with the reason when the store begins to reject messages. */
  readonly onUnheard: (reason: string) => void;
  /** Called when the store stops responding (false), and when it responds again. */
  readonly onReach: (isReached: boolean) => void;
}

/** Takes attempts from the queues of its labels, renews their locks, and sends their results. */
export class QueueWorker {
  readonly #parts: QueueWorkerParts;
  readonly #redis: Redis;
  readonly #listener: Redis;
  readonly #requests: WorkRequests;
  readonly #sources: WorkSources;
  readonly #held = new Map<string, HeldWork>();
  #isDraining = false;
  /** Whether a request for work is on its way. */
  #isTaking = false;
  #polledAt: Duration = 0;
  #renewedAt: Duration = 0;
  #disarm: Cancel = () => undefined;
  #beIdle: () => void = () => undefined;

  constructor(parts: QueueWorkerParts) {
    const { place, clock, id } = parts;
    this.#parts = parts;
    this.#sources = new WorkSources(parts);
    const redis = (this.#redis = place.connect());
    const channels = channelsOf(place, redis);
    const unheard = new Unheard(place, clock, parts.onUnheard);
    const reach = new StoreReach(redis, clock, (isReached) => parts.onReach(isReached));
    this.#requests = new WorkRequests({ ...parts, redis, channels, unheard, reach });
    redis.on('ready', () => this.#takeAnew());
    const hear = { clock, hear: (text: string) => this.#hear(text), onError: unheard.add };
    this.#listener = hearFrom(place, [channels.work + id, channels.cancel], hear);
  }

  /** The number of attempts it is running. */
  get running(): number {
    return this.#held.size;
  }

  start(): void {
    this.#tick();
  }

  /** Takes no more attempts. Resolves when all attempts have ended. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    await this.#requests.leave(this.#sources.lists);
    await new Promise<void>((resolve) => {
      this.#beIdle = resolve;
      this.#settle();
    });
  }

  /** Ends all attempts with the usual grace, or immediately. */
  end(isForced: boolean): void {
    for (const work of this.#held.values()) work.giveUp('was stopped', isForced);
  }

  close(): void {
    this.#disarm();
    this.#requests.close();
    this.#redis.disconnect();
    this.#listener.disconnect();
  }

  get #now(): Duration {
    return sinceBoot(this.#parts.clock);
  }

  #hear(text: string): void {
    const [first = '', action] = text.split(' ');
    if (action === undefined) {
      this.#sources.heard(first);
      void this.#take();
    } else if (action === 'cancel' || action === 'force') this.#held.get(first)?.cancel(action === 'force');
  }

  #tick(): void {
    const { clock, lock } = this.#parts;
    const now = this.#now;
    for (const work of this.#held.values()) this.#watch(work, now);
    if (this.#held.size > 0 && now - this.#renewedAt >= Math.min(lock / 3, BETWEEN_RENEWALS)) void this.#renew(now);
    if (now - this.#polledAt >= BETWEEN_POLLS) this.#takeAnew();
    this.#disarm = clock.after(Math.min(lock / 10, LONGEST_TICK), () => this.#tick());
  }

  /** Ends a command before its lock expires: with the usual grace while there is time, then immediately. */
  #watch(work: HeldWork, now: Duration): void {
    const left = work.validUntil - now;
    if (left <= 0) work.lose();
    else if (left < this.#parts.lock / 3) work.giveUp('could not reach the store of the state');
  }

  async #renew(askedAt: Duration): Promise<void> {
    this.#renewedAt = askedAt;
    const { lock } = this.#parts;
    for (const label of this.#parts.labels) {
      const ours = [...this.#held.values()].filter(({ taken }) => taken.label === label);
      if (ours.length === 0) continue;
      const failed = await this.#requests.renew(label, ours);
      if (failed === undefined) continue;
      for (const work of ours) {
        if (!failed.includes(work.id)) work.renewed(askedAt + lock);
        else if (this.#held.has(work.id)) work.lose();
      }
    }
  }

  /** Takes attempts from all queues, even without a message. */
  #takeAnew(): void {
    this.#polledAt = this.#now;
    this.#sources.distrust();
    void this.#requests.untake().then(() => this.#take());
  }

  /** Takes attempts while there are free slots and queues that may have work. */
  async #take(): Promise<void> {
    while (this.#mayTake && this.#held.size < this.#parts.slots) {
      const taking = this.#sources.next(this.#parts.slots - this.#held.size);
      const askedAt = this.#now;
      this.#isTaking = true;
      const taken = await this.#requests.take(taking);
      this.#isTaking = false;
      if (taken === undefined) break;
      this.#hold(taken, askedAt);
    }
    this.#settle();
  }

  get #mayTake(): boolean {
    return !this.#isDraining && !this.#isTaking && this.#sources.mayHaveWork;
  }

  #hold(taken: readonly TakenWork[], askedAt: Duration): void {
    for (const one of taken) {
      const work = new HeldWork(one, askedAt + this.#parts.lock);
      this.#held.set(work.id, work);
      void this.#run(work);
    }
  }

  async #run(work: HeldWork): Promise<void> {
    const result = await this.#resultOf(work);
    if (result !== 'returned') await this.#send(work, result);
    this.#held.delete(work.id);
    void this.#take();
  }

  async #resultOf(work: HeldWork): Promise<WorkResult | 'returned' | undefined> {
    const { id, label, name, data, isFirst } = work.taken;
    const { begin, clock } = this.#parts;
    if (!isFirst) return undefined;
    const order = readOrder(name, id, data);
    if (order === undefined) return refuse(name, this.#parts);
    let disarm: Cancel = () => undefined;
    const heldUntil = () => (work.isLost || this.#now >= work.validUntil ? undefined : work.validUntil);
    const started = (start: WorkStart) =>
      (disarm = clock.after(WORTH_TELLING, () => void this.#requests.tell(work, start)));
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
   * Returns an attempt to the queue for other workers, unless it was first returned too long ago. Repeats until the
   * queue replies or the lock expires.
   */
  async #return(work: HeldWork): Promise<boolean> {
    const patience = this.#parts.patience ?? PATIENCE;
    while (this.#now < work.validUntil) {
      const isDone = await this.#requests.giveBack(work, patience);
      if (isDone !== undefined) return isDone;
      await this.#pause();
    }
    return true;
  }

  /**
   * Sends a result until the queue confirms it or the lock expires. After that, the attempt is lost, and its scheduler
   * notices.
   */
  async #send(work: HeldWork, result: WorkResult | undefined): Promise<void> {
    // The slot is free as soon as the attempt has ended. A retry requests no work, because a lost reply may have
    // contained some.
    let taking = this.#mayTake ? this.#sources.next(1 + this.#parts.slots - this.#held.size) : undefined;
    while (!work.isLost && this.#now < work.validUntil) {
      if (await this.#finish(work, result, taking)) return;
      taking = undefined;
      await this.#pause();
    }
  }

  /** Sends a result, and takes the next attempts. Returns whether the queue has replied. */
  async #finish(work: HeldWork, result: WorkResult | undefined, taking: TakeRequest | undefined): Promise<boolean> {
    const askedAt = this.#now;
    if (taking !== undefined) this.#isTaking = true;
    const taken = await this.#requests.finish(work, result, taking);
    if (taking !== undefined) this.#isTaking = false;
    if (taken === 'not ours') work.lose();
    else if (taken !== undefined) this.#hold(taken, askedAt);
    return taken !== undefined;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.after(BEFORE_NEXT_TRY, resolve));
  }

  #settle(): void {
    if (this.#isDraining && !this.#isTaking && this.#held.size === 0) this.#beIdle();
  }
}

function refuse(name: unknown, { node, onRefused }: QueueWorkerParts): WorkResult {
  const sentence = `a job in the queue is not valid: ${JSON.stringify(String(name).slice(0, LONGEST_SHOWN))}`;
  onRefused(sentence);
  return { exit: { kind: 'not_started', code: 126, error: `worker ${node}: ${sentence}` }, node, tail: [] };
}
