import { parseTimerFile, type Diagnostic, type Machine } from '../../../config/index.js';
import { writeTimerFile, type WrittenTimer } from '../../../config/write-timer-file.js';
import { DAY, type Instant } from '../../../domain/time.js';
import type { Job } from '../../../domain/job.js';
import { nextInWindow } from '../../../engine/plan-due.js';
import type { Difference, ImportedTimer } from '../../../importers/kind.js';
import { localTime, scheduleKinds } from '../../../schedules/index.js';
import { firstDifference, type FirstDifference } from '../../first-difference.js';
import { forThisMachine } from './for-this-machine.js';

type Keys = Readonly<Record<string, unknown>>;

/** How far into the future schedules are compared. */
const COMPARED = 5 * 365 * DAY;

export interface CheckContext {
  readonly machine: Machine;
  /** Absolute path of the timer file's folder. */
  readonly folder: string;
  readonly settings: Keys;
  /**
   * The results of comparisons, by original and schedule. Importers return the same original for timers with the same
   * schedule.
   */
  readonly compared: WeakMap<NonNullable<ImportedTimer['original']>, Map<string, FirstDifference | undefined>>;
}

/** A checked timer: its keys, unless an error says why it is left out of the file. */
export interface CheckedTimer {
  readonly keys: Keys | undefined;
  readonly differences: readonly Difference[];
}

export interface NamedImport {
  readonly name: string;
  readonly timer: ImportedTimer;
}

/**
 * How many timers are checked as one file. A file per timer is slow, and a larger file is more likely to contain an
 * error.
 */
const TOGETHER = 200;

/** Checks timers as `timers validate` does, and compares their firings with those of their source. */
export function checkTimers(timers: readonly NamedImport[], context: CheckContext): readonly CheckedTimer[] {
  const checked: CheckedTimer[] = [];
  for (let start = 0; start < timers.length; start += TOGETHER) {
    const some = timers.slice(start, start + TOGETHER);
    const { errors, jobs } = read(some.map(plain), context);
    for (const [index, one] of some.entries())
      checked.push(errors.length === 0 ? whole(one, jobs[index], context) : checkAlone(one, context));
  }
  return checked;
}

const plain = ({ name, timer: { keys } }: NamedImport): Pick<WrittenTimer, 'name' | 'keys'> => ({ name, keys });

/** Reads a timer as a separate file, and replaces keys that are not valid on this machine. */
function checkAlone({ name, timer }: NamedImport, context: CheckContext): CheckedTimer {
  const { keys, changes } = forThisMachine(timer, (changed) => read([{ name, keys: changed }], context).errors);
  const { errors, jobs } = read([{ name, keys }], context);
  const found = [...timer.differences.flatMap((one) => ifAbout(keys, one)), ...changes];
  if (errors.length > 0) {
    const told = errors.map((error): Difference => ({ ...timer.place, ...toError(error) }));
    return { keys: undefined, differences: [...found, ...told] };
  }
  return whole({ name, timer: { ...timer, keys, differences: found } }, jobs[0], context);
}

/** Returns a timer without errors, and reports the first firing that differs from its source. */
function whole({ timer }: NamedImport, job: Job | undefined, context: CheckContext): CheckedTimer {
  const { keys, place } = timer;
  const found = timer.differences.flatMap((one) => ifAbout(keys, one));
  const different = job && compared(timer, job, context);
  return { keys, differences: different === undefined ? found : [...found, { ...place, ...different }] };
}

/** Drops a difference about a key that the timer no longer has, because it was not valid on this machine. */
const ifAbout = (keys: Keys, { about, ...difference }: Difference): readonly Difference[] =>
  about === undefined || keys[about] !== undefined ? [difference] : [];

const toError = ({ message, hint }: Diagnostic): Pick<Difference, 'severity' | 'message' | 'hint'> => ({
  severity: 'error',
  message,
  ...(hint !== undefined && { hint }),
});

/**
 * Reads timers as a separate file. Timers with `user` are checked as if root ran them, because only root can use
 * `user`.
 */
function read(
  timers: readonly Pick<WrittenTimer, 'name' | 'keys'>[],
  { machine, folder, settings }: CheckContext,
): { readonly errors: readonly Diagnostic[]; readonly jobs: readonly Job[] } {
  const text = writeTimerFile({ comment: [], settings, timers: timers.map((one) => ({ ...one, comment: [] })) });
  const reader = timers.some(({ keys }) => keys['user'] !== undefined) ? { ...machine, uid: 0 } : machine;
  const { problems, timerFile } = parseTimerFile({ path: `${folder}/timers.yaml`, folder, text }, reader);
  return { errors: problems.filter(({ severity }) => severity === 'error'), jobs: timerFile?.jobs ?? [] };
}

function compared(
  { original, whenDifferent }: ImportedTimer,
  job: Job,
  context: CheckContext,
): Omit<Difference, 'file' | 'line'> | undefined {
  const first = original && differenceOf(original, job, context);
  if (first === undefined) return undefined;
  const [starter, other] = first.due === 'here' ? ['timers', 'the source'] : ['the source', 'timers'];
  const message = `First difference, at ${localTime(first.at, job.timezone)}: ${starter} starts it, and ${other} does not.`;
  return { severity: 'warning', message: whenDifferent === undefined ? message : `${whenDifferent} ${message}` };
}

function differenceOf(
  original: NonNullable<ImportedTimer['original']>,
  job: Job,
  { machine: { start, timezone }, compared }: CheckContext,
): FirstDifference | undefined {
  const known = compared.get(original) ?? new Map<string, FirstDifference | undefined>();
  compared.set(original, known);
  const key = whenOf(job);
  if (known.has(key)) return known.get(key);
  const here = { next: (after: Instant) => nextInWindow(job, after) };
  const span = { from: start, until: start + COMPARED };
  const timezones = [...new Set([job.timezone, timezone])];
  const first = firstDifference({ here, there: original, span, timezones });
  known.set(key, first);
  return first;
}

/** The keys that decide when a timer is due. */
const WHEN = [...scheduleKinds.map(({ key }) => key), 'dst', 'not_before', 'not_after', 'timezone'];

/** Returns what determines the instants of a timer: its keys and, if `cron` contains an `H`, its name. */
function whenOf({ name, definition }: Job): string {
  const keys = WHEN.map((key) => definition[key]);
  return JSON.stringify([keys, definition['cron']?.includes('H') ? name : '']);
}
