import type { Job } from '../../domain/job.js';
import { DAY, HOUR, type Duration, type Instant } from '../../domain/time.js';
import { nextInWindow } from '../../engine/plan-due.js';
import { clockChanges, clockEffects, type ClockChange, type ClockEffect } from '../../schedules/index.js';

/** The parts of a job that determine what a clock change does to it. */
export type ForeseenJob = Pick<Job, 'name' | 'enabled' | 'schedule' | 'timezone' | 'window' | 'offset'>;

/** The upcoming changes of one zone's clock. */
export interface ZoneOutlook {
  readonly timezone: string;
  /** The changes, in order. Empty if the zone keeps its offset for two years. */
  readonly changes: readonly ChangeOutlook[];
}

export interface ChangeOutlook {
  readonly change: ClockChange;
  /** The jobs whose local times the change affects, or that fire near it at a fixed time, in file order. */
  readonly near: readonly JobOutlook[];
  /** All other jobs in the zone. */
  readonly others: readonly ForeseenJob[];
}

export interface JobOutlook {
  readonly job: ForeseenJob;
  /** One effect for each expression of the job that the change affects. */
  readonly effects: readonly ClockEffect[];
  /** When the job fires around the change: the last few firings before it, and the first few after it. */
  readonly firings: readonly Instant[];
}

/** How far ahead to look: far enough to find two changes in every zone that has a rule. */
const FAR: Duration = 2 * 366 * DAY;
/** How many changes of a zone are shown. */
const MOST_CHANGES = 2;
/** A firing at most this far from a change is near it. */
const NEAR: Duration = 3 * HOUR;
/** The maximum number of firings shown on either side of a change. */
const MOST_FIRINGS = 2;

/** Returns what the next two changes of each zone in use do to its enabled jobs. Zones are in the order of the file. */
export function zoneOutlooks(all: readonly ForeseenJob[], from: Instant): readonly ZoneOutlook[] {
  const jobs = all.filter(({ enabled }) => enabled);
  const zones = new Set(jobs.map(({ timezone }) => timezone));
  return [...zones].map((timezone) => {
    const ofZone = jobs.filter((job) => job.timezone === timezone);
    const changes = [...clockChanges(timezone, { from, until: from + FAR })].slice(0, MOST_CHANGES);
    return { timezone, changes: changes.map((change) => changeOutlook(change, ofZone)) };
  });
}

function changeOutlook(change: ClockChange, jobs: readonly ForeseenJob[]): ChangeOutlook {
  const outlooks = jobs.map((job) => jobOutlook(change, job));
  const near = outlooks.filter((outlook) => outlook !== undefined);
  const touched = new Set(near.map(({ job }) => job));
  return { change, near, others: jobs.filter((job) => !touched.has(job)) };
}

function jobOutlook(change: ClockChange, job: ForeseenJob): JobOutlook | undefined {
  const { notBefore = -Infinity, notAfter = Infinity } = job.window;
  const effects = notBefore <= change.at && notAfter >= change.at ? clockEffects(job.schedule, change) : [];
  const isFixed = !job.schedule.intervalLike && job.schedule.countsElapsed === undefined;
  if (effects.length === 0 && !isFixed) return undefined;
  const firings = firingsAround(change, job, effects);
  return effects.length === 0 && firings.length === 0 ? undefined : { job, effects, firings };
}

function firingsAround({ at }: ClockChange, job: ForeseenJob, effects: readonly ClockEffect[]): readonly Instant[] {
  // Firings that are more frequent are not listed one by one.
  const rhythm = Math.min(
    ...effects.map((effect) => (effect.kind === 'goes-on' ? (effect.rhythm ?? NEAR) : NEAR)),
    NEAR,
  );
  const before: Instant[] = [];
  const after: Instant[] = [];
  let next = nextInWindow(job, at - Math.min(NEAR, MOST_FIRINGS * rhythm) - 1);
  while (next !== undefined && next <= at + NEAR && after.length < MOST_FIRINGS) {
    (next < at ? before : after).push(next);
    next = nextInWindow(job, next);
  }
  return [...before.slice(-MOST_FIRINGS), ...after];
}
