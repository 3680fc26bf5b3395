import type { Clock } from '../../../domain/clock.js';
import type { Job } from '../../../domain/job.js';
import type { History } from '../../../domain/ledger.js';
import { MINUTE, type Instant } from '../../../domain/time.js';
import { askedAt, readAskedTime, type AskedTime } from './asked-time.js';
import { jobNamed } from '../../load.js';
import { loadReadable } from '../../load-readable.js';
import type { FileOption, StateOption, ZoneOption } from '../../options.js';
import { isUsed, nothingRecorded, readHistory, shownPlace, warnOfInvalid } from '../../read-history.js';
import { historyOf } from '../../../daemon/state.js';
import type { Terminal } from '../../terminal.js';
import { checkTimezone, zoneOf } from '../../zone.js';
import {
  fateOf,
  fateWithoutHistory,
  firingOfRunAt,
  firstRecorded,
  isDone,
  lastRecorded,
  type Fate,
  type WhyQuestion,
} from './recorded.js';
import { removedJob } from './removed.js';
import { judgeBySchedule, lastDue } from './schedule-judgment.js';

export interface WhyOptions extends FileOption, StateOption, ZoneOption {
  readonly at?: string;
}

export interface Asking extends WhyOptions {
  readonly clock: Pick<Clock, 'now'>;
}

/** The explanation why a timer did or did not run at a time. */
export interface Why extends WhyQuestion {
  /** IANA name of the zone for displayed times: `--timezone`, or the timer's own. */
  readonly zone: string;
  /** Whether the given time is not a firing, but this run started or ended then. */
  readonly isOfRun: boolean;
  /** Whether the given time contains several firings, of which this is the first recorded one. */
  readonly isFirstRecorded: boolean;
  /** `undefined` if the time is not a firing and nothing is recorded for it. */
  readonly fate: Fate | undefined;
  /** Where the history is, as the user would write it; `undefined` if it is kept in memory. */
  readonly state: string | undefined;
  /** Why the timer has no history, as a sentence. */
  readonly noHistory: string | undefined;
  /** Whether the history exists but could not be read. */
  readonly isUnread: boolean;
  readonly hasScheduler: boolean;
  /** Whether `max_runs` is used up, so that there are no further firings. */
  readonly isDone: boolean;
  /** The command that shows more of this history. */
  readonly historyCommand: string;
  /** The command that explains another firing of this timer. */
  readonly whyCommand: string;
  /** IANA name of the zone of a time in `--at`. */
  readonly atZone: string;
}

/**
 * Returns why a timer did or did not run at a time. If its file cannot be used, reports that and returns `undefined`.
 * @throws UsageError for an unknown timer or an invalid time.
 */
export async function whyTimer(terminal: Terminal, name: string, options: Asking): Promise<Why | undefined> {
  const { clock } = options;
  checkTimezone(options.timezone);
  const timerFile = await loadReadable(terminal, { ...options, now: clock.now(), names: [name] });
  if (timerFile === undefined) return undefined;
  // Reading the file may take a while, and predictions start from this moment.
  const now = clock.now();
  const place = historyOf(timerFile, terminal, options.state);
  const atZone = zoneOf(options, timerFile.settings);
  const isInFile = timerFile.jobs.some((one) => one.name === name);
  const removed = isInFile ? undefined : await recordedJob(place, name, timerFile.settings.timezone);
  const job = removed ?? jobNamed(timerFile, name);
  const told = options.at === undefined ? undefined : toldTime(options.at, job, { now, timezone: atZone });
  const ask = (history?: History) => {
    const asked = told ?? lastAsked(job, now, history);
    const shown = { now, retention: timerFile.settings.history, zone: options.timezone ?? job.timezone };
    const commands = {
      historyCommand: ['timers history', ...optionWords(options)].join(' '),
      whyCommand: ['timers why', name, ...optionWords(options)].join(' '),
      atZone,
    };
    const over = { isDone: history !== undefined && isDone(history, job) };
    return { ...shown, ...commands, ...over, ...answerTo(history, { job, asked, ...shown }) };
  };
  if ('reason' in place) {
    const noHistory = `There is no history: ${place.reason}.`;
    return { ...ask(), state: undefined, noHistory, isUnread: false, hasScheduler: false };
  }
  const reading = await readHistory(place, ask);
  const state = shownPlace(place, terminal.cwd);
  warnOfInvalid(terminal, state, reading);
  return {
    ...(reading.kind === 'read' ? reading.answer : ask()),
    state,
    noHistory: noHistory(state, reading),
    isUnread: reading.kind === 'unavailable',
    hasScheduler: isUsed(place),
  };
}

/** Returns a placeholder for a timer that is not in the file, if firings of it are recorded. */
async function recordedJob(
  place: ReturnType<typeof historyOf>,
  name: string,
  timezone: string,
): Promise<Job | undefined> {
  if ('reason' in place) return undefined;
  const reading = await readHistory(place, (history) => lastRecorded(history, name));
  return reading.kind === 'read' && reading.answer !== undefined ? removedJob(name, timezone) : undefined;
}

/**
 * Judges the given time. If it is not a firing, finds the firing whose run started or ended then, because users copy
 * such times from the log.
 */
function answerTo(history: History | undefined, question: Omit<WhyQuestion, 'judgment'>) {
  const judge = (asked: AskedTime, isOfRun: boolean) => {
    const judged = { ...question, asked, judgment: judgeBySchedule(question.job, asked) };
    return {
      ...judged,
      isOfRun,
      isFirstRecorded: false,
      fate: history ? fateOf(history, judged) : fateWithoutHistory(judged),
    };
  };
  const answer = judge(question.asked, false);
  const { firings } = answer.judgment;
  const recorded = isOneOfSeveral(answer) ? history && firstRecorded(history, question) : undefined;
  if (recorded !== undefined) {
    const later = judge(askedAt(recorded, 1, question.job.timezone), false);
    return { ...later, judgment: { ...later.judgment, firings }, isFirstRecorded: true };
  }
  if (answer.fate !== undefined) return answer;
  const firing = question.asked.isInGap ? undefined : history && firingOfRunAt(history, question);
  if (firing !== undefined) return judge(askedAt(firing, 1, question.job.timezone), true);
  const due = dueOfStart(question);
  return due === undefined ? answer : judge(askedAt(due, 1, question.job.timezone), false);
}

/** Returns whether a firing is not recorded, but other firings in the given time might be. */
const isOneOfSeveral = ({ judgment, fate }: Pick<Why, 'judgment' | 'fate'>): boolean =>
  judgment.firings > 1 && fate?.kind === 'unrecorded';

/** Returns the firing whose actual start, including jitter, is in the given time. */
function dueOfStart({ job, asked: { starts, length } }: Pick<WhyQuestion, 'job' | 'asked'>): Instant | undefined {
  if (job.offset === 0) return undefined;
  const dues = starts.map((start) => judgeBySchedule(job, askedAt(start - job.offset, length, job.timezone)));
  return dues.find(({ obstacles }) => obstacles.length === 0)?.instant;
}

/**
 * Parses the given time in the zone of the screen, which is also the zone of the log. The timer's own zone may differ.
 */
function toldTime(at: string, job: Job, here: { readonly now: Instant; readonly timezone: string }): AskedTime {
  const asked = readAskedTime('--at', at, here);
  const [start] = asked.starts;
  return here.timezone === job.timezone || start === undefined ? asked : askedAt(start, asked.length, job.timezone);
}

/**
 * Returns the default time to explain: the last firing, whether on the schedule or not. Without one, the current
 * minute.
 */
function lastAsked(job: Job, now: Instant, history: History | undefined): AskedTime {
  const last = Math.max(lastDue(job, now) ?? -Infinity, (history && lastRecorded(history, job.name)) ?? -Infinity);
  return Number.isFinite(last)
    ? askedAt(last, 1, job.timezone)
    : askedAt(Math.floor(now / MINUTE) * MINUTE, MINUTE, job.timezone);
}

function noHistory(state: string, reading: { readonly kind: string; readonly reason?: string }): string | undefined {
  if (reading.kind === 'unavailable') return `The state ${state} cannot be read: ${reading.reason ?? ''}.`;
  return reading.kind === 'none' ? nothingRecorded(state, reading) : undefined;
}

const optionWords = ({ file, state }: WhyOptions): readonly string[] => [
  ...(file === undefined ? [] : [`-f ${file}`]),
  ...(state === undefined ? [] : [`--state ${state}`]),
];
