import { KEYS_OF_TIME } from '../config/index.js';
import { isAdHoc } from '../domain/ad-hoc.js';
import type { Job } from '../domain/job.js';
import type { LoadedFile } from '../domain/loaded-file.js';
import { toTimestamp, type Instant } from '../domain/time.js';

const SHARED: ReadonlySet<string> = new Set([...KEYS_OF_TIME, 'catch_up', 'description', 'overlap', 'tags']);

/** Gives a loaded file its public names. */
export const toLoadedFile = (
  jobs: readonly Job[],
  { timezone, state, startedAt }: { timezone: string; state: string | undefined; startedAt: Instant | undefined },
): LoadedFile => ({
  timezone,
  state: state ?? null,
  started_at: startedAt === undefined ? null : toTimestamp(startedAt),
  timers: jobs
    .filter(({ name }) => !isAdHoc(name))
    .map(({ name, definition }) => ({
      task_name: name,
      definition: Object.fromEntries(Object.entries(definition).filter(([key]) => SHARED.has(key))),
    })),
});
