import { Chalk, type ChalkInstance } from 'chalk';
import { commandLine } from '../../domain/command.js';
import type { Job } from '../../domain/job.js';
import type { JobMemory, JobRecord } from '../../domain/ledger.js';
import { toTimestamp, type Duration, type Instant } from '../../domain/time.js';
import { jsonText } from '../../domain/visible.js';
import { nextInWindow } from '../../engine/plan-due.js';
import { humanDuration } from '../../sinks/index.js';
import type { Terminal } from '../terminal.js';
import { shortLocalTime } from './firings.js';
import { scheduleInWords } from './schedule-words.js';
import { outcomeCell } from './outcome.js';
import { renderColumns, type TableCell } from './table.js';
import { harmless } from './terminal-text.js';

interface Printing {
  readonly terminal: Terminal;
  readonly now: Instant;
  readonly asJson: boolean;
  /** What is remembered of them; absent where there is no history. */
  readonly remembered: ReadonlyMap<string, JobRecord> | undefined;
}

/** Prints the timers of a file, as a table or an object a line. */
export function printJobs(jobs: readonly Job[], { terminal, now, asJson, remembered }: Printing): void {
  const memoryOf: MemoryOf = ({ name }) => remembered?.get(name)?.memory;
  if (asJson) {
    for (const job of jobs) terminal.out(jsonText(toJson(job, memoryOf(job), now)));
    return;
  }
  const chalk = new Chalk({ level: terminal.color.out ? 1 : 0 });
  const [first = '', ...lines] = tableOf(jobs, { terminal, now, memoryOf, chalk });
  terminal.outPainted(chalk.dim(first), ...lines);
}

type MemoryOf = (job: Job) => JobMemory | undefined;

/** More of a description is for `--json`. */
const WIDEST_DESCRIPTION = 40;

/** A job's description and its tags: `the nightly one #db #nightly`, on one line. */
function about({ description = '', tags }: Job): string {
  const words = [description.replace(/\s+/g, ' ').trim(), ...tags.map((tag) => `#${tag}`)];
  const text = harmless(words.filter((word) => word !== '').join(' '));
  return text.length > WIDEST_DESCRIPTION ? `${text.slice(0, WIDEST_DESCRIPTION - 1)}…` : text;
}

/** When one is due that no file has stands under NEXT; what it does, nowhere else. */
const scheduleOf = (job: Job): string =>
  job.adHoc === undefined ? scheduleInWords(job) : harmless(`once: ${commandLine(job.command)}`);

const nextOf = (job: Job, now: Instant): Instant | undefined => (job.enabled ? nextInWindow(job, now) : undefined);

function toJson(job: Job, memory: JobMemory | undefined, now: Instant) {
  const next = nextOf(job, now);
  return {
    task_name: job.name,
    schedule: scheduleInWords(job),
    schedule_kind: job.written.key,
    schedule_written: job.written.text,
    timezone: job.timezone,
    enabled: job.enabled,
    next_at: next === undefined ? null : toTimestamp(next),
    last_status: memory?.lastStatus ?? null,
    last_finished_at: memory?.lastFinishedAt === undefined ? null : toTimestamp(memory.lastFinishedAt),
    ...(job.description !== undefined && { description: job.description }),
    ...(job.tags.length > 0 && { tags: job.tags }),
    ...(job.adHoc !== undefined && { ad_hoc: { command: commandLine(job.command) } }),
  };
}

/** On a narrow terminal SCHEDULE comes before IN, which NEXT says as well. */
const LAYOUT = { flexible: ['SCHEDULE', 'NAME'], spared: ['IN'], rooms: { SCHEDULE: 20 } };
const DESCRIBED = {
  flexible: ['DESCRIPTION', 'SCHEDULE', 'NAME'],
  spared: ['DESCRIPTION', 'IN'],
  rooms: { DESCRIPTION: 16 },
};

function tableOf(
  jobs: readonly Job[],
  {
    terminal: { width },
    now,
    memoryOf,
    chalk,
  }: Pick<Printing, 'terminal' | 'now'> & { memoryOf: MemoryOf; chalk: ChalkInstance },
): string[] {
  const next = jobs.map((job) => nextOf(job, now));
  const columns = [
    { head: 'NAME', cells: jobs.map(({ name }) => name) },
    { head: 'SCHEDULE', cells: jobs.map(scheduleOf) },
    { head: 'NEXT', cells: jobs.map((job, index) => nextInWords(job, next[index], now)) },
    { head: 'IN', cells: next.map((instant) => (instant === undefined ? '' : humanDuration(instant - now))) },
    { head: 'LAST', cells: jobs.map((job) => lastOf(memoryOf(job), now, chalk)) },
    { head: 'DESCRIPTION', cells: jobs.map(about) },
  ];
  const isDescribed = jobs.some((job) => about(job) !== '');
  return renderColumns(columns, { width, ...(isDescribed ? DESCRIBED : LAYOUT) });
}

function nextInWords(job: Job, next: Instant | undefined, now: Instant): string {
  if (!job.enabled) return 'disabled';
  return next === undefined ? 'never' : shortLocalTime(next, job.timezone, now);
}

/** `success 3 h ago`. */
function lastOf(memory: JobMemory | undefined, now: Instant, chalk: ChalkInstance): TableCell {
  if (memory?.lastStatus === undefined || memory.lastFinishedAt === undefined) return '';
  const { text: word, paint } = outcomeCell(memory.lastStatus, chalk);
  return {
    text: `${word} ${roughly(now - memory.lastFinishedAt)} ago`,
    paint: (text) => paint(text.slice(0, word.length)) + text.slice(word.length),
  };
}

/** A duration in its first unit alone. */
const roughly = (duration: Duration): string => humanDuration(Math.max(0, duration)).split(' ', 2).join(' ');
