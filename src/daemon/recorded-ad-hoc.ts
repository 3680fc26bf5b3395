import { rebuildAdHoc, type TimerFile } from '../config/index.js';
import type { Job } from '../domain/job.js';
import type { JobRecord } from '../domain/ledger.js';
import type { Instant } from '../domain/time.js';
import { thisMachine } from '../this-machine.js';

/** What a job outside the file is built from. */
export type AdHocRecord = Pick<JobRecord, 'name' | 'definition'>;

/** The result of building jobs from their records. */
export interface Recalled {
  /** The jobs, earliest due first. */
  readonly jobs: readonly Job[];
  /** The names of the jobs that cannot be built. */
  readonly unreadable: readonly string[];
}

/** Rebuilds the timers outside the file from their records. */
export function recordedAdHoc(records: Iterable<AdHocRecord>, file: TimerFile, now: Instant): Recalled {
  const context = { file, machine: thisMachine(now) };
  const recorded = [...records].filter(({ definition }) => definition !== undefined);
  const built = recorded.map((record) => ({ record, job: rebuildAdHoc(record, context) }));
  const dueOf = ({ schedule }: Job) => schedule.next(0) ?? 0;
  return {
    jobs: built.flatMap(({ job }) => job ?? []).sort((one, other) => dueOf(one) - dueOf(other)),
    unreadable: built.flatMap(({ record, job }) => (job === undefined ? [record.name] : [])),
  };
}
