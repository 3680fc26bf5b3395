import type { Clock } from '../domain/clock.js';
import type { Duration } from '../domain/time.js';

/** Why something was not done. */
export type QueueRefusal = 'full' | 'stopped';

export interface FairQueueOptions<Item> {
  readonly clock: Clock;
  /** How much is done at once over all keys. */
  readonly atOnce: number;
  /** How much of one key may wait. */
  readonly perKey: number;
  /** How much may wait over all keys. A key of which nothing waits has one place besides. */
  readonly overAll: number;
  /** Does it. Never rejects; resolves soon after {@link end} was asked for. */
  readonly run: (item: Item) => Promise<void>;
  /** Told of what will never be done. */
  readonly refuse: (item: Item, why: QueueRefusal) => void;
  /** Ends what is being done, because nobody waits for it any more. */
  readonly end: (item: Item) => void;
}

/** What waits and runs under one key. */
interface Lane<Item> {
  readonly waiting: Item[];
  running: Item | undefined;
}

/**
 * A bounded queue for errands that may hang: of one key one at a time, in order; the keys take turns. So whatever one key's errands do, another
 * key's wait for nothing but a free place, and there is one again as soon as any of those that are on is over.
 */
export class FairQueue<Item> {
  readonly #options: FairQueueOptions<Item>;
  readonly #lanes = new Map<string, Lane<Item>>();
  /** Keys that have something to do and do nothing, in the order of their turns. */
  #turns: string[] = [];
  #running = 0;
  #waiting = 0;
  #onIdle: (() => void) | undefined;

  constructor(options: FairQueueOptions<Item>) {
    this.#options = options;
  }

  /** Whether nothing waits or runs. */
  get isIdle(): boolean {
    return this.#running + this.#waiting === 0;
  }

  /** Does an item when its turn comes, perhaps at once; or refuses it, when too much waits. */
  add(key: string, item: Item): void {
    const lane = this.#laneOf(key);
    if (this.#isFull(lane)) {
      this.#options.refuse(item, 'full');
      return;
    }
    if (lane.running === undefined && lane.waiting.length === 0) this.#turns.push(key);
    lane.waiting.push(item);
    this.#waiting++;
    this.#goOn();
  }

  /** Resolves when all is done. What takes longer than `patience` is refused or ended, and then waited for as long as `endPatience` says. */
  async settle(patience: Duration, endPatience: Duration): Promise<void> {
    if (await this.#isIdleWithin(patience)) return;
    const lanes = [...this.#lanes.values()];
    this.#turns = [];
    for (const { waiting } of lanes) {
      this.#waiting -= waiting.length;
      for (const item of waiting.splice(0)) this.#options.refuse(item, 'stopped');
    }
    for (const { running } of lanes) if (running !== undefined) this.#options.end(running);
    await this.#isIdleWithin(endPatience);
  }

  #laneOf(key: string): Lane<Item> {
    let lane = this.#lanes.get(key);
    if (lane === undefined) this.#lanes.set(key, (lane = { waiting: [], running: undefined }));
    return lane;
  }

  #isFull({ waiting }: Lane<Item>): boolean {
    const { perKey, overAll } = this.#options;
    return waiting.length >= perKey || (waiting.length > 0 && this.#waiting >= overAll);
  }

  #goOn(): void {
    while (this.#running < this.#options.atOnce) {
      const key = this.#turns.shift();
      if (key === undefined) break;
      this.#begin(key, this.#laneOf(key));
    }
    if (this.#running === 0) this.#onIdle?.();
  }

  #begin(key: string, lane: Lane<Item>): void {
    const item = lane.waiting.shift();
    if (item === undefined) return;
    lane.running = item;
    this.#waiting--;
    this.#running++;
    // Also behind a bug, which nobody catches here: the lane is not to wait for ever.
    void this.#options.run(item).finally(() => {
      lane.running = undefined;
      this.#running--;
      if (lane.waiting.length > 0) this.#turns.push(key);
      else this.#lanes.delete(key);
      this.#goOn();
    });
  }

  #isIdleWithin(patience: Duration): Promise<boolean> {
    if (this.#running === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const disarm = this.#options.clock.after(patience, () => resolve(false));
      this.#onIdle = () => {
        disarm();
        resolve(true);
      };
    });
  }
}
