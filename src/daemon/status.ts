import type { TimerFile } from '../config/index.js';
import type { Job } from '../domain/job.js';
import type { StatusContext } from '../domain/status-record.js';
import { scheduleInWords } from '../schedules/index.js';
import type { ConditionWatch } from '../health/condition-watch.js';
import type { OriginWatch } from './origin/watch.js';
import { version } from '../version.js';

/** The parts of a status besides the scheduler's own state: the same for the control socket and the page. */
export const statusContext = (
  { path: file, settings: { timezone } }: TimerFile,
  condition: ConditionWatch,
  {
    launcher,
    origin,
    forward,
    shared,
  }: Pick<StatusContext, 'launcher' | 'forward' | 'shared'> & {
    readonly origin?: Pick<OriginWatch, 'record'> | undefined;
  },
): StatusContext => ({
  facts: { pid: process.pid, version, file, timezone },
  words: rememberWords(),
  rejection: () => condition.rejection,
  ...(launcher && { launcher }),
  ...(forward && { forward }),
  ...(shared && { shared }),
  ...(origin && { origin: () => origin.record }),
});

/** Remembers descriptions, because describing a cron schedule takes longer than the rest of a status. */
function rememberWords(): (job: Job) => string {
  const words = new WeakMap<Job, string>();
  return (job) => {
    const known = words.get(job) ?? scheduleInWords(job);
    words.set(job, known);
    return known;
  };
}
