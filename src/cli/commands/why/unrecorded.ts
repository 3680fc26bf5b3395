import { humanDuration } from '../../../domain/human-duration.js';
import type { Job } from '../../../domain/job.js';
import { statusOf } from '../../../domain/ledger.js';
import { causeOf } from '../../../domain/outcome-cause.js';
import type { Instant } from '../../../domain/time.js';
import { localTime } from '../../../schedules/index.js';
import { pauseInWords } from './pause.js';
import type { Fate, Nearby } from './recorded.js';
import { when } from './when.js';
import type { Why } from './why-timer.js';

type Unrecorded = Extract<Fate, { kind: 'unrecorded' }>;

/** Describes why nothing is recorded for a firing, and what is recorded near it, one sentence each. */
export const unrecordedInWords = (fate: Unrecorded, why: Why): readonly string[] => [
  ...causeInWords(fate, why),
  ...silenceInWords(fate, why),
  ...lastInWords(fate, why),
];

function causeInWords({ cause, nearby }: Unrecorded, why: Why): readonly string[] {
  const {
    state = 'its state',
    hasScheduler,
    job,
    retention: { keep, runs },
  } = why;
  const reloadHint = hasScheduler
    ? ' The running scheduler has not read the file since it was changed: send SIGHUP, or restart it.'
    : '';
  switch (cause) {
    case 'no-history':
      return [why.noHistory ?? ''];
    case 'unknown-timer':
      return [`No scheduler on ${state} has ever had this timer.${reloadHint}`];
    case 'other-schedule':
      return [`The last scheduler on ${state} had this timer with another schedule, or disabled.${reloadHint}`];
    case 'done':
      return [`max_runs: ${job.window.maxRuns ?? 0} was reached; no scheduler fires it anymore.`];
    case 'not-considered':
      return [
        hasScheduler ? `The scheduler that runs on ${state} has not processed it yet.` : notYet(state, nearby, why),
      ];
    case 'let-go':
      return [
        `Outcomes are kept for ${humanDuration(keep)}, up to ${runs} for each timer: one from that time is no longer kept.`,
      ];
    case 'before-its-time':
      return [`The timer was added to ${state}, or given this schedule, only after that time.`];
  }
}

function notYet(state: string, { seenAt, held }: Nearby, why: Why): string {
  const { job, now } = why;
  const { instant, after = Infinity } = why.judgment;
  const passed = after > now ? [instant] : [instant, after];
  const isChosen = job.misfire.select(passed, now).includes(instant);
  const way = isChosen
    ? chosenInWords(held, why)
    : `The next start will report it as missed: catch_up ${hasCatchUp(job) ? 'does not choose it' : 'is off'}.`;
  return `No scheduler has run on ${state} since${seenAt === undefined ? '' : ` ${when(seenAt, why)}`}. ${way}`;
}

/** Describes what a start does with a firing that `catch_up` chooses. */
function chosenInWords(held: Nearby['held'], why: Why): string {
  if (held === undefined) return 'If you start one now, catch_up runs it.';
  const is = held === 'breaker' ? 'Its breaker is open' : `The timer is ${pauseInWords(held, why)}`;
  return `${is}, so a scheduler started now would skip it, despite catch_up.`;
}

/**
 * Describes the outcomes around the firing, unless it is known when a scheduler was last seen, which is more useful.
 */
function silenceInWords({ cause, nearby: { before, after, seenAt } }: Unrecorded, why: Why): readonly string[] {
  if (cause === 'not-considered' && seenAt !== undefined) return [];
  const where = `Nothing is recorded for any timer in ${why.state ?? 'its state'}`;
  if (before === undefined) return after === undefined ? [] : [`${where} before ${when(after, why)}.`];
  return after === undefined
    ? [`${where} after ${when(before, why)}.`]
    : [
        `${where} between ${when(before, why)} and ${when(after, why)}: no scheduler ran, or it kept its state elsewhere.`,
      ];
}

/** Describes the latest outcome of the timer, and shows the command that explains it. */
function lastInWords({ nearby: { last } }: Unrecorded, why: Why): readonly string[] {
  if (last === undefined) return [];
  const due = last.firing.scheduledFor;
  const cause = causeOf(last);
  const what = `${when(due, why)}, ${statusOf(last)}${cause === '' ? '' : `, ${cause}`}`;
  return [`The last recorded firing: ${what} (${why.whyCommand} --at ${writtenTime(due, why)}).`];
}

/** Formats a time for `--at`. For today, only the time of day. */
function writtenTime(instant: Instant, { atZone, now }: Why): string {
  const [, date = '', time = '', offset = ''] = localTime(instant, atZone).split(' ');
  const clock = time.slice(0, 8);
  return date === localTime(now, atZone).split(' ')[1] ? clock : `'${date} ${clock} ${offset}'`;
}

/** Returns whether missed firings of a timer may run later. */
export const hasCatchUp = ({ definition }: Job): boolean => (definition['catch_up'] ?? 'false') !== 'false';
