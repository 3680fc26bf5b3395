import type { Clock } from '../domain/clock.js';
import type { Cancel, Duration, Instant } from '../domain/time.js';
import { TimerQueue, type Queued } from '../engine/timer-queue.js';

interface Alarm extends Queued {
  readonly wake: () => void;
}

/**
 * How much earlier an alarm is sorted to come before all others at its instant. Less than 1 ms, the step of the clock.
 */
const AHEAD: Duration = 0.5;

/** The maximum number of chained promise callbacks in a turn, such as those at the end of an attempt. */
const CALLBACKS = 2;

/**
 * A clock that jumps from event to event: time passes as soon as nothing is left to do. The wall clock and the
 * monotonic clock advance together, in whole milliseconds.
 */
export class VirtualClock implements Clock {
  readonly isSteady = true;
  readonly #alarms = new TimerQueue<Alarm>();
  readonly #start: Instant;
  #now: Instant;
  #soon: (() => void)[] = [];

  constructor(start: Instant) {
    this.#start = this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  monotonic(): Duration {
    return this.#now - this.#start;
  }

  uptime(): undefined {
    return undefined;
  }

  after(delay: Duration, wake: () => void): Cancel {
    return this.#set(this.#now + Math.max(0, Math.ceil(delay)), wake);
  }

  /**
   * Does the same as {@link after}, but before everything else at that instant. So a run that lasts exactly until the
   * next firing has ended by then.
   */
  ahead(delay: Duration, wake: () => void): Cancel {
    return this.#set(this.#now + Math.max(0, Math.ceil(delay)) - AHEAD, wake);
  }

  soon(task: () => void): void {
    this.#soon.push(task);
  }

  /** Lets time pass up to `end` (inclusive): wakes every due alarm, and runs everything that follows from it. */
  async runUntil(end: Instant): Promise<void> {
    await this.#settle();
    for (let alarm = this.#alarms.takeDue(end); alarm !== undefined; alarm = this.#alarms.takeDue(end)) {
      this.#now = Math.max(this.#now, Math.ceil(alarm.dueAt));
      alarm.wake();
      await this.#settle();
    }
    this.#now = end;
  }

  #set(dueAt: number, wake: () => void): Cancel {
    const alarm: Alarm = { dueAt, slot: -1, turn: 0, wake };
    this.#alarms.insert(alarm, dueAt);
    return () => void this.#alarms.remove(alarm);
  }

  async #settle(): Promise<void> {
    do {
      for (let left = CALLBACKS; left > 0; left--) await Promise.resolve();
      const tasks = this.#soon;
      this.#soon = [];
      for (const task of tasks) task();
    } while (this.#soon.length > 0);
  }
}
