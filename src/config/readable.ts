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
import { readTree } from './check/syntax.js';
import { isKeyOf, meantKey } from './check/unknown-key.js';

/** What can be read of a timer file in spite of its mistakes: for commands that look. Of it, only `runnable` may be run. */
export interface ReadableFile extends TimerFile {
  /** Timers whose times cannot be relied on and that are not among the jobs, and keys at the top that are left out; by their names. */
  readonly unread: readonly string[];
  /** Whether `settings.state` is what the file says. */
  readonly isStateKnown: boolean;
  /** Timers without a mistake of their own or in what they share with others; none where the structure of the file is broken. */
  readonly runnable: readonly Job[];
}

/** The keys that a timer's times depend on. */
export const KEYS_OF_TIME: ReadonlySet<string> = new Set([
  ...scheduleKinds.map(({ key }) => key),
  ...['timezone', 'dst', 'jitter'],
  ...['enabled', 'not_before', 'not_after', 'max_runs', 'run_at_start'],
]);

/** Returns what can be read of a loaded file; `undefined` when there is no text, or nothing of it makes sense. */
export function readableFile(loaded: Loaded, machine: Machine): ReadableFile | undefined {
  const { path, named = path, source, timerFile } = loaded;
  if (timerFile !== undefined) return { ...timerFile, unread: [], isStateKnown: true, runnable: timerFile.jobs };
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

/** Bugs have been reported when the file was loaded. */
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
  const wrongAtTop = [...problems.wrongKeys([]), ...lost.keys];
  const isWrong = (key: string) => wrongAtTop.some((wrong) => wrong === key || meantKey(wrong, 'file') === key);
  const isZoneKnown = !isWrong('timezone');
  const jobs = timers
    .filter(({ report }) => isZoneKnown || report.entry('timezone') !== undefined)
    .filter((timer) => isReliable(timer, problems))
    .map(({ job }) => job);
  const isRead = new Set(jobs.map(({ name }) => name));
  const unread = [...names.filter((name) => !isRead.has(name)), ...lost.timers, ...lost.keys];
  const runnable = timers.filter(({ job }) => isSound(job, problems, wrongAtTop)).map(({ job }) => job);
  return { jobs, settings, defaults, unread, isStateKnown: !isWrong('state'), runnable };
}

/** A key at the top that nobody knows may be `defaults`, misspelled. */
const isSound = ({ name }: Job, problems: Problems, wrongAtTop: readonly string[]): boolean =>
  problems.wrongKeys(['timers', name]).length === 0 &&
  !wrongAtTop.some((key) => key === 'defaults' || !isKeyOf('file', key));

function isReliable({ job, report }: BuiltTimer, problems: Problems): boolean {
  const own = report.ownKeys();
  const wrong = [
    ...problems.wrongKeys(['timers', job.name]),
    ...problems.wrongKeys(['defaults']).filter((key) => !own.includes(key)),
  ];
  // A mistake elsewhere, as in `env`, leaves its times as they are. A key that nobody knows may be one of those misspelled.
  return wrong.every((key) => isKeyOf('timer', key) && !KEYS_OF_TIME.has(key));
}
