import { DAY, toTimestamp, type Instant } from '../../domain/time.js';
import { jsonText } from '../../domain/visible.js';
import { formatLocal } from '../../schedules/index.js';
import { humanDuration } from '../../sinks/index.js';
import type { ComingFiring } from '../coming-firings.js';
import type { Terminal } from '../terminal.js';
import { renderTable } from './table.js';

interface Printing {
  readonly terminal: Terminal;
  readonly now: Instant;
  readonly asJson: boolean;
}

/** How many rows share their column widths; more are printed as they come. */
const PAGE = 200;

/** Prints coming firings, as a table or an object a line. */
export function printFirings(firings: Iterable<ComingFiring>, { terminal, now, asJson }: Printing): void {
  if (asJson) {
    for (const firing of firings) terminal.out(jsonText(toJson(firing)));
    return;
  }
  let page: ComingFiring[] = [];
  let isEmpty = true;
  const flush = () => {
    const rows = page.map((firing) => toRow(firing, now));
    const lines = renderTable(rows, { width: terminal.width, flexible: [1] });
    terminal.out(...lines);
    page = [];
  };
  for (const firing of firings) {
    isEmpty = false;
    page.push(firing);
    if (page.length === PAGE) flush();
  }
  flush();
  if (isEmpty) terminal.err('Nothing is to come.');
}

const toJson = ({ job, scheduledFor }: ComingFiring) => ({
  task_name: job.name,
  scheduled_at: toTimestamp(scheduledFor),
  local_time: formatLocal(scheduledFor, job.timezone),
  timezone: job.timezone,
});

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `Mon 2026-11-23 03:00:00 +01:00  Europe/Berlin  backup  in 17 h`. */
function toRow({ job, scheduledFor }: ComingFiring, now: Instant): string[] {
  return [localTime(scheduledFor, job.timezone), job.timezone, job.name, fromNow(scheduledFor, now)];
}

/** A local time as people read it, with weekday and offset; milliseconds only where there are any. */
export function localTime(instant: Instant, timezone: string): string {
  const local = formatLocal(instant, timezone);
  const weekday = WEEKDAYS[new Date(`${local.slice(0, 10)}T00:00:00Z`).getUTCDay()] ?? '';
  const fraction = local.slice(19, 23) === '.000' ? '' : local.slice(19, 23);
  return `${weekday} ${local.slice(0, 10)} ${local.slice(11, 19)}${fraction} ${local.slice(23)}`;
}

/** As {@link localTime}, shorter: within the week the weekday stands for the date. */
export function shortLocalTime(instant: Instant, timezone: string, now: Instant): string {
  const [weekday = '', date = '', ...rest] = localTime(instant, timezone).split(' ');
  return [Math.abs(instant - now) < 6 * DAY ? weekday : date, ...rest].join(' ');
}

/** `in 17 h`, `now`, `3 min ago`. */
export function fromNow(instant: Instant, now: Instant): string {
  if (instant === now) return 'now';
  return instant > now ? `in ${humanDuration(instant - now)}` : `${humanDuration(now - instant)} ago`;
}
