import { dirname } from 'node:path';
import type { Job } from '../domain/job.js';
import type { StatePlace } from '../domain/state-place.js';
import type { LoadedFile } from '../domain/loaded-file.js';
import { rebuildJob } from './build/ad-hoc.js';
import type { Machine } from './build/machine.js';
import { parseTimerFile } from './load.js';
import type { ReadableFile } from './readable-file.js';

/** A timer file that currently cannot be read as a whole. */
interface Unread {
  readonly path: string;
  readonly named: string;
  /** The readable part. */
  readonly readable: ReadableFile | undefined;
}

const NOTHING_READ = { unread: [], isStateKnown: false, runnable: [], predictable: { jobs: [], unread: [] } } as const;

/**
 * Completes the readable part of a timer file with what its running scheduler loaded. `machine.start` is when that
 * scheduler started.
 */
export function completeFromScheduler(
  taken: LoadedFile,
  { path, named, readable }: Unread,
  machine: Machine,
): ReadableFile {
  const base = readable ?? { ...empty(path, named, machine), ...NOTHING_READ };
  const isWholeUnread = readable === undefined || readable.jobs.length === 0 || readable.unread.includes('timers');
  const own = new Map(base.jobs.map((job) => [job.name, job]));
  const isMissing = (name: string) => isWholeUnread || base.unread.includes(name);
  const state = base.isStateKnown ? base.settings.state : undefined;
  const running = { ...machine, state: machine.state ?? state };
  const jobs = taken.timers.flatMap(({ task_name: name, definition }): readonly Job[] => {
    const job =
      own.get(name) ?? (isMissing(name) ? rebuildJob(name, definition, { named, machine: running }) : undefined);
    own.delete(name);
    return job === undefined ? [] : [job];
  });
  const isRead = new Set(jobs.map(({ name }) => name));
  return {
    ...base,
    jobs: [...jobs, ...own.values()],
    settings: {
      ...base.settings,
      timezone: taken.timezone,
      state: stateOf(taken, state),
    },
    isStateKnown: true,
    unread: base.unread.filter((name) => !isRead.has(name)),
  };
}

/** Returns where the state is. A shared state has no path. */
function stateOf({ state: path }: LoadedFile, written: StatePlace | undefined): StatePlace {
  if (path !== null) return { kind: 'file', path };
  return written?.kind === 'shared' ? written : { kind: 'memory' };
}

/** A minimal file, parsed to get the default settings. */
const SOUND = 'timers: { any: { every: 1h, run: "true" } }';

function empty(path: string, named: string, machine: Machine) {
  const { timerFile } = parseTimerFile({ path: 'any.yaml', folder: dirname(named), text: SOUND }, machine);
  if (timerFile === undefined) throw new Error('a valid timer file was rejected');
  return { ...timerFile, path, named, jobs: [] };
}
