import { dirname } from 'node:path';
import type { Job } from '../domain/job.js';
import { scheduleKinds } from '../schedules/index.js';
import { finish, type Steps } from '../turns/steps.js';
import { buildFile, type BuiltFile, type FileContext } from './build/file.js';
import { Problems } from './text/diagnostic.js';
import { isPackageJson } from './text/find-file.js';
import type { BuiltTimer } from './build/warn-of-long-runs.js';
import type { TimerFile } from './build/timer-file.js';
import { readRoot, type Loaded } from './load.js';
import type { Machine } from './build/machine.js';
import type { Slot } from './text/node.js';
import { salvage, type Salvaged } from './text/salvage.js';
import { Source } from './text/source.js';
import { readTree } from './check/read-tree.js';
import { isKeyOf, meantKey } from './check/unknown-key.js';

/** The readable part of a timer file with errors, for commands that only display. Run only `runnable`. */
export interface ReadableFile extends TimerFile {
  /** The names of timers with unreliable times, which are omitted from the jobs, and of omitted keys at the top. */
  readonly unread: readonly string[];
  /** Whether `settings.state` is the value in the file. */
  readonly isStateKnown: boolean;
  /**
   * Timers without an error in themselves or in what they share with others; empty if the structure of the file is
   * broken.
   */
  readonly runnable: readonly Job[];
  /** The timers whose runs can be predicted. */
  readonly predictable: Predictable;
}

/** The timers without an error in what a prediction of their runs depends on. */
interface Predictable {
  readonly jobs: readonly Job[];
  /** The names of the other timers, and of invalid keys at the top that the prediction depends on. */
  readonly unread: readonly string[];
}

/** The keys that a timer's times depend on. */
export const KEYS_OF_TIME: ReadonlySet<string> = new Set([
  ...scheduleKinds.map(({ key }) => key),
  ...['timezone', 'dst', 'jitter'],
  ...['enabled', 'not_before', 'not_after', 'max_runs', 'run_at_start'],
]);

/** The keys that the number, the length and the order of a timer's runs depend on. */
const KEYS_OF_RUNS: ReadonlySet<string> = new Set([
  ...KEYS_OF_TIME,
  ...['timeout', 'overlap', 'group', 'retry', 'breaker', 'deadline'],
]);

/** Returns the readable part of a loaded file; `undefined` if it has no text, or nothing usable. */
export function readableFile(loaded: Loaded, machine: Machine): ReadableFile | undefined {
  const { path, named = path, source, timerFile } = loaded;
  if (timerFile !== undefined)
    return {
      ...timerFile,
      unread: [],
      isStateKnown: true,
      runnable: timerFile.jobs,
      predictable: { jobs: timerFile.jobs, unread: [] },
    };
  if (path === undefined || named === undefined || source.trim() === '') return undefined;
  const context = { machine, folder: dirname(named), foresees: false };
  const whole = new Problems(new Source(source));
  const built = read(() => readRoot(path, whole), { ...context, problems: whole });
  if (built !== undefined) return { path, named, ...toReadable(built, whole, NOTHING_LOST) };
  if (isPackageJson(path)) return undefined;
  const salvaged = salvage(source);
  const problems = new Problems(new Source(salvaged.text));
  const rest = read(() => readTree(problems), { ...context, problems });
  return rest && { path, named, ...toReadable(rest, problems, salvaged), runnable: [] };
}

const NOTHING_LOST = { keys: [], timers: [] };

/** Builds a file. Ignores internal errors, because loading the file has already reported them. */
function read(tree: () => Steps<Slot | undefined>, context: FileContext): BuiltFile | undefined {
  try {
    const root = finish(tree());
    return root && finish(buildFile(root, context));
  } catch {
    return undefined;
  }
}

function toReadable(
  { timers, names, settings, defaults }: BuiltFile,
  problems: Problems,
  lost: Omit<Salvaged, 'text'>,
): Omit<ReadableFile, 'path' | 'named'> {
  const wrong = problems.wrongKeys([]);
  const wrongAtTop = [...wrong, ...lost.keys];
  const isWrong = (key: string) => wrongAtTop.some((other) => other === key || meantKey(other, 'file') === key);
  const isZoneKnown = !isWrong('timezone');
  const reliable = (keys: ReadonlySet<string>) =>
    timers
      .filter(({ report }) => isZoneKnown || report.entry('timezone') !== undefined)
      .filter((timer) => isReliable(timer, problems, keys))
      .map(({ job }) => job);
  const without = (read: readonly Job[]) => {
    const isRead = new Set(read.map(({ name }) => name));
    return [...names.filter((name) => !isRead.has(name)), ...lost.timers, ...lost.keys];
  };
  const jobs = reliable(KEYS_OF_TIME);
  const predictable = reliable(KEYS_OF_RUNS);
  return {
    jobs,
    settings,
    defaults,
    unread: without(jobs),
    isStateKnown: !isWrong('state'),
    runnable: timers.filter(({ job }) => isSound(job, problems, wrongAtTop)).map(({ job }) => job),
    predictable: { jobs: predictable, unread: [...without(predictable), ...wrong.filter(sharesRuns)] },
  };
}

/** Whether the runs of all timers depend on a key at the top. An unknown key may be a misspelling of such a key. */
const sharesRuns = (key: string): boolean => !isKeyOf('file', key) || ['concurrency', 'groups'].includes(key);

/**
 * Whether a timer has no error in itself or in `defaults`. An unknown key at the top may be a misspelled `defaults`.
 */
const isSound = ({ name }: Job, problems: Problems, wrongAtTop: readonly string[]): boolean =>
  problems.wrongKeys(['timers', name]).length === 0 &&
  !wrongAtTop.some((key) => key === 'defaults' || !isKeyOf('file', key));

function isReliable({ job, report }: BuiltTimer, problems: Problems, keysThatCount: ReadonlySet<string>): boolean {
  const own = report.ownKeys();
  const wrong = [
    ...problems.wrongKeys(['timers', job.name]),
    ...problems.wrongKeys(['defaults']).filter((key) => !own.includes(key)),
  ];
  // An error in another key, such as `env`, does not matter. An unknown key may be a misspelling of one that counts.
  return wrong.every((key) => isKeyOf('timer', key) && !keysThatCount.has(key));
}
