import { Chalk } from 'chalk';
import type { Job } from '../../domain/job.js';
import { toTimestamp, type Instant } from '../../domain/time.js';
import { nextInWindow } from '../../engine/plan-due.js';
import type { Terminal } from '../terminal.js';
import { fromNow, shortLocalTime } from './firings.js';
import { scheduleInWords } from './schedule-words.js';
import { renderTable } from './table.js';
import { harmless } from './terminal-text.js';

interface Printing {
  readonly terminal: Terminal;
  readonly now: Instant;
  readonly asJson: boolean;
}

/** Prints the timers of a file, as a table or an object a line. */
export function printJobs(jobs: readonly Job[], { terminal, now, asJson }: Printing): void {
  if (asJson) {
    for (const job of jobs) terminal.out(JSON.stringify(toJson(job, now)));
    return;
  }
  const chalk = new Chalk({ level: terminal.color.out ? 1 : 0 });
  const rows = [['NAME', 'SCHEDULE', 'NEXT'], ...jobs.map((job) => toRow(job, now))];
  const [first = '', ...lines] = renderTable(describedRows(rows, ['DESCRIPTION', ...jobs.map(about)], terminal.width), {
    width: terminal.width,
    flexible: 1,
  });
  terminal.out(chalk.dim(first));
  for (const line of lines) terminal.out(line);
}

/** Less of a description than this says nothing. */
const NARROWEST_DESCRIPTION = 16;

/** Adds the descriptions as a last column, cut to what the others leave free; none where no timer has one, or too little is free. */
function describedRows(
  rows: readonly (readonly string[])[],
  descriptions: readonly string[],
  width: number,
): readonly (readonly string[])[] {
  const taken = Math.max(...renderTable(rows, { width, flexible: 1 }).map((line) => line.length));
  const free = width - taken - 2;
  if (free < NARROWEST_DESCRIPTION || descriptions.slice(1).every((text) => text === '')) return rows;
  return rows.map((row, index) => [...row, clipTo(free, descriptions[index] ?? '')]);
}

const clipTo = (width: number, text: string): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

/** A job's description and its tags: `the nightly one #db #nightly`, on one line. */
const about = ({ description = '', tags }: Job): string =>
  harmless(
    [description.replace(/\s+/g, ' ').trim(), ...tags.map((tag) => `#${tag}`)].filter((text) => text !== '').join(' '),
  );

const nextOf = (job: Job, now: Instant): Instant | undefined => (job.enabled ? nextInWindow(job, now) : undefined);

function toJson(job: Job, now: Instant) {
  const next = nextOf(job, now);
  return {
    task_name: job.name,
    schedule: scheduleInWords(job),
    timezone: job.timezone,
    enabled: job.enabled,
    next_at: next === undefined ? null : toTimestamp(next),
    last_status: null,
    last_finished_at: null,
    ...(job.description !== undefined && { description: job.description }),
    ...(job.tags.length > 0 && { tags: job.tags }),
  };
}

function toRow(job: Job, now: Instant): string[] {
  const next = nextOf(job, now);
  const coming = next === undefined ? 'never' : `${shortLocalTime(next, job.timezone, now)} (${fromNow(next, now)})`;
  return [job.name, scheduleInWords(job), job.enabled ? coming : 'disabled'];
}
