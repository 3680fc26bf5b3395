import type { Clock } from '../domain/clock.js';
import type { Duration } from '../domain/time.js';

/** Why an item was refused. */
export type QueueRefusal = 'full' | 'stopped';

export interface FairQueueOptions<Item> {
  readonly clock: Clock;
  /** Maximum active items over all keys. */
  readonly atOnce: number;
  /** Maximum waiting items of one key. */
  readonly perKey: number;
  /** Maximum waiting items over all keys. A key without waiting items has one extra place. */
  readonly overAll: number;
  /** Runs an item. Never rejects; resolves soon after a call of {@link end}. */
  readonly run: (item: Item) => Promise<void>;
  /** Called for an item that will never run. */
  readonly refuse: (item: Item, why: QueueRefusal) => void;
  /** Ends an active item, because nobody waits for it any longer. */
  readonly end: (item: Item) => void;
}

/** The waiting and active items of one key. */
interface Lane<Item> {
  readonly waiting: Item[];
  running: Item | undefined;
}

/**
 * A bounded queue for tasks that may hang: one at a time per key, in order; the keys take turns. Whatever the tasks of
 * one key do, those of other keys wait only for a free place. A place becomes free as soon as any active task ends.
 */
export class FairQueue<Item> {
  readonly #options: FairQueueOptions<Item>;
  readonly #lanes = new Map<string, Lane<Item>>();
  /** Keys with waiting items and no active one, in the order of their turns. */
  #turns: string[] = [];
  #running = 0;
  #waiting = 0;
  #onIdle: (() => void) | undefined;

  constructor(options: FairQueueOptions<Item>) {
    this.#options = options;
  }

  /** Whether nothing is waiting or active. */
  get isIdle(): boolean {
    return this.#running + this.#waiting === 0;
  }

  /** Runs an item when its turn comes, possibly immediately; refuses it if too many wait. */
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

  /** Resolves when all is done. After `patience` the rest is refused or ended; then it waits up to `endPatience` for their end. */
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
    // Runs even after a bug, which is not caught here, so that the lane never waits forever.
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
