import type { Duration, Instant } from './time.js';

/** When a job is due: a pure function of time, without state. */
export interface Schedule {
  /**
   * Returns the first due instant strictly after `after`, or `undefined` if none is left. Never throws, never returns
   * an instant ≤ `after`, never takes longer than a few milliseconds.
   */
  next(after: Instant): Instant | undefined;

  /**
   * Returns how many instants {@link next} returns in a row from `after` (exclusive) to `until` (inclusive); 0 if
   * `until` is not later. Computed, not counted one by one: decades take milliseconds at any rhythm.
   */
  count(after: Instant, until: Instant): number;

  /**
   * Whether it follows elapsed time rather than the calendar (`every`; a `cron` whose minute or hour begins with `*`).
   * When the wall clock is set back, such a schedule keeps its rhythm, whereas other schedules do not fire again for
   * past instants.
   */
  readonly intervalLike: boolean;

  /**
   * Whether it counts from the end of the last run (`every: {from: end}`). If so, its job is armed with `next(end)`
   * when a run ends, not when one is due.
   */
  readonly fromEnd?: true;

  /** What a reset restarts: the delay of `in`, the interval of `every`. Absent if there is nothing to restart. */
  readonly length?: Duration;

  /**
   * Whether its instants are elapsed time from a start (`in`, `every: {from: end}`) rather than times of day. If so,
   * they move when the wall clock is set. Without {@link fromEnd}, only the first instant fires.
   */
  readonly countsElapsed?: true;
}

/**
 * What happens to local times that do not exist (`gap`) or exist twice (`repeat`). cronie's rule is the default:
 * `after`, `first`.
 */
export interface DstPolicy {
  readonly gap: 'after' | 'skip';
  readonly repeat: 'first' | 'last' | 'both';
}
