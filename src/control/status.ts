import type { Controls } from '../domain/controls.js';
import { toStatusRecord, type StatusContext, type StatusRecord } from '../domain/status-record.js';
import type { RecentPast } from '../domain/recent-outcome.js';
import type { ChangedJobs } from './changes.js';

/** What a client requests besides the current state. */
export interface StatusAsked {
  /** At most this many of the latest outcomes of each timer. Absent for no list at all. */
  readonly recent?: number | undefined;
  /** Only timers that have changed since the response with this `revision`. */
  readonly since?: number | undefined;
}

interface Known {
  readonly controls: Controls;
  readonly context: StatusContext;
  readonly recent: RecentPast;
  readonly changes: ChangedJobs;
}

/**
 * Returns the status of the scheduler. Only the first caller that requests outcomes waits until they are read. Never
 * rejects.
 */
export async function answerStatus({ controls, context, recent, changes }: Known, asked: StatusAsked) {
  const { recent: most, since } = asked;
  if (most !== undefined) await recent.recall(controls.status().jobs.map(({ job }) => job.name));
  const status = controls.status();
  const { revision } = changes;
  // The first response after a restart of the scheduler is complete again.
  const isPartial = since !== undefined && changes.isPartial(since);
  const jobs = isPartial ? status.jobs.filter(({ job }) => changes.hasChanged(job.name, since)) : status.jobs;
  const record: StatusRecord = toStatusRecord(
    { ...status, jobs },
    { ...context, ...(most !== undefined && { recent: (name: string) => recent.of(name, most) }) },
  );
  return { ...record, revision, ...(isPartial && { partial: true as const }) };
}
