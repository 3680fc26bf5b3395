import type { Job } from './job.js';

/** The label of runs that the scheduler starts itself. */
export const LOCAL_LABEL = 'local';

/** The label of runs that every worker accepts. */
export const ANY_LABEL = 'any';

/** Returns whether a text is a valid label of workers. Labels are part of keys in Redis and of metrics. */
export const isWorkLabel = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/.test(text);

/** Returns the label of the workers that run a job. */
export const workLabelOf = ({ command }: Pick<Job, 'command'>): string => command.runOn?.label ?? LOCAL_LABEL;
