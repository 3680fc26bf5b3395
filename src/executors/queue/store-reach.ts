import type { Redis } from 'ioredis';
import type { Clock } from '../../domain/clock.js';
import type { Duration } from '../../domain/time.js';

/** A shorter outage of the store is not reported. */
const WORTH_REPORTING: Duration = 2_000;

/** Sends requests to the store, and reports when it stops responding and when it responds again. */
export class StoreReach {
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #onReach: (isReached: boolean) => void;
  #isReached = true;
  #reachedAt: Duration;

  constructor(redis: Redis, clock: Clock, onReach: (isReached: boolean) => void) {
    this.#redis = redis;
    this.#clock = clock;
    this.#onReach = onReach;
    this.#reachedAt = clock.monotonic();
  }

  /** Sends a request. Returns `undefined` if it failed. */
  async try<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
    if (this.#redis.status !== 'ready') {
      if (this.#clock.monotonic() - this.#reachedAt >= WORTH_REPORTING) this.#reached(false);
      return undefined;
    }
    try {
      const answer = await ask();
      this.#reachedAt = this.#clock.monotonic();
      this.#reached(true);
      return answer;
    } catch {
      // Either the store rejected this one request, or the connection was lost, which the next request shows.
      return undefined;
    }
  }

  #reached(isReached: boolean): void {
    if (this.#isReached === isReached) return;
    this.#isReached = isReached;
    this.#onReach(isReached);
  }
}
