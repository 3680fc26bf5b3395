import type { Job } from '../domain/job.js';
import { DAY, MINUTE, type Duration, type Instant } from '../domain/time.js';
import { nextInWindow } from '../engine/plan-due.js';
import type { Move } from './moves.js';

/** A job that should fire at different minutes. */
export interface Suggestion {
  readonly job: Job;
  readonly move: Move;
}

/** What to flatten: the jobs, and their busiest minute. */
export interface Crowd {
  readonly jobs: readonly Job[];
  /** The start of the busiest minute. */
  readonly busiestAt: Instant;
  /** Returns how long a run of a job lasts. */
  readonly lasting: (job: Job) => Duration;
  readonly movesOf: (job: Job) => readonly Move[];
}

/** A minute with up to this many active jobs is not crowded. */
const QUIET = 2;

/**
 * The length of the examined span. It begins on the day before the busiest minute, and includes daily and weekly
 * firings.
 */
const SPAN: Duration = 8 * DAY;
const MINUTES = SPAN / MINUTE;

/**
 * Proposes moves that flatten the busiest minutes of the days around the busiest minute. Each step picks the minute
 * with the most active jobs. The last movable one of these jobs in the file moves, if there is a quieter place for it.
 * Each job is tried once.
 */
export function suggestMoves({ jobs, busiestAt, lasting, movesOf }: Crowd): readonly Suggestion[] {
  const from = Math.floor(busiestAt / DAY) * DAY - DAY;
  const load = new Load();
  const movable: Placed[] = [];
  for (const job of jobs) {
    if (!job.enabled) continue;
    const placed = { job, minutes: minutesOf(job, from, lasting(job)), moves: movesOf(job) };
    load.add(placed.minutes, 1);
    if (placed.moves.length > 0) movable.unshift(placed);
  }
  const suggestions: Suggestion[] = [];
  for (const minute of load.crowded(QUIET)) {
    for (let at = 0; at < movable.length && load.at(minute) > QUIET;) {
      const placed = movable[at];
      if (placed?.minutes.has(minute) !== true) {
        at++;
        continue;
      }
      movable.splice(at, 1);
      const move = moveAway(placed, load);
      if (move !== undefined) suggestions.push({ job: placed.job, move });
    }
  }
  return suggestions;
}

interface Placed {
  readonly job: Job;
  /** The minutes in which the job is active, from the start of the span. */
  readonly minutes: ReadonlySet<number>;
  readonly moves: readonly Move[];
}

/**
 * Moves a job to the place where the fewest other jobs are active; among equals, to the nearest. Returns `undefined` if
 * no place is better than the current one.
 */
function moveAway({ minutes, moves }: Placed, load: Load): Move | undefined {
  load.add(minutes, -1);
  let best: Move | undefined;
  let least = load.peakOf(minutes, 0);
  for (const move of [...moves].sort((one, other) => Math.abs(one.by) - Math.abs(other.by))) {
    const peak = load.peakOf(minutes, move.by / MINUTE);
    if (peak < least) [best, least] = [move, peak];
  }
  load.add(minutes, 1, (best?.by ?? 0) / MINUTE);
  return best;
}

function minutesOf(job: Job, from: Instant, lasting: Duration): ReadonlySet<number> {
  const minutes = new Set<number>();
  const until = from + SPAN - job.offset;
  let at = nextInWindow(job, from - 1);
  while (at !== undefined && at < until) {
    const start = at + job.offset - from;
    const first = Math.floor(start / MINUTE);
    const last = Math.floor((start + Math.max(0, lasting - 1)) / MINUTE);
    for (let minute = first; minute <= Math.min(last, MINUTES); minute++) minutes.add(minute);
    at = nextInWindow(job, from + (first + 1) * MINUTE - job.offset - 1);
  }
  return minutes;
}

/** The number of active jobs, by minute. Minutes outside the span are ignored. */
class Load {
  readonly #counts = new Int32Array(MINUTES);

  at(minute: number): number {
    return this.#counts[minute] ?? 0;
  }

  add(minutes: ReadonlySet<number>, count: number, moved = 0): void {
    for (const minute of minutes) {
      const at = minute + moved;
      if (at >= 0 && at < MINUTES) this.#counts[at] = this.at(at) + count;
    }
  }

  /** Returns the highest number of active jobs in any of these minutes, each shifted by `moved`. */
  peakOf(minutes: ReadonlySet<number>, moved: number): number {
    let peak = 0;
    for (const minute of minutes) peak = Math.max(peak, this.at(minute + moved));
    return peak;
  }

  /** Returns the minutes in which more than `quiet` jobs are active, busiest first. */
  crowded(quiet: number): readonly number[] {
    const minutes = Array.from(this.#counts.keys()).filter((minute) => this.at(minute) > quiet);
    return minutes.sort((one, other) => this.at(other) - this.at(one) || one - other);
  }
}
