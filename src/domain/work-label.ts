import type { Job } from './job.js';

/** The label of runs that the scheduler starts itself. */
export const LOCAL_LABEL = 'local';

/** Which workers run a job, for metrics by label. The only place that decides it. */
export const workLabelOf: (job: Job) => string = () => LOCAL_LABEL;
