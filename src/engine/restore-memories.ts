import type { Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { JobMemory, Recollection } from '../domain/ledger.js';
import type { Schedule } from '../domain/schedule.js';
import type { Instant } from '../domain/time.js';
import type { JobState } from './job-state.js';
import { correctionFor } from './scheduler-time.js';

/**
 * Returns whether the next scheduler, if it started `now`, would run this firing, which was admitted but has not
 * started.
 */
export function isResumed({ schedule, misfire }: Job, firing: Firing, now: Instant): boolean {
  return isScheduled(firing) && !startsOver(schedule) && misfire.select([firing.scheduledFor], now).length > 0;
}

export const isScheduled = ({ trigger }: Firing): boolean => trigger === 'schedule' || trigger === 'catch_up';

/** Returns whether a schedule starts over at a restart, as a delay does, which counts from the start. */
export const startsOver = (schedule: Schedule): boolean => schedule.countsElapsed === true && schedule.fromEnd !== true;

/**
 * Gives every job the memory of an earlier scheduler, if its schedule is unchanged. Returns the highest generation in
 * use. After a handover the cursors stay as they are, regardless of this machine's clock.
 */
export function restoreMemories(
  states: Iterable<JobState>,
  { jobs: records, isHandedOver }: Pick<Recollection, 'jobs' | 'isHandedOver'>,
  now: Instant,
): number {
  let generation = 0;
  const setBack: JobState[] = [];
  for (const state of states) {
    const record = records.get(state.job.name);
    state.cursor = now;
    if (record?.fingerprint !== state.fingerprint) continue;
    const { armedFor, ...memory } = record.memory;
    const { cursor, isSetBack } = isHandedOver
      ? { cursor: memory.cursor, isSetBack: false }
      : resumeFrom(memory, state.job.schedule, now);
    state.remember({ ...memory, cursor });
    if (isHandedOver) state.next = armedFor;
    generation = Math.max(generation, state.generation);
    if (isSetBack) setBack.push(state);
  }
  if (setBack.length > 0) generation++;
  for (const state of setBack) state.generation = generation;
  return generation;
}

/** Where a job's schedule resumes after a restart. */
interface Resumption {
  readonly cursor: Instant;
  /**
   * Whether the clock is earlier than instants that were already considered. If so, the rhythm restarts, and its
   * firings are marked.
   */
  readonly isSetBack: boolean;
}

/**
 * Resumes a schedule at `now`. The clock may have been set back while no scheduler ran, so the rules are those of a
 * clock jump.
 */
function resumeFrom({ cursor }: JobMemory, schedule: Schedule, now: Instant): Resumption {
  const { kind } = correctionFor(now - cursor, 0);
  const isSetBack = kind === 'corrected' || (kind === 'back' && schedule.intervalLike);
  return { cursor: isSetBack ? now : cursor, isSetBack };
}
