import { parseTimerFile, type Diagnostic, type Machine } from '../../../config/index.js';
import { writeTimerFile } from '../../../config/write-timer-file.js';
import { DAY, type Instant } from '../../../domain/time.js';
import type { Job } from '../../../domain/job.js';
import { nextInWindow } from '../../../engine/plan-due.js';
import type { Difference, ImportedTimer } from '../../../importers/kind.js';
import { localTime } from '../../../schedules/index.js';
import { firstDifference } from '../../first-difference.js';
import { forThisMachine } from './for-this-machine.js';

type Keys = Readonly<Record<string, unknown>>;

/** How far into the future schedules are compared. */
const COMPARED = 5 * 365 * DAY;

export interface CheckContext {
  readonly machine: Machine;
  /** Absolute path of the timer file's folder. */
  readonly folder: string;
  readonly settings: Keys;
}

/** A timer that fits into the file: its keys, unless an error says why it is left out. */
export interface CheckedTimer {
  readonly keys: Keys | undefined;
  readonly differences: readonly Difference[];
}

/** Checks a timer like `timers validate`, and compares its firings with those of its source. */
export function checkTimer(name: string, timer: ImportedTimer, context: CheckContext): CheckedTimer {
  const { keys, changes } = forThisMachine(timer, (changed) => read(name, changed, context).errors);
  const { errors, job } = read(name, keys, context);
  const about = (difference: Omit<Difference, 'file' | 'line'>): Difference => ({ ...timer.place, ...difference });
  const found = [...timer.differences.flatMap((one) => ifAbout(keys, one)), ...changes];
  if (job === undefined || errors.length > 0)
    return { keys: undefined, differences: [...found, ...errors.map(toError).map(about)] };
  const different = compared(timer, job, context.machine);
  return { keys, differences: different === undefined ? found : [...found, about(different)] };
}

/** Drops what is said about a key that this machine cannot have. */
const ifAbout = (keys: Keys, { about, ...difference }: Difference): readonly Difference[] =>
  about === undefined || keys[about] !== undefined ? [difference] : [];

const toError = ({ message, hint }: Diagnostic): Pick<Difference, 'severity' | 'message' | 'hint'> => ({
  severity: 'error',
  message,
  ...(hint !== undefined && { hint }),
});

/** Reads one timer as a separate file. One with `user` is checked as root would: others cannot use it. */
function read(
  name: string,
  keys: Keys,
  { machine, folder, settings }: CheckContext,
): { readonly errors: readonly Diagnostic[]; readonly job: Job | undefined } {
  const text = writeTimerFile({ comment: [], settings, timers: [{ name, comment: [], keys }] });
  const reader = keys['user'] === undefined ? machine : { ...machine, uid: 0 };
  const { problems, timerFile } = parseTimerFile({ path: `${folder}/timers.yaml`, folder, text }, reader);
  return { errors: problems.filter(({ severity }) => severity === 'error'), job: timerFile?.jobs[0] };
}

function compared(
  { original, whenDifferent }: ImportedTimer,
  job: Job,
  { start, timezone }: Machine,
): Omit<Difference, 'file' | 'line'> | undefined {
  if (original === undefined) return undefined;
  const here = { next: (after: Instant) => nextInWindow(job, after) };
  const span = { from: start, until: start + COMPARED };
  const timezones = [...new Set([job.timezone, timezone])];
  const first = firstDifference({ here, there: original, span, timezones });
  if (first === undefined) return undefined;
  const [starter, other] = first.due === 'here' ? ['timers', 'the source'] : ['the source', 'timers'];
  const message = `First difference, at ${localTime(first.at, job.timezone)}: ${starter} starts it, and ${other} does not.`;
  return { severity: 'warning', message: whenDifferent === undefined ? message : `${whenDifferent} ${message}` };
}
