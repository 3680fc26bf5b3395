import { Chalk } from 'chalk';
import type { Job } from '../../domain/job.js';
import { toTimestamp, type Instant } from '../../domain/time.js';
import { nextInWindow } from '../../engine/plan-due.js';
import type { Terminal } from '../terminal.js';
import { fromNow, shortLocalTime } from './firings.js';
import { scheduleInWords } from './schedule-words.js';
import { renderTable } from './table.js';

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
  const head = ['NAME', 'SCHEDULE', 'NEXT'];
  const [first = '', ...lines] = renderTable([head, ...jobs.map((job) => toRow(job, now))], {
    width: terminal.width,
    flexible: 1,
  });
  terminal.out(chalk.dim(first));
  for (const line of lines) terminal.out(line);
}

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
  };
}

function toRow(job: Job, now: Instant): string[] {
  const next = nextOf(job, now);
  const coming = next === undefined ? 'never' : `${shortLocalTime(next, job.timezone, now)} (${fromNow(next, now)})`;
  return [job.name, scheduleInWords(job), job.enabled ? coming : 'disabled'];
}
