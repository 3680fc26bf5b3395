import type { Job } from '../../../domain/job.js';
import type { Schedule } from '../../../domain/schedule.js';

/** The schedule of a timer that is no longer in the file: unknown, so only the history shows its firings. */
const UNKNOWN: Schedule = { next: () => undefined, count: () => 0, intervalLike: false, countsElapsed: true };

/** Returns a placeholder for a timer that is no longer in the file. Only its name and its time zone mean anything. */
export const removedJob = (name: string, timezone: string): Job => ({
  name,
  timezone,
  schedule: UNKNOWN,
  definition: {},
  written: { key: '', text: '' },
  command: { run: '', shell: '', cwd: '', env: {}, successCodes: [], killAfter: 0, output: { to: 'discard' } },
  tags: [],
  enabled: true,
  runAtStart: false,
  offset: 0,
  stopGrace: 0,
  window: {},
  misfire: { most: 0, select: () => [] },
  admission: [],
  retry: { pauseAfter: () => undefined },
});

/** Returns whether a job is a {@link removedJob}. */
export const isRemoved = ({ schedule }: Pick<Job, 'schedule'>): boolean => schedule === UNKNOWN;
