import type { Redis } from 'ioredis';
import type { Duration } from '../../domain/time.js';
import { keyIn, openTaker, type Channels, type QueuePlace, type Unheard, type WorkTaker } from './channels.js';
import type { HeldWork } from './held-work.js';
import { FINISH, RETURN, STARTED, TAKE_NEXT, UNTAKE, type QueueScript } from './queue-scripts.js';
import { runScript } from './run-script.js';
import type { StoreReach } from './store-reach.js';
import type { TakenWork, TakeRequest } from './taken-work.js';
import type { WorkResult, WorkStart } from './work-orders.js';

interface WorkRequestsParts {
  readonly place: QueuePlace;
  readonly redis: Redis;
  readonly channels: Channels;
  readonly reach: StoreReach;
  readonly unheard: Unheard;
  readonly node: string;
  readonly id: string;
  readonly lock: Duration;
}

/** The requests of a worker to its queues. Each returns `undefined` if the store did not reply. */
export class WorkRequests {
  readonly #parts: WorkRequestsParts;
  readonly #takers = new Map<string, WorkTaker>();
  /** Requests without a reply, which may have taken work. */
  #unanswered: TakeRequest[] = [];

  constructor(parts: WorkRequestsParts) {
    this.#parts = parts;
  }

  async take(taking: TakeRequest): Promise<readonly TakenWork[] | undefined> {
    const { reach, redis } = this.#parts;
    const reply = await reach.try(() => runScript(redis, TAKE_NEXT.lua, taking.keys, taking.args));
    if (reply !== undefined) return taking.read(reply);
    this.#unanswered.push(taking);
    return undefined;
  }

  /**
   * Puts back work that a request without a reply has taken. Otherwise the work would be lost when its lock expires.
   */
  async untake(): Promise<void> {
    const { place, reach, redis } = this.#parts;
    for (let next = this.#unanswered.shift(); next !== undefined; next = this.#unanswered.shift()) {
      const { label, token } = next;
      const keys = UNTAKE.keys('').map((name) => keyIn(place, label, name));
      const count = await reach.try(() => runScript(redis, UNTAKE.lua, keys, [keyIn(place, label, ''), token]));
      if (count !== undefined) continue;
      this.#unanswered.push(next);
      return;
    }
  }

  /** Removes this worker from lists of idle workers. */
  async leave(lists: readonly string[]): Promise<void> {
    const { reach, redis, id } = this.#parts;
    await reach.try(() => Promise.all(lists.map((list) => redis.srem(list, id))));
  }

  /** Renews locks. Returns the ids of the attempts whose lock this worker no longer holds. */
  renew(label: string, works: readonly HeldWork[]): Promise<readonly string[] | undefined> {
    const { lock } = this.#parts;
    const [ids, tokens] = [works.map(({ id }) => id), works.map(({ taken }) => taken.token)];
    return this.#ask(label, (taker) => taker.extendJobLocks(ids, tokens, lock));
  }

  /** Reports that the process of an attempt exists. If that fails, the result of the attempt reports it. */
  async tell(work: HeldWork, start: WorkStart): Promise<void> {
    const { id, token } = work.taken;
    const sent = await this.#change(work, STARTED, [token, id, JSON.stringify(start), this.#parts.channels.news]);
    if (typeof sent === 'string') this.#parts.unheard.refused(sent);
  }

  /**
   * Puts an attempt back for other workers. Returns `false` if that came too late: `patience` has passed since the
   * first return, or the lock has expired.
   */
  async giveBack(work: HeldWork, patience: Duration): Promise<boolean | undefined> {
    const { id, token } = work.taken;
    const done = await this.#change(work, RETURN, [token, id, patience]);
    return done === undefined ? undefined : done === 1;
  }

  /**
   * Sends the result of an attempt; `undefined` if another worker died while running it. Returns the attempts that are
   * taken in the same step.
   */
  async finish(
    work: HeldWork,
    result: WorkResult | undefined,
    taking: TakeRequest | undefined,
  ): Promise<readonly TakenWork[] | 'not ours' | undefined> {
    const { place, channels, unheard } = this.#parts;
    const { id, token, label } = work.taken;
    const [end, field, text] =
      result === undefined
        ? ['failed', 'failedReason', 'its worker died']
        : ['completed', 'returnvalue', JSON.stringify(result)];
    const { keys, args } = taking ?? { keys: [], args: [] };
    const to = [keyIn(place, label, end), ...keys];
    const reply = await this.#change(work, FINISH, [token, id, field, text, channels.news, ...args], to);
    if (reply === undefined) {
      if (taking !== undefined) this.#unanswered.push(taking);
      return undefined;
    }
    if (reply === 0) return 'not ours';
    const [, refusal, taken] = reply as readonly [unknown, string, unknown];
    if (refusal !== '') unheard.refused(refusal);
    return taking?.read(taken) ?? [];
  }

  close(): void {
    for (const taker of this.#takers.values()) void taker.close(true).catch(() => undefined);
  }

  #change(
    { taken: { id, label } }: HeldWork,
    { keys, lua }: QueueScript,
    args: readonly (string | number)[],
    more: readonly string[] = [],
  ): Promise<unknown> {
    const { place, reach, redis } = this.#parts;
    const own = keys(id).map((name) => keyIn(place, label, name));
    return reach.try(() => runScript(redis, lua, [...own, ...more], args));
  }

  /**
   * Sends a request through BullMQ. A connection that was lost at the wrong moment leaves its side of the queue
   * unusable, so after an error it is opened again.
   */
  async #ask<Reply>(label: string, ask: (taker: WorkTaker) => Promise<Reply>): Promise<Reply | undefined> {
    const { place, redis, node: name, lock: lockDuration, reach } = this.#parts;
    return reach.try(async () => {
      const taker = this.#takers.get(label) ?? openTaker(label, place, { redis, name, lockDuration });
      this.#takers.set(label, taker);
      try {
        return await ask(taker);
      } catch (error) {
        this.#takers.delete(label);
        throw error;
      }
    });
  }
}
