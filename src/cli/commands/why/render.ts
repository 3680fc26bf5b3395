import { Chalk, type ChalkInstance } from 'chalk';
import type { Job } from '../../../domain/job.js';
import { toTimestamp, type Instant } from '../../../domain/time.js';
import { jsonText } from '../../../text/visible.js';
import { clockTime, formatLocal, localTime, scheduleInWords } from '../../../schedules/index.js';
import type { Fate } from './recorded.js';
import type { Why } from './why-timer.js';
import { fromNow, fullStartInWords } from '../../render/firings.js';
import { toJson as endingToJson } from '../../render/history.js';
import { openWord, outcomeCell } from '../../render/outcome.js';
import { separated } from '../../render/separated.js';
import { renderColumns, type TableCell } from '../../render/table.js';
import { harmless, wrap } from '../../render/cells.js';
import { isRemoved } from './removed.js';
import { clockInWords, fieldRows, obstacleInWords } from './schedule-in-words.js';
import { capital, fateInWords, reasonsOf, remarksOf } from './words.js';
import { tableWidth, type Terminal } from '../../terminal.js';

/** Prints why a timer did or did not run: the answer, the reasons, the fields, the nearest firings; or one object. */
export function printWhy(
  why: Why,
  { terminal, asJson }: { readonly terminal: Terminal; readonly asJson: boolean },
): void {
  if (asJson) {
    terminal.out(jsonText(toJson(why)));
    return;
  }
  const { width } = terminal;
  const chalk = new Chalk({ level: terminal.color.out ? 1 : 0 });
  const { job, now, judgment } = why;
  const said = (text: string) => (text.startsWith('│') ? [harmless(text)] : wrap(harmless(text), width, '  '));
  const blocks = [
    [
      chalk.bold(`${job.name}  ${timeAskedAbout(why)}  ${fromNow(judgment.instant, now)}`),
      ...painted(said(answerOf(why)), why, chalk),
    ],
    behind(why).flatMap(said),
    isRemoved(job)
      ? []
      : [...wrap(harmless(scheduleLine(job)), width, '  '), ...tableOf(why, tableWidth(terminal), chalk)],
    neighbours(why),
  ];
  terminal.outPainted(...separated(blocks.filter((lines) => lines.length > 0)));
}

/** Formats the time asked about. A time in a gap has no offset. */
function timeAskedAbout({ asked, judgment, zone, job: { timezone } }: Why): string {
  if (zone !== timezone) return `${localTime(judgment.instant, zone)} ${zone}`;
  if (!asked.isInGap) return localTime(judgment.instant, timezone);
  return `${localTime(judgment.instant, timezone).slice(0, 14)} ${clockTime(asked.wall)}`;
}

/** Returns whether the schedule fires at that time, or did so in the scheduler that recorded the firing. */
function isFiring({ judgment: { obstacles }, fate }: Why): boolean {
  if (obstacles.length === 0) return true;
  const trigger = triggerOf(fate);
  return trigger === 'schedule' || trigger === 'catch_up';
}

function triggerOf(fate: Fate | undefined) {
  if (fate?.kind === 'ended') return fate.ending.firing.trigger;
  return fate?.kind === 'open' ? fate.run.firing.trigger : undefined;
}

const hasRun = (fate: Fate | undefined): boolean => fate?.kind === 'ended' && fate.ending.event === 'run.finished';

/** Returns the answer: what happened and, for a time that is not a firing, why not. */
function answerOf(why: Why): string {
  const { judgment, fate, job } = why;
  const fateWords = fate === undefined ? '' : fateInWords(fate, why);
  if (isRemoved(job)) return answerOfRemoved(why, fateWords);
  const firing = `A firing, ${hasRun(fate) ? 'and ' : ''}${fateWords}.`;
  const obstacles = judgment.obstacles.map((obstacle) => obstacleInWords(obstacle, why)).join('; ');
  if (judgment.obstacles.length === 0 || (isFiring(why) && job.schedule.countsElapsed)) return firing;
  if (isFiring(why)) return `${firing} With the current file, it would not fire: ${obstacles}.`;
  return fate === undefined
    ? `No firing: ${obstacles}.`
    : `No firing by its schedule, but ${fateWords}. The schedule: ${obstacles}.`;
}

/** Returns the answer about a timer that is not in the file: only what is recorded. */
function answerOfRemoved(why: Why, fateWords: string): string {
  const because = obstacleInWords('removed', why);
  const what = fateWords === '' ? 'nothing is recorded for that time' : fateWords;
  return `${capital(what)}. ${capital(because)}.`;
}

/** The reasons behind the answer. */
const behind = (why: Why): readonly string[] => [
  ...(why.fate ? reasonsOf(why.fate, why) : []),
  ...remarksOf(why),
  ...clockInWords(why.judgment, why.job),
];

/** Colors the word for the outcome. */
function painted(lines: readonly string[], why: Why, chalk: ChalkInstance): readonly string[] {
  const word = wordOf(why);
  if (word === undefined) return lines;
  const { paint } = outcomeCell(word, chalk);
  const [first = '', ...rest] = lines;
  return [first.replace(word, () => paint(word)), ...rest];
}

function wordOf({ fate, hasScheduler }: Why) {
  if (fate?.kind === 'open') return openWord(fate.run, hasScheduler);
  if (fate?.kind !== 'ended') return undefined;
  const { ending } = fate;
  if (ending.event === 'run.finished') return ending.outcome.status;
  return ending.event === 'firing.missed' ? 'missed' : 'skipped';
}

/** Renders the schedule as written, and in words. */
function scheduleLine(job: Job): string {
  const { key, text } = job.written;
  const isGrid = key === 'every' && job.schedule.intervalLike && job.schedule.fromEnd === undefined;
  const says = key === 'cron' ? ` (${scheduleInWords(job)})` : isGrid ? ', counted from 1970-01-01 00:00 UTC' : '';
  const isLocal = key === 'every' ? !job.schedule.intervalLike : job.schedule.countsElapsed === undefined;
  return `${key}: ${text}${says}${isLocal ? `, in ${job.timezone}` : ''}`;
}

/**
 * Renders the fields of the schedule's expressions next to what the clock shows at that time. Empty without
 * expressions.
 */
function tableOf({ judgment }: Why, width: number, chalk: ChalkInstance): readonly string[] {
  const rows = fieldRows(judgment);
  if (rows.length === 0) return [];
  const heads = ['FIELD', 'WRITTEN', 'MEANS', clockTime(judgment.wall), 'MATCHES'];
  const columns = heads.map((head, column) => ({ head, cells: rows.map((row) => cellOf(row[column] ?? '', chalk)) }));
  const [head = '', ...lines] = renderColumns(columns, {
    width: width - 2,
    flexible: ['MEANS', 'FIELD', 'WRITTEN'],
    spared: [],
    rooms: {},
  });
  return [`  ${chalk.dim(head)}`, ...lines.map((line) => `  ${line}`)];
}

const cellOf = (text: string, chalk: ChalkInstance): TableCell =>
  text === 'no' ? { text, paint: chalk.yellow } : text;

/** Returns the next firing of the schedule; `undefined` if no scheduler will fire it. */
const afterOf = ({ judgment: { after }, isDone, now }: Why): Instant | undefined =>
  isDone && after !== undefined && after > now ? undefined : after;

function neighbours(why: Why): readonly string[] {
  const {
    judgment: { before },
    job,
    now,
    zone,
  } = why;
  const line = (label: string, instant: Instant | undefined) =>
    instant === undefined
      ? []
      : [
          `${label}  ${fullStartInWords({ due: instant, offset: job.offset }, zone)}  ${fromNow(instant + job.offset, now)}`,
        ];
  const lines = [...line('previous firing', before), ...line('next firing    ', afterOf(why))];
  return job.enabled ? lines : [];
}

function toJson(why: Why) {
  const { job, judgment, asked, fate } = why;
  const { instant, obstacles, expressions, before } = judgment;
  const at = (time: Instant | undefined) => (time === undefined ? null : toTimestamp(time));
  return {
    task_name: job.name,
    scheduled_at: toTimestamp(instant),
    starts_at: isFiring(why) ? toTimestamp(instant + job.offset) : null,
    local_time: asked.isInGap ? null : formatLocal(instant, job.timezone),
    timezone: job.timezone,
    is_firing: isFiring(why),
    answer: answerOf(why),
    reasons: behind(why),
    obstacles,
    expressions,
    previous_at: at(before),
    next_at: at(afterOf(why)),
    outcome: fate === undefined ? null : fateToJson(fate),
  };
}

/** Returns what happened to a firing, as JSON. `state`: its progress. `record`: its log record. */
function fateToJson(fate: Fate) {
  switch (fate.kind) {
    case 'ended':
      return { state: 'ended', record: endingToJson(fate.ending) };
    case 'open':
      return { state: 'open', run_id: fate.run.runId, ...(fate.run.node !== undefined && { node: fate.run.node }) };
    case 'coming':
      return { state: 'coming' };
    case 'unrecorded':
      return { state: 'unrecorded', cause: fate.cause };
  }
}
