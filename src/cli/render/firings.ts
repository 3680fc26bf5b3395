import { DAY, HOUR, SECOND, toTimestamp, type Duration, type Instant } from '../../domain/time.js';
import { jsonText } from '../../text/visible.js';
import { formatLocal, localTime } from '../../schedules/index.js';
import { humanDuration } from '../../domain/human-duration.js';
import type { UpcomingFiring } from '../../engine/upcoming-firings.js';
import type { Job } from '../../domain/job.js';
import { tableWidth, type Terminal } from '../terminal.js';
import { renderTable } from './table.js';
import { columnsOf } from './cells.js';

interface Printing {
  readonly terminal: Terminal;
  readonly now: Instant;
  readonly asJson: boolean;
}

/** How many rows are laid out together. Further rows are printed in further tables. */
const PAGE = 200;

/** Prints upcoming firings, as a table or one object per line. */
export function printFirings(firings: Iterable<UpcomingFiring>, { terminal, now, asJson }: Printing): void {
  if (asJson) {
    for (const firing of firings) terminal.out(jsonText(toJson(firing)));
    return;
  }
  let page: UpcomingFiring[] = [];
  let isEmpty = true;
  const unnamed = new Set<Job>();
  const flush = () => {
    const { lines, hasZones } = tableOf(page, now, tableWidth(terminal));
    terminal.out(...lines);
    if (!hasZones) for (const { job } of page) unnamed.add(job);
    page = [];
  };
  for (const firing of firings) {
    isEmpty = false;
    page.push(firing);
    if (page.length === PAGE) flush();
  }
  flush();
  if (unnamed.size > 0) terminal.err(zonesInWords(unnamed));
  if (isEmpty) terminal.err('No upcoming firings.');
}

const toJson = ({ job, scheduledFor, startsAt }: UpcomingFiring) => ({
  task_name: job.name,
  scheduled_at: toTimestamp(scheduledFor),
  starts_at: toTimestamp(startsAt),
  local_time: formatLocal(scheduledFor, job.timezone),
  timezone: job.timezone,
});

/**
 * Renders firings: `Mon 2026-11-23 03:04:12 +01:00  Europe/Berlin  backup  in 17 h, due 03:00:00`. Zones are left out
 * if a line would be too long.
 */
function tableOf(page: readonly UpcomingFiring[], now: Instant, width: number) {
  const rows = page.map((firing) => toRow(firing, now));
  const whole = renderTable(rows, { width: Infinity, flexible: [] });
  if (whole.every((line) => columnsOf(line) <= width)) return { lines: whole, hasZones: true };
  const unnamed = rows.map(([time = '', , ...rest]) => [time, ...rest]);
  return { lines: renderTable(unnamed, { width, flexible: [1] }), hasZones: false };
}

function toRow({ job, scheduledFor, startsAt }: UpcomingFiring, now: Instant): readonly string[] {
  const due = dueInWords({ due: scheduledFor, offset: startsAt - scheduledFor }, job.timezone);
  return [
    localTime(shownStart(scheduledFor, job.offset), job.timezone),
    job.timezone,
    job.name,
    fromNow(startsAt, now) + due,
  ];
}

/** Names the zones of times that show only an offset. */
export function zonesInWords(jobs: Iterable<Pick<Job, 'timezone'>>): string {
  const zones = [...new Set(Array.from(jobs, ({ timezone }) => timezone))];
  return `Times are in ${zones.length > 1 ? 'the zone of each timer: ' : ''}${zones.join(', ')}.`;
}

/** A nominal instant, and the jitter added to it. */
interface Start {
  readonly due: Instant;
  readonly offset: Duration;
}

/** Returns the start to show, without the milliseconds that jitter adds, because they are noise. */
function shownStart(due: Instant, offset: Duration): Instant {
  const start = due + offset;
  return offset < SECOND ? start : start - (start % SECOND);
}

/**
 * Returns `, due 03:00:00` if jitter moves the start, with the date if that differs. Otherwise, returns an empty text.
 */
export function dueInWords({ due, offset }: Start, timezone: string): string {
  if (offset === 0) return '';
  const [nominal, start] = [formatLocal(due, timezone), formatLocal(due + offset, timezone)];
  const date = nominal.slice(0, 10) === start.slice(0, 10) ? '' : `${nominal.slice(0, 10)} `;
  return `, due ${date}${nominal.slice(11, 19)}`;
}

/** Formats the actual start, and the nominal time if jitter moves it: `Sun 03:04:12 +01:00, due 03:00:00`. */
export const startInWords = (start: Start, timezone: string, now: Instant): string =>
  shortLocalTime(shownStart(start.due, start.offset), timezone, now) + dueInWords(start, timezone);

/** Like {@link startInWords}, with the date. */
export const fullStartInWords = (start: Start, timezone: string): string =>
  localTime(shownStart(start.due, start.offset), timezone) + dueInWords(start, timezone);

/** Like {@link localTime}, but shorter: less than 6 days from now, the weekday replaces the date. */
export function shortLocalTime(instant: Instant, timezone: string, now: Instant): string {
  const [weekday = '', date = '', ...rest] = localTime(instant, timezone).split(' ');
  return [Math.abs(instant - now) < 6 * DAY ? weekday : date, ...rest].join(' ');
}

/** Formats an instant relative to now: `in 17 h`, `now`, `3 min ago`. */
export function fromNow(instant: Instant, now: Instant): string {
  if (instant === now) return 'now';
  return instant > now ? `in ${humanDuration(instant - now)}` : `${humanDuration(now - instant)} ago`;
}

/** Returns whether an instant is so near, less than 12 h ahead, that the time of day alone identifies it. */
export const isSoon = (instant: Instant, now: Instant): boolean => instant - now < 12 * HOUR;
