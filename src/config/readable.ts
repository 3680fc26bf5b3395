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

/** The readable part of a timer file with mistakes, for commands that only display. Run only `runnable`. */
export interface ReadableFile extends TimerFile {
  /** The names of timers with unreliable times, which are not among the jobs, and of omitted keys at the top. */
  readonly unread: readonly string[];
  /** Whether `settings.state` is the value in the file. */
  readonly isStateKnown: boolean;
  /** Timers without a mistake of their own or in what they share with others; none if the structure of the file is broken. */
  readonly runnable: readonly Job[];
}

/** The keys that a timer's times depend on. */
export const KEYS_OF_TIME: ReadonlySet<string> = new Set([
  ...scheduleKinds.map(({ key }) => key),
  ...['timezone', 'dst', 'jitter'],
  ...['enabled', 'not_before', 'not_after', 'max_runs', 'run_at_start'],
]);

/** Returns the readable part of a loaded file; `undefined` if it has no text, or nothing usable. */
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

/** Loading the file has already reported bugs. */
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

/** An unknown key at the top may be a misspelled `defaults`. */
const isSound = ({ name }: Job, problems: Problems, wrongAtTop: readonly string[]): boolean =>
  problems.wrongKeys(['timers', name]).length === 0 &&
  !wrongAtTop.some((key) => key === 'defaults' || !isKeyOf('file', key));

function isReliable({ job, report }: BuiltTimer, problems: Problems): boolean {
  const own = report.ownKeys();
  const wrong = [
    ...problems.wrongKeys(['timers', job.name]),
    ...problems.wrongKeys(['defaults']).filter((key) => !own.includes(key)),
  ];
  // A mistake elsewhere, as in `env`, does not affect its times. An unknown key may be a misspelled one of those.
  return wrong.every((key) => isKeyOf('timer', key) && !KEYS_OF_TIME.has(key));
}
