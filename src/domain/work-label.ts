import type { Job } from './job.js';

/** The label of runs that the scheduler starts itself. */
export const LOCAL_LABEL = 'local';

/** The label of runs that every worker accepts. */
export const ANY_LABEL = 'any';

/** A label of workers: part of a key in Redis, and of a metric. */
export const isWorkLabel = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/.test(text);

/** Which workers run a job. */
export const workLabelOf = ({ command }: Pick<Job, 'command'>): string => command.runOn?.label ?? LOCAL_LABEL;
