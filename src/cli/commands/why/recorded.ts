import type { RunFinished } from '../../../domain/events/index.js';
import { fingerprintOf, type Job } from '../../../domain/job.js';
import {
  startOfFinished,
  type DueSpan,
  type Ending,
  type History,
  type OpenRun,
  type Pause,
} from '../../../domain/ledger.js';
import { END_OF_TIME, SECOND, type Duration, type Instant } from '../../../domain/time.js';
import type { AskedTime } from './asked-time.js';
import type { ScheduleJudgment } from './schedule-judgment.js';
import { MOST_ENDINGS, waitingAt } from './waiting.js';

/** What happened to a firing. */
export type Fate =
  | { readonly kind: 'ended'; readonly ending: Ending; readonly context: Context }
  | { readonly kind: 'open'; readonly run: OpenRun }
  /** The firing is not due yet. `paused`: the pause that will skip it unless the timer is resumed. */
  | { readonly kind: 'coming'; readonly paused: Pause | undefined }
  | { readonly kind: 'unrecorded'; readonly cause: NotRecorded; readonly nearby: Nearby };

/** Facts from the history that help to explain the outcome. */
export interface Context {
  /** The run of the same timer that was active when the firing came due. */
  readonly blocker?: Ending | OpenRun | undefined;
  /** The run of the same timer that had come due but not begun. */
  readonly waiting?: Ending | OpenRun | undefined;
  /** The last run that failed before the firing. */
  readonly lastFailure?: RunFinished | undefined;
  /** The last outcome of any timer before the firing. */
  readonly last?: Ending | undefined;
  /** The pause that skipped the firing, if that pause still lasts. */
  readonly paused?: Pause | undefined;
}

/** What the history contains around the time of a firing without a record. */
export interface Nearby {
  /** No firing of any timer is recorded between these two. Both are absent if a scheduler was active then. */
  readonly before?: Instant | undefined;
  readonly after?: Instant | undefined;
  /** The latest outcome of the timer, if it came due earlier. */
  readonly last?: Ending | undefined;
  /** When a scheduler was last seen. */
  readonly seenAt?: Instant | undefined;
  /** What would skip the firing if a scheduler started now. */
  readonly held?: Pause | 'breaker' | undefined;
}

/** Why nothing is recorded for a past firing. */
export type NotRecorded =
  /** There is no history to search. */
  | 'no-history'
  /** No scheduler that used this state ever had the timer. */
  | 'unknown-timer'
  /** The last scheduler had the timer with another schedule. */
  | 'other-schedule'
  /** `max_runs` is used up. */
  | 'done'
  /** No scheduler has considered the firing yet. The next one will. */
  | 'not-considered'
  /** Outcomes of that time have been deleted. */
  | 'let-go'
  /** The scheduler that first had the timer with this schedule started later. */
  | 'before-its-time';

export interface WhyQuestion {
  readonly job: Job;
  readonly asked: AskedTime;
  readonly judgment: ScheduleJudgment;
  readonly now: Instant;
  /** How long outcomes are kept, and how many per timer. */
  readonly retention: { readonly keep: Duration; readonly runs: number };
}

/** The shortest delay that is explained. */
const LATE: Duration = SECOND;

/** Returns what is known about a firing without a history; `undefined` if the time is not a firing. */
export function fateWithoutHistory({ judgment, job, now }: Omit<WhyQuestion, 'asked'>): Fate | undefined {
  if (judgment.obstacles.length > 0) return undefined;
  if (judgment.instant + job.offset > now) return { kind: 'coming', paused: undefined };
  return { kind: 'unrecorded', cause: 'no-history', nearby: {} };
}

/**
 * Finds in the history what happened to a firing. At a time that is not a firing, finds what fired then anyway. Returns
 * `undefined` if there is nothing.
 */
export function fateOf(history: History, question: WhyQuestion): Fate | undefined {
  const recorded = findOpen(history, question) ?? findEnding(history, question);
  if (recorded !== undefined) return recorded;
  const fate = fateWithoutHistory(question);
  if (fate !== undefined && wasDone(history, question)) return { kind: 'unrecorded', cause: 'done', nearby: {} };
  if (fate?.kind === 'coming') {
    const { job, judgment } = question;
    return { kind: 'coming', paused: pauseOver(history, job, judgment.instant + job.offset) };
  }
  if (fate?.kind !== 'unrecorded') return fate;
  return { kind: 'unrecorded', cause: unrecordedBecause(history, question), nearby: nearbyOf(history, question) };
}

/** Returns the pause of a timer, if it lasts beyond an instant. */
function pauseOver(history: History, job: Job, instant: Instant): Pause | undefined {
  const paused = history.jobs().get(job.name)?.memory.paused;
  return paused !== undefined && instant < (paused.until ?? Infinity) ? paused : undefined;
}

/** Returns what would skip a firing that comes due now. */
function heldNow(history: History, { job, now }: WhyQuestion): Nearby['held'] {
  const breaker = history.jobs().get(job.name)?.memory.breaker;
  return pauseOver(history, job, now) ?? (breaker?.kind === 'open' && now < breaker.until ? 'breaker' : undefined);
}

/** Finds the firing whose run started in the given time, otherwise one whose run ended in it. */
export function firingOfRunAt(
  history: History,
  { job: { name: jobName }, asked: { starts, length } }: Pick<WhyQuestion, 'job' | 'asked'>,
): Instant | undefined {
  const isAsked = (at: Instant): boolean => starts.some((start) => at >= start && at < start + length);
  const open = history.open().find(({ firing, startedAt }) => firing.jobName === jobName && isAsked(startedAt ?? NaN));
  if (open !== undefined) return open.firing.scheduledFor;
  const ended = history.endings({ jobName, since: starts[0] ?? 0, limit: MOST_ENDINGS, earliest: true });
  const begun = (one: Ending): Instant => (one.event === 'run.finished' ? startOfFinished(one) : NaN);
  return (ended.find((one) => isAsked(begun(one))) ?? ended.find(({ at }) => isAsked(at)))?.firing.scheduledFor;
}

/** Finds the latest recorded firing of a timer, whatever its outcome. */
export function lastRecorded(history: History, jobName: string): Instant | undefined {
  const open = history.open().filter(({ firing }) => firing.jobName === jobName);
  const ended = history.endings({ jobName, limit: MOST_ENDINGS, withoutOutput: true });
  const later = (one: Instant | undefined, { firing }: Ending | OpenRun) =>
    Math.max(one ?? -Infinity, firing.scheduledFor);
  return [...open, ...ended].reduce<Instant | undefined>(later, undefined);
}

/** Finds the first recorded firing in the given time that was not started manually. */
export function firstRecorded(
  history: History,
  { job: { name: jobName }, asked: { starts, length } }: Pick<WhyQuestion, 'job' | 'asked'>,
): Instant | undefined {
  const due = { from: starts[0] ?? 0, until: (starts.at(-1) ?? 0) + length - 1 };
  const ended = history.endings({ jobName, due, limit: MOST_ENDINGS, earliest: true, withoutOutput: true });
  const dues = [...ended, ...history.open().filter((run) => run.firing.jobName === jobName)]
    .filter(({ firing: { trigger, scheduledFor } }) => trigger !== 'manual' && scheduledFor >= due.from)
    .map(({ firing }) => firing.scheduledFor)
    .filter((instant) => instant <= due.until);
  return dues.length === 0 ? undefined : Math.min(...dues);
}

/** Returns the instants to search for: a firing's own instant, otherwise all of the given time. */
function spanOf({ judgment: { instant, obstacles }, asked: { starts, length } }: WhyQuestion) {
  if (obstacles.length === 0) return { from: instant, until: instant };
  return { from: starts[0] ?? 0, until: (starts.at(-1) ?? 0) + length - 1 };
}

function findOpen(history: History, question: WhyQuestion): Fate | undefined {
  const { from, until } = spanOf(question);
  const run = history
    .open()
    .find(
      ({ firing: { jobName, scheduledFor } }) =>
        jobName === question.job.name && scheduledFor >= from && scheduledFor <= until,
    );
  return run && { kind: 'open', run };
}

function findEnding(history: History, question: WhyQuestion): Fate | undefined {
  const due = spanOf(question);
  const endings = history.endings({ jobName: question.job.name, due, limit: MOST_ENDINGS });
  const own = endings.filter(({ firing }) => firing.scheduledFor <= due.until);
  // An event that reports several firings covers every firing of the schedule within its range.
  const inRow = question.judgment.obstacles.length === 0 ? endings.at(-1) : undefined;
  const ending = own.find(({ firing }) => firing.trigger !== 'manual') ?? own[0] ?? inRow;
  return ending && { kind: 'ended', ending, context: contextOf(history, ending, question) };
}

function contextOf(history: History, ending: Ending, { job, now }: WhyQuestion): Context {
  const due = ending.firing.scheduledFor + job.offset;
  switch (ending.event) {
    case 'run.finished':
      return ending.latenessMs < LATE ? {} : { blocker: runAt(history, due, ending) };
    case 'firing.skipped':
      if (ending.reason === 'breaker_open') return { lastFailure: lastFailure(history, ending) };
      if (ending.reason === 'paused') return { paused: pauseOver(history, job, now) };
      if (ending.reason !== 'overlap') return {};
      return { blocker: runAt(history, ending.at, ending), waiting: waitingAt(history, ending.at, ending) };
    case 'firing.missed': {
      const first = ending.firstScheduledFor ?? ending.firing.scheduledFor;
      return ending.reason === 'downtime'
        ? { last: history.endings({ until: first, limit: 1 })[0] }
        : { blocker: runAt(history, due, ending) };
    }
  }
}

/** Finds the other run of the same timer that was active at an instant. */
function runAt(history: History, at: Instant, { firing, runId }: Ending): Ending | OpenRun | undefined {
  const { jobName } = firing;
  const open = history.open().find((run) => run.firing.jobName === jobName && (run.startedAt ?? Infinity) <= at);
  const due = { from: -END_OF_TIME, until: at };
  const ended = history
    .endings({ jobName, since: at, due, limit: MOST_ENDINGS, earliest: true })
    .find((one) => one.event === 'run.finished' && one.runId !== runId && startOfFinished(one) <= at);
  return ended ?? open;
}

function lastFailure(history: History, { firing: { jobName }, at }: Ending): RunFinished | undefined {
  return (['failure', 'timeout', 'lost'] as const)
    .flatMap((status) => history.endings({ jobName, status, until: at, limit: 1 }))
    .filter((ending): ending is RunFinished => ending.event === 'run.finished')
    .sort((one, other) => one.at - other.at)
    .at(-1);
}

function nearbyOf(history: History, question: WhyQuestion): Nearby {
  const {
    job,
    judgment: { instant },
  } = question;
  const [last] = history.endings({ jobName: job.name, limit: 1, withoutOutput: true });
  const isEarlier = last !== undefined && last.firing.scheduledFor < instant;
  return {
    ...silenceAround(history, instant),
    last: isEarlier ? last : undefined,
    seenAt: history.lastSeenAt(),
    held: heldNow(history, question),
  };
}

/**
 * Finds the recorded firings before and after an instant. Compares due times, because firings may be recorded much
 * later.
 */
function silenceAround(history: History, instant: Instant): Pick<Nearby, 'before' | 'after'> {
  const endings = [
    ...history.endings({ until: instant, limit: MOST_ENDINGS, withoutOutput: true }),
    ...history.endings({ since: instant + 1, limit: MOST_ENDINGS, earliest: true, withoutOutput: true }),
  ];
  const spans = [...endings.map(spanOfEnding), ...history.open().map(({ firing }) => pointAt(firing.scheduledFor))];
  if (spans.some(({ from, until }) => from <= instant && until >= instant)) return {};
  const before = Math.max(...spans.map(({ until }) => until).filter((at) => at < instant));
  const after = Math.min(...spans.map(({ from }) => from).filter((at) => at > instant));
  return {
    ...(Number.isFinite(before) && { before }),
    ...(Number.isFinite(after) && { after }),
  };
}

const pointAt = (instant: Instant): DueSpan => ({ from: instant, until: instant });

/**
 * Returns the span in which an outcome proves that a scheduler was active, or that outcomes are kept. It begins at the
 * due time.
 */
function spanOfEnding(ending: Ending): DueSpan {
  const { scheduledFor } = ending.firing;
  if (ending.event === 'firing.missed') return { from: ending.firstScheduledFor ?? scheduledFor, until: scheduledFor };
  const isActive = ending.event === 'run.finished' && ending.outcome.status !== 'lost';
  return isActive && startOfFinished(ending) - scheduledFor < LATE
    ? { from: scheduledFor, until: ending.at }
    : pointAt(scheduledFor);
}

function unrecordedBecause(history: History, question: WhyQuestion): NotRecorded {
  const { job, judgment } = question;
  const record = history.jobs().get(job.name);
  if (record === undefined) return 'unknown-timer';
  if (record.fingerprint !== fingerprintOf(job)) return 'other-schedule';
  if (record.memory.cursor < judgment.instant) return 'not-considered';
  return isLetGo(history, question) ? 'let-go' : 'before-its-time';
}

/** Returns how many runs of a timer have begun; 0 if the last scheduler had the timer with another schedule. */
function runsBegun(history: History, job: Job): number {
  const record = history.jobs().get(job.name);
  return record?.fingerprint === fingerprintOf(job) ? record.memory.runsBegun : 0;
}

/** Returns whether `max_runs` is used up by now. */
export const isDone = (history: History, job: Job): boolean =>
  runsBegun(history, job) >= (job.window.maxRuns ?? Infinity);

/**
 * Returns whether `max_runs` was used up at a firing. Runs that came due later had not begun then, so they do not
 * count.
 */
function wasDone(history: History, { job, judgment: { instant }, retention }: WhyQuestion): boolean {
  if (!isDone(history, job)) return false;
  const due = { from: instant + 1, until: END_OF_TIME };
  const endings = history.endings({ jobName: job.name, due, limit: retention.runs, withoutOutput: true });
  const ended = endings.filter((ending) => ending.event === 'run.finished' && ending.attempts > 0);
  const open = history
    .open()
    .filter(({ firing, attempts }) => firing.jobName === job.name && firing.scheduledFor > instant && attempts > 0);
  return runsBegun(history, job) - ended.length - open.length >= (job.window.maxRuns ?? Infinity);
}

/**
 * Returns whether the outcome of a firing may have been deleted. The oldest outcomes of a timer are deleted first, so
 * an older one rules that out.
 */
function isLetGo(
  history: History,
  { job, judgment: { instant }, now, retention: { keep, runs } }: WhyQuestion,
): boolean {
  const jobName = job.name;
  if (history.endings({ jobName, until: instant, limit: 1 }).length > 0) return false;
  return instant < now - keep || history.endings({ jobName, since: instant, limit: runs }).length >= runs;
}
