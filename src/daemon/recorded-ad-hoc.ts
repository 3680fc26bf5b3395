import { rebuildAdHoc, type TimerFile } from '../config/index.js';
import type { Job } from '../domain/job.js';
import type { JobRecord } from '../domain/ledger.js';
import type { Instant } from '../domain/time.js';
import { thisMachine } from '../this-machine.js';

/** What came of making jobs of what is recorded. */
export interface Recalled {
  /** The first due first. */
  readonly jobs: readonly Job[];
  /** The names of those of which nothing can be made. */
  readonly unreadable: readonly string[];
}

/** The timers that no file has, as they are recorded. */
export function recordedAdHoc(records: Iterable<JobRecord>, file: TimerFile, now: Instant): Recalled {
  const context = { file, machine: thisMachine(now) };
  const recorded = [...records].filter(({ definition }) => definition !== undefined);
  const built = recorded.map((record) => ({ record, job: rebuildAdHoc(record, context) }));
  const dueOf = ({ schedule }: Job) => schedule.next(0) ?? 0;
  return {
    jobs: built.flatMap(({ job }) => job ?? []).sort((one, other) => dueOf(one) - dueOf(other)),
    unreadable: built.flatMap(({ record, job }) => (job === undefined ? [record.name] : [])),
  };
}
