import type { FiringMissed, FiringSkipped, RunFinished } from '../../../domain/events/index.js';
import type { Job } from '../../../domain/job.js';
import { describeFallback } from '../../../domain/fallback.js';
import { startOfFinished, startOfRun, type Ending, type OpenRun } from '../../../domain/ledger.js';
import type { Outcome } from '../../../domain/outcome.js';
import { SECOND, type Instant } from '../../../domain/time.js';
import { describeUsage } from '../../../domain/usage.js';
import { causeOf } from '../../../domain/outcome-cause.js';
import { humanDuration } from '../../../domain/human-duration.js';
import { plainText } from '../../../text/plain-text.js';
import type { AskedTime } from './asked-time.js';
import { MOST_COUNTED, type ScheduleJudgment } from './schedule-judgment.js';
import { pauseInWords } from './pause.js';
import type { Context, Fate } from './recorded.js';
import { isRemoved } from './removed.js';
import { hasCatchUp, unrecordedInWords } from './unrecorded.js';
import { when } from './when.js';
import type { Why } from './why-timer.js';
import { localTime } from '../../../schedules/index.js';
import { dueInWords, fromNow } from '../../render/firings.js';
import { leftOpen, openWord } from '../../render/outcome.js';

/** Describes briefly what happened to a firing: `missed: the scheduler was not running`. */
export function fateInWords(fate: Fate, { now, hasScheduler, judgment, job }: Why): string {
  const start = judgment.instant + job.offset;
  switch (fate.kind) {
    case 'ended':
      return endingInWords(fate.ending);
    case 'open': {
      const word = openWord(fate.run, hasScheduler);
      return word === 'open' ? `open: ${leftOpen(fate.run)}` : `its run is ${word}`;
    }
    case 'coming':
      return start > now ? `upcoming, ${fromNow(start, now)}` : 'about to start';
    case 'unrecorded':
      return fate.cause === 'done' ? 'but no runs were left' : 'but nothing was recorded for it';
  }
}

function endingInWords(ending: Ending): string {
  const cause = causeOf(ending);
  const because = cause === '' ? '' : `: ${cause}`;
  if (ending.event === 'firing.missed') return `missed${because}`;
  if (ending.event === 'firing.skipped') return `skipped${because}`;
  const how = {
    schedule: 'it ran',
    catch_up: 'it was caught up',
    manual: 'it was started manually',
    start: 'it ran at startup',
  };
  const { status } = ending.outcome;
  const told = cause === '' ? ` in ${humanDuration(ending.durationMs)}` : `, ${cause}`;
  return `${how[ending.firing.trigger]}: ${status}${told}`;
}

/** Describes the reasons for what happened to a firing, one sentence each. */
export function reasonsOf(fate: Fate, why: Why): readonly string[] {
  switch (fate.kind) {
    case 'ended':
      return [...ofEnding(fate.ending, fate.context, why), ...runHint(fate.ending.runId, why)];
    case 'open':
      return [...ofOpenRun(fate.run, why), ...runHint(fate.run.runId, why)];
    case 'coming':
      return ofComing(fate, why);
    case 'unrecorded':
      return unrecordedInWords(fate, why);
  }
}

/** Describes what is special about the time of a firing, whatever its outcome. */
export function remarksOf(why: Why): readonly string[] {
  const { asked, judgment, job, isOfRun, isFirstRecorded } = why;
  const { firings } = judgment;
  const { offset } = job;
  const many = firings === MOST_COUNTED ? `more than ${MOST_COUNTED}` : String(firings);
  return [
    ...(isOfRun ? ['No firing was due at that time, but the log reports this one.'] : []),
    ...otherHour(asked, judgment, job),
    ...(firings > 1
      ? [`That time contains ${many} firings; this is the first ${isFirstRecorded ? 'that is recorded' : 'of them'}.`]
      : []),
    ...(firings > 0 && offset > 0
      ? [`Its jitter makes it start ${humanDuration(offset)} later, at ${when(judgment.instant + offset, why)}.`]
      : []),
  ];
}

/** Explains how to ask about the other of two times that look the same on the clock. */
function otherHour({ starts, length }: AskedTime, { instant }: ScheduleJudgment, { timezone }: Job): readonly string[] {
  if (starts.length < 2) return [];
  const other = starts.find((start) => instant < start || instant >= start + length);
  if (other === undefined) return [];
  const offset = localTime(other, timezone).split(' ').at(-1) ?? '';
  return [`The clock shows this time twice that day. For the other one, write it with ${offset}.`];
}

function ofEnding(ending: Ending, context: Context, why: Why): readonly string[] {
  switch (ending.event) {
    case 'run.finished':
      return describeRun(ending, context, why);
    case 'firing.skipped':
      return ofSkip(ending, context, why);
    case 'firing.missed':
      return describeMiss(ending, context, why);
  }
}

/** At most this many of the last lines are shown for a run that did not succeed. */
const MOST_LINES = 3;

function describeRun(run: RunFinished, { blocker }: Context, why: Why): readonly string[] {
  const { firing, latenessMs, attempts, at, outcome, outputTail, durationMs, node } = run;
  const late = latenessMs < SECOND ? 'on time' : `${humanDuration(latenessMs)} late`;
  const tries = attempts > 1 ? ` after ${attempts} attempts` : '';
  const due = dueInWords({ due: firing.scheduledFor, offset: why.job.offset }, why.zone);
  const began = `It began at ${when(startOfFinished(run), why)}${due}, ${late}`;
  const never = attempts === 0 ? 'It never began' : began;
  return [
    `${never}, and ${outcome.status === 'lost' ? `was found lost at ${when(at, why)}` : `ended at ${when(at, why)}${tries}, in ${humanDuration(durationMs)}`}.`,
    ...(node === undefined ? [] : [`It ran on ${node}.`]),
    ...lateBecause(run, blocker, why),
    ...killed(outcome),
    ...usedBy(run),
    ...linesOf(outcome, outputTail),
    ...fallbackInWords(run),
  ];
}

/** Returns the last lines of a command's output, unless the command succeeded. */
function linesOf({ status }: Outcome, outputTail = ''): readonly string[] {
  const lines = status === 'success' ? [] : outputTail.split('\n').slice(-MOST_LINES);
  return lines.filter((line) => line !== '').map((line) => `│ ${plainText(line)}`);
}

/** Says that a command outlived the SIGTERM of its timeout or cancellation. */
const killed = ({ status, signal }: Outcome): readonly string[] =>
  (status === 'timeout' || status === 'canceled') && signal === 'SIGKILL'
    ? ['SIGTERM did not end it in time, so SIGKILL did.']
    : [];

function fallbackInWords({ fallback }: RunFinished | FiringSkipped): readonly string[] {
  if (fallback === undefined) return [];
  return [`Its fallback ${describeFallback(fallback)}.`, ...linesOf(fallback.outcome, fallback.outputTail)];
}

function usedBy(run: RunFinished): readonly string[] {
  const used = describeUsage(run, run.outcome);
  return used === undefined ? [] : [`It used ${used}.`];
}

function lateBecause({ firing, latenessMs }: RunFinished, blocker: Context['blocker'], why: Why): readonly string[] {
  const { job } = why;
  if (latenessMs < SECOND) return [];
  if (firing.trigger === 'catch_up')
    return ['It was missed when it came due (downtime, suspension or a clock jump), and catch_up ran it later.'];
  if (blocker !== undefined) return [`It waited: ${blockerInWords(blocker, why)}.`];
  if (isRemoved(job)) return [];
  const group = job.group === undefined ? '' : `its group ${job.group}, `;
  return [`It waited for ${group}the overall limit (concurrency) or a busy machine.`];
}

/** Describes a run that delayed another: `its run mg1c2x3k of 02:00:00 was active from 02:00:00 to 03:20:11`. */
function blockerInWords(run: Ending | OpenRun, why: Why): string {
  const { firing, runId = '' } = run;
  const begun = when(
    startOfRun('event' in run ? { ending: run, open: undefined } : { ending: undefined, open: run }) ??
      firing.scheduledFor,
    why,
  );
  const until = 'at' in run ? `was active from ${begun} to ${when(run.at, why)}` : `has been active since ${begun}`;
  return `its run ${runId.slice(0, SHORT_ID)} of ${when(firing.scheduledFor, why)} ${until}`;
}

/** Part of a run id: its millisecond, which distinguishes the runs of one scheduler. */
const SHORT_ID = 8;

function ofSkip(skipped: FiringSkipped, context: Context, why: Why): readonly string[] {
  return [...skipBecause(skipped, context, why), ...fallbackInWords(skipped)];
}

function skipBecause({ reason }: FiringSkipped, context: Context, why: Why): readonly string[] {
  const { blocker, waiting, lastFailure, paused } = context;
  if (paused !== undefined) return [`The timer is still ${pauseInWords(paused, why)}.`];
  if (lastFailure !== undefined) {
    const { firing, failuresInARow, outcome } = lastFailure;
    const cause = causeOf(lastFailure) || outcome.status;
    return [
      `Its breaker was open: the run of ${when(firing.scheduledFor, why)} was its failure no. ${failuresInARow} in a row (${cause}).`,
    ];
  }
  if (reason !== 'overlap') return [];
  const told = blocker === undefined ? waitingInWords(waiting, why) : [`${capital(blockerInWords(blocker, why))}.`];
  if (isRemoved(why.job)) return told;
  const way =
    why.job.definition['overlap'] === '"queue"'
      ? 'overlap: queue keeps one firing waiting, not two.'
      : 'overlap: skip drops firings that come due during a run; queue keeps one waiting, allow runs both.';
  return [...told, way];
}

function waitingInWords(run: Context['waiting'], why: Why): readonly string[] {
  if (run === undefined) return [];
  const { firing, runId = '' } = run;
  const due = when(firing.scheduledFor, why);
  return [
    `Its run ${runId.slice(0, SHORT_ID)} of ${due} had not begun${isRemoved(why.job) ? '' : `: it waited for ${waitsFor(why.job)}`}.`,
  ];
}

const waitsFor = ({ group, command }: Job): string =>
  `${group === undefined ? '' : `its group ${group}, `}the overall limit (concurrency)${command.runOn === undefined ? '' : ' or a worker'}`;

/** Returns a sentence with a capital letter. */
export const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);

function describeMiss(missed: FiringMissed, { last, blocker }: Context, why: Why): readonly string[] {
  const { count = 1, firstScheduledFor: first, firing, at, reason } = missed;
  const others =
    count > 1
      ? [
          `It is one of ${count} in a row, from ${when(first ?? firing.scheduledFor, why)} to ${when(firing.scheduledFor, why)}.`,
        ]
      : [];
  switch (reason) {
    case 'downtime':
      return [...others, ...downtimeInWords(at, last, why), ...catchUpInWords(at, why)];
    case 'clock_jump':
      return [
        ...others,
        `The machine was suspended, or its clock was moved forward, until ${when(at, why)}.`,
        ...catchUpInWords(at, why),
      ];
    case 'stalled':
      return [
        ...others,
        `The scheduler was blocked until ${when(at, why)}; of several firings in a row, only the latest runs.`,
      ];
    case 'deadline':
      return [
        `Its deadline had passed at ${when(at, why)}.`,
        ...(blocker === undefined ? [] : [`${capital(blockerInWords(blocker, why))}.`]),
      ];
    case 'shutdown':
      return [`The scheduler was stopping at ${when(at, why)}, so it no longer started runs.`];
  }
}

/** Describes when nothing was recorded, because a scheduler may have been alive longer than its last record shows. */
function downtimeInWords(at: Instant, last: Ending | undefined, why: Why): readonly string[] {
  const since = last === undefined ? 'before' : `from ${when(last.at, why)} until`;
  return [`Nothing is recorded in ${why.state ?? 'its state'} ${since} ${when(at, why)}, when a scheduler started.`];
}

/** Describes what `catch_up` did with firings that had passed by `at`. */
function catchUpInWords(at: Instant, { job, judgment }: Why): readonly string[] {
  if (isRemoved(job)) return [];
  if (!hasCatchUp(job)) return ['catch_up is off: missed firings are reported, not run.'];
  return [`catch_up did not choose it, ${humanDuration(Math.max(0, at - judgment.instant))} after its time.`];
}

function ofOpenRun({ runId, startedAt, attempts, retryAt, pid, node, decided }: OpenRun, why: Why): readonly string[] {
  const process = pid === undefined ? '' : `, process ${pid}${node === undefined ? '' : ` on ${node}`}`;
  const began =
    startedAt === undefined
      ? `Run ${runId} has not begun.`
      : `Run ${runId} began at ${when(startedAt, why)}; ${decided ? 'its fallback' : `attempt ${attempts}`}${process}.`;
  return [began, ...(retryAt === undefined ? [] : [`It will be retried at ${when(retryAt, why)}.`])];
}

function ofComing({ paused }: Extract<Fate, { kind: 'coming' }>, why: Why): readonly string[] {
  return [
    ...(paused === undefined ? [] : [`The timer is ${pauseInWords(paused, why)}: it would be skipped.`]),
    ...(why.hasScheduler || why.state === undefined ? [] : [`No scheduler is running on ${why.state} now.`]),
  ];
}

const runHint = (runId: string | undefined, { historyCommand }: Why): readonly string[] =>
  runId === undefined ? [] : [`The full run: ${historyCommand} --run ${runId.slice(0, SHORT_ID)}`];
