import type { Cancel, Duration, Instant } from './time.js';

/**
 * The only access to time. It has a wall clock, which may jump, and a monotonic clock, which may not.
 * Only `clocks/system.ts` reads the system's clocks; tests use a fake clock.
 */
export interface Clock {
  /** The wall clock, in whole milliseconds. May jump either way between two calls. */
  now(): Instant;

  /**
   * Time since some fixed moment; never goes back. On Linux it stops while the machine is suspended. For measuring
   * only.
   */
  monotonic(): Duration;

  /**
   * Time since boot, suspension included; `undefined` if the system does not provide it. Separates a suspension from a
   * stepped clock.
   */
  uptime(): Duration | undefined;

  /**
   * Calls `wake` once, `delay` ms from now on the monotonic clock: late under load, up to 2 ms early by rounding. After
   * the event loop was blocked, pending input (ends of processes, responses) is handled first, so that no timeout
   * preempts the event it waits for. `delay` is at most 2³¹ − 1; a negative one counts as 0.
   */
  after(delay: Duration, wake: () => void): Cancel;

  /**
   * Whether the wall clock never moves against the monotonic one, as in a simulation. Then no sleeper needs to wake up
   * to check it.
   */
  readonly isSteady?: true;

  /** Calls `task` once in the next turn of the event loop, after pending input and output. */
  soon(task: () => void): void;
}

/** Time that includes suspension, where the system reports it: leases and locks lapse during one. */
export const sinceBoot = (clock: Clock): Duration => clock.uptime() ?? clock.monotonic();
