import type { Job } from '../domain/job.js';
import type { ExportDifference } from './kind.js';

/** The keys of a timer as they were read, with durations in milliseconds. */
export type TimerKeys = Readonly<Record<string, unknown>>;

export const keysOfJob = ({ definition }: Job): TimerKeys =>
  Object.fromEntries(Object.entries(definition).map(([key, json]) => [key, JSON.parse(json) as unknown]));

/** The hint for a timer that another program cannot have. */
export const KEEP_IN_TIMERS = 'Run the timer with timers.';

/** Keys that have no meaning in other programs. */
const SILENT: ReadonlySet<string> = new Set(['timezone', 'dst', 'shell', 'pass_env']);

/** Keys that do not affect runs. */
const HARMLESS: ReadonlySet<string> = new Set(['tags', 'ignore', 'description']);

/** Reports each key that a format cannot express. `carried` are the keys that the format can express. */
export function keysLeftOut(job: Job, carried: readonly string[]): readonly ExportDifference[] {
  const keys = keysOfJob(job);
  return Object.keys(keys)
    .filter((key) => !SILENT.has(key) && !carried.includes(key) && !isDefault(key, keys[key]))
    .map((key) => ({
      timer: job.name,
      severity: HARMLESS.has(key) ? 'note' : 'warning',
      message: `${key} is left out.`,
    }));
}

const isDefault = (key: string, value: unknown): boolean =>
  value === false ||
  (key === 'enabled' && value === true) ||
  (key === 'overlap' && value === 'skip') ||
  (key === 'output' && (value === 'log' || value === 'inherit'));
