import type { Cancel, Duration, Instant } from './time.js';

/**
 * The one door to time. Two hands: the wall clock, which may jump, and the monotonic clock, which may not.
 * Only `clocks/system.ts` reads the machine's; tests turn a clock of their own.
 */
export interface Clock {
  /** The wall clock, in whole milliseconds. May jump either way between two calls. */
  now(): Instant;

  /** Time since some fixed moment; never goes back. On Linux it stands still while the machine is suspended. For measuring only. */
  monotonic(): Duration;

  /** Time since boot with suspension counted, or `undefined` where the system does not tell. Tells a suspended machine from a stepped clock. */
  uptime(): Duration | undefined;

  /**
   * Calls `wake` once, `delay` ms from now on the monotonic clock: late under load, up to 2 ms early by rounding. However long the event loop
   * was held up, what has come in by then (ends of processes, answers of others) is served first: no timeout comes before what it waits for.
   * `delay` is at most 2³¹ − 1; a negative one counts as 0.
   */
  after(delay: Duration, wake: () => void): Cancel;

  /** The wall clock never moves against the monotonic one (a simulated clock's): who sleeps need not wake to look at it. */
  readonly isSteady?: true;

  /** Calls `task` once in the next turn of the event loop, after waiting input and output were served. */
  soon(task: () => void): void;
}
