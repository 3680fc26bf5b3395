import type { Clock } from '../domain/clock.js';
import { HOUR, type Duration, type Instant } from '../domain/time.js';

/** How the scheduler's time reacts to a wall clock that is `error` ms ahead of it. */
export type Correction =
  | { readonly kind: 'none' }
  /** Remove `by` of the error now; time keeps rising. */
  | { readonly kind: 'slew'; readonly by: Duration }
  /** Remove all of it now. */
  | { readonly kind: 'forward' | 'back' | 'corrected'; readonly by: Duration };

/** Below this the two clocks agree: the wall clock is read in whole milliseconds. */
const AGREEMENT: Duration = 2;
/** From here on, a difference is a jump. */
const JUMP: Duration = 500;
/** cronie's limit: a clock that is off by this much was never right. */
const GROSS_ERROR: Duration = 3 * HOUR;
const SLEW_RATE = 0.05;

/** Returns the reaction: none, slew by at most 5 % of the `elapsed` time, jump, or treat the old time as wrong. */
export function correctionFor(error: Duration, elapsed: Duration): Correction {
  const size = Math.abs(error);
  if (size <= AGREEMENT) return { kind: 'none' };
  if (size < JUMP) return { kind: 'slew', by: Math.sign(error) * Math.min(size, elapsed * SLEW_RATE) };
  if (error > 0) return { kind: 'forward', by: error };
  return { kind: error + GROSS_ERROR > 0 ? 'back' : 'corrected', by: error };
}

/** A jump of the scheduler's time, found by {@link SchedulerTime.look}. */
export interface Jump {
  readonly kind: 'forward' | 'back' | 'corrected';
  readonly from: Instant;
  readonly to: Instant;
  readonly cause: 'step' | 'suspend';
}

/**
 * The scheduler's own time: carried by the monotonic clock, disciplined by the wall clock. Only a reported jump moves
 * it back. It equals the wall clock while the two agree, so that nothing fires early because of rounding.
 */
export class SchedulerTime {
  readonly #clock: Clock;
  #base: Instant;
  #baseMonotonic: Duration;
  #latest: Instant;
  /** Time suspended before the last jump: how far the uptime is ahead of the monotonic clock. */
  #suspended: Duration;
  /**
   * How slow the wall clock was when it was measured (0: nothing to follow), and how far it was ahead of the monotonic
   * clock.
   */
  #offset: Duration = 0;
  #lead: Duration = 0;
  /** How much of the offset is already followed. */
  #steered: Duration = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#base = this.#latest = clock.now();
    this.#baseMonotonic = clock.monotonic();
    this.#suspended = this.#uptimeLead();
  }

  /** Returns the current time in whole milliseconds, without checking for jumps. */
  now(): Instant {
    return this.#rise(this.#base + this.#clock.monotonic() - this.#baseMonotonic, this.#clock.now());
  }

  /**
   * Follows a wall clock that was measured to be slow by `offset`. From now on this time moves toward wall + offset, by
   * 5 % of the elapsed time and never by a jump. Returns whether it does: an offset of 500 ms or more would be a jump.
   * The measurement applies to the clock as it was: later changes to the wall clock are subtracted. After an offset of
   * 0, this time follows only the wall clock again.
   */
  steer(offset: Duration): boolean {
    this.#offset = offset;
    this.#lead = this.#clock.now() - this.#clock.monotonic();
    return Math.abs(offset) < JUMP;
  }

  /**
   * Compares this time with the wall clock, corrects it, and returns the jump if there was one. Call it at every
   * wake-up.
   */
  look(): Jump | undefined {
    const monotonic = this.#clock.monotonic();
    const wall = this.#clock.now();
    const elapsed = monotonic - this.#baseMonotonic;
    const from = this.#base + elapsed;
    const correction = correctionFor(wall - from, elapsed);
    this.#baseMonotonic = monotonic;
    this.#slewSteered(wall - monotonic, elapsed);
    switch (correction.kind) {
      case 'none':
        this.#base = from;
        this.#rise(from, wall);
        return undefined;
      case 'slew':
        this.#base = from + correction.by;
        this.#rise(this.#base, wall);
        return undefined;
      default:
        this.#base = wall;
        this.#latest = Math.floor(wall + this.#steered);
        return {
          kind: correction.kind,
          from: from + this.#steered,
          to: this.#latest,
          cause: this.#causeOf(correction.by),
        };
    }
  }

  #slewSteered(lead: Duration, elapsed: Duration): void {
    const set = Math.abs(lead - this.#lead) <= AGREEMENT ? 0 : lead - this.#lead;
    const offset = this.#offset === 0 ? 0 : this.#offset - set;
    const missing = (Math.abs(offset) < JUMP ? offset : 0) - this.#steered;
    this.#steered += Math.sign(missing) * Math.min(Math.abs(missing), elapsed * SLEW_RATE);
  }

  #rise(time: Instant, wall: Instant): Instant {
    const agreed = Math.abs(wall - time) <= AGREEMENT ? wall : time;
    const held = Math.floor(agreed + this.#steered);
    if (held > this.#latest) this.#latest = held;
    return this.#latest;
  }

  #causeOf(delta: Duration): 'step' | 'suspend' {
    const suspended = this.#uptimeLead();
    const since = suspended - this.#suspended;
    this.#suspended = suspended;
    return delta > 0 && since >= delta / 2 ? 'suspend' : 'step';
  }

  #uptimeLead(): Duration {
    const uptime = this.#clock.uptime();
    return uptime === undefined ? 0 : uptime - this.#clock.monotonic();
  }
}
