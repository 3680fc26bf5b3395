import type { Job } from '../domain/job.js';
import type { ScheduleKind } from './kind.js';

type ScheduleInWords = (job: Pick<Job, 'written' | 'name'>) => string;

/** Makes the function that describes schedules of these kinds. */
export const scheduleDescriber =
  (kinds: readonly ScheduleKind[]): ScheduleInWords =>
  ({ written: { key, text }, name }) =>
    kinds.find((kind) => kind.key === key)?.inWords(text, name) ?? `${key} ${text}`;
