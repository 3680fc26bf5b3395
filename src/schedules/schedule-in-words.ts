import type { Job } from '../domain/job.js';
import type { ScheduleKind } from './kind.js';

type ScheduleInWords = (job: Pick<Job, 'written' | 'name'>) => string;
type Timekeeping = (job: Pick<Job, 'written' | 'schedule' | 'timezone'>) => string | undefined;

/** Creates the function that describes schedules of these kinds. */
export const scheduleDescriber =
  (kinds: readonly ScheduleKind[]): ScheduleInWords =>
  ({ written: { key, text }, name }) =>
    kinds.find((kind) => kind.key === key)?.inWords(text, name) ?? `${key} ${text}`;

/** Creates the function that describes how schedules of these kinds follow the clock. */
export const timekeepingDescriber =
  (kinds: readonly ScheduleKind[]): Timekeeping =>
  ({ written: { key }, schedule, timezone }) =>
    kinds.find((kind) => kind.key === key)?.timekeeping(schedule, timezone);
