import type { LiveChange, LiveStatus, LiveTimer } from '../domain/api-record.js';
import type { Instant } from '../domain/time.js';
import { useZone } from './words.js';

/** What this page knows about the scheduler. */
export class Model {
  /** In the order of the file. */
  readonly timers = new Map<string, LiveTimer>();
  facts: Omit<LiveStatus, 'timers'> | undefined;
  #lostAt: Instant | undefined = Date.now();
  /** Counts every change of the timers. */
  version = 0;
  /** When each timer was last reported, in the scheduler's time. */
  readonly #receivedAt = new Map<string, Instant>();
  /** The scheduler's time minus this machine's. */
  #skew = 0;

  /**
   * The scheduler's current time. While the scheduler is unreachable, this time does not advance, and neither do
   * counters.
   */
  get now(): Instant {
    return this.#lostAt ?? Date.now() + this.#skew;
  }

  get isConnected(): boolean {
    return this.#lostAt === undefined;
  }

  /** When the scheduler became unreachable, in its own time; `undefined` while it is reachable. */
  get lostAt(): Instant | undefined {
    return this.#lostAt;
  }

  /** Marks the scheduler as unreachable, unless it is already. */
  lose(): void {
    this.#lostAt ??= this.now;
  }

  /** Marks the scheduler as reachable. */
  find(): void {
    this.#lostAt = undefined;
  }

  takeAll({ timers, ...facts }: LiveStatus): void {
    this.facts = facts;
    useZone(facts.timezone);
    this.timers.clear();
    this.#take(facts.now, timers);
  }

  take({ timers, ...facts }: LiveChange): void {
    if (this.facts) this.facts = { ...this.facts, ...facts };
    this.#take(facts.now, timers);
  }

  receivedAt(name: string): Instant {
    return this.#receivedAt.get(name) ?? this.now;
  }

  #take(now: string, timers: readonly LiveTimer[]): void {
    const at = Date.parse(now);
    this.#skew = at - Date.now();
    for (const timer of timers) {
      this.timers.set(timer.task_name, timer);
      this.#receivedAt.set(timer.task_name, at);
    }
    this.version++;
  }
}
