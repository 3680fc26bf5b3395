import type { Cancel, Duration, Instant } from './time.js';

/**
 * The only access to time. It has a wall clock, which may jump, and a monotonic clock, which never does. Only
 * `clocks/system.ts` reads the system's clocks; tests use a fake clock.
 */
export interface Clock {
  /** Returns the wall clock, in whole milliseconds. May jump forward or back between two calls. */
  now(): Instant;

  /**
   * Returns the time since some fixed moment, which never goes back. On Linux, it stops while the machine is suspended.
   * Use it only to measure.
   */
  monotonic(): Duration;

  /**
   * Returns the time since boot, including suspensions; `undefined` if the system does not provide it. Distinguishes a
   * suspension from a clock that was set.
   */
  uptime(): Duration | undefined;

  /**
   * Calls `wake` once, `delay` ms from now on the monotonic clock. May be late under load, and up to 2 ms early because
   * of rounding. After the event loop was blocked, pending input (ends of processes, responses) is handled first, so
   * that no timeout preempts the event it waits for. `delay` is at most 2³¹ − 1; a negative one counts as 0.
   */
  after(delay: Duration, wake: () => void): Cancel;

  /**
   * Whether the wall clock never moves relative to the monotonic clock, as in a simulation. If so, nothing needs to
   * wake up only to check it.
   */
  readonly isSteady?: true;

  /** Calls `task` once in the next turn of the event loop, after pending input and output. */
  soon(task: () => void): void;
}

/** Returns a time that includes suspensions if the system reports them. Leases and locks expire during a suspension. */
export const sinceBoot = (clock: Clock): Duration => clock.uptime() ?? clock.monotonic();
