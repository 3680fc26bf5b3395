import type { Clock } from '../domain/clock.js';
import type { Duration } from '../domain/time.js';

/** Why an item was rejected. */
export type QueueRefusal = 'full' | 'stopped';

export interface FairQueueOptions<Item> {
  readonly clock: Clock;
  /** The maximum number of active items across all keys. */
  readonly atOnce: number;
  /** The maximum number of waiting items per key. */
  readonly perKey: number;
  /** The maximum number of waiting items across all keys. A key without waiting items may exceed it by one. */
  readonly overAll: number;
  /** Runs an item. Never rejects; resolves soon after a call of {@link end}. */
  readonly run: (item: Item) => Promise<void>;
  /** Called for an item that will never run. */
  readonly refuse: (item: Item, why: QueueRefusal) => void;
  /** Ends an active item that nobody waits for any longer. */
  readonly end: (item: Item) => void;
}

/** The waiting and active items of one key. */
interface Lane<Item> {
  readonly waiting: Item[];
  running: Item | undefined;
}

/**
 * A bounded queue for tasks that may hang. Each key runs one task at a time, in order, and the keys take turns. The
 * tasks of one key delay those of other keys only until a place is free. A place becomes free as soon as any active
 * task ends.
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

  /** Runs an item when its turn comes, possibly immediately. Rejects it if too many wait. */
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

  /**
   * Resolves when all items are done. After `patience`, rejects the waiting items and ends the active ones, then waits
   * up to `endPatience` for these to end.
   */
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
    // Runs even if `run` rejects, which is a bug and not caught here, so that the lane never waits forever.
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
