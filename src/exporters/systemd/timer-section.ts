import type { Job } from '../../domain/job.js';
import { DAY, HOUR, MINUTE, SECOND, type Duration } from '../../domain/time.js';
import { formatLocal, parseTimestamp } from '../../schedules/index.js';
import { firstInstants, gridCalendars } from './grid-calendar.js';
import { onCalendarsOf } from './on-calendar.js';
import type { TimerKeys } from '../timer-keys.js';

/** The lines of `[Timer]` for the times, or why systemd cannot express them. */
export type TimerLines =
  { readonly lines: readonly string[]; readonly warnings: readonly string[] } | { readonly refusal: string };

/** Writes a time span in one unit, so that it means the same in systemd and here: `250ms`, `90s`, `5min`, `36h`. */
export function systemdSpan(length: Duration): string {
  const [name, unit] =
    (
      [
        ['h', HOUR],
        ['min', MINUTE],
        ['s', SECOND],
        ['ms', 1],
      ] as const
    ).find(([, one]) => length % one === 0 && length > 0) ?? (['ms', 1] as const);
  return `${length / unit}${name}`;
}

export function timerLines(job: Job, keys: TimerKeys): TimerLines {
  const when = scheduleLines(job, keys);
  if ('refusal' in when || !job.runAtStart) return when;
  const others = job.written.key === 'in' ? when.lines : when.lines.filter((line) => !line.startsWith('OnActiveSec='));
  return { ...when, lines: [...others, 'OnActiveSec=0'] };
}

function scheduleLines(job: Job, keys: TimerKeys): TimerLines {
  switch (job.written.key) {
    case 'cron':
      return cronLines(job, keys);
    case 'at':
      return pointLines(job, keys);
    case 'in':
      return { lines: [`OnActiveSec=${systemdSpan(job.schedule.length ?? 0)}`], warnings: [] };
    case 'every':
      return everyLines(job, keys);
    default:
      return { refusal: `systemd has no equivalent of "${job.written.key}".` };
  }
}

const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? (value as readonly string[]) : [String(value)];

function cronLines(job: Job, { cron }: TimerKeys): TimerLines {
  const { years, isCut } = yearsOf(job);
  const calendars = listOf(cron).map((one) => onCalendarsOf(one, { seed: job.name, years }));
  if (calendars.includes(undefined)) return { refusal: 'OnCalendar cannot express these days.' };
  return {
    lines: calendars.flatMap((some) => some ?? []).map((calendar) => `OnCalendar=${calendar} ${job.timezone}`),
    warnings: isCut ? ['not_before and not_after are left out: OnCalendar has only whole years.'] : [],
  };
}

/** Returns the years of a window: `2027..2028` for whole local years. */
function yearsOf({ window: { notBefore, notAfter }, timezone }: Job): {
  readonly years: string;
  readonly isCut: boolean;
} {
  if (notBefore === undefined && notAfter === undefined) return { years: '*', isCut: false };
  const first = notBefore === undefined ? `1970${YEAR_START}` : formatLocal(notBefore, timezone);
  const last = notAfter === undefined ? `2199${YEAR_END}` : formatLocal(notAfter, timezone);
  if (first.slice(4, 19) !== YEAR_START || last.slice(4, 19) !== YEAR_END) return { years: '*', isCut: true };
  const [from, until] = [first.slice(0, 4), last.slice(0, 4)];
  return { years: from === until ? from : `${from}..${until}`, isCut: false };
}

const YEAR_START = '-01-01T00:00:00';
const YEAR_END = '-12-31T23:59:59';

function pointLines(job: Job, { at }: TimerKeys): TimerLines {
  const instants = listOf(at).map((text) => parseTimestamp(text, job.timezone).instant);
  const lines = instants.map((instant) => {
    const local = formatLocal(instant, job.timezone)
      .slice(0, 23)
      .replace('T', ' ')
      .replace(/\.000$/, '');
    return `OnCalendar=${local} ${job.timezone}`;
  });
  return { lines, warnings: [] };
}

function everyLines(job: Job, { every }: TimerKeys): TimerLines {
  const { schedule } = job;
  const { length } = schedule;
  if (schedule.fromEnd && length !== undefined) {
    const span = systemdSpan(length);
    return { lines: [`OnActiveSec=${span}`, `OnUnitInactiveSec=${span}`], warnings: [] };
  }
  const isLocal = typeof every === 'object' && every !== null && 'at' in every;
  const calendars = isLocal ? localDays(job) : gridCalendars(schedule);
  if (calendars !== undefined) {
    const lines = calendars.map((calendar) => `OnCalendar=${calendar}`);
    return { lines: [...lines, `X-Every=${everyText(every)}`], warnings: [] };
  }
  if (length === undefined) return { refusal: 'systemd cannot count days or weeks at a local time.' };
  const span = systemdSpan(length);
  const warning = 'The interval counts from the last start, so its times drift. In timers they follow a fixed grid.';
  return { lines: [`OnActiveSec=${span}`, `OnUnitActiveSec=${span}`], warnings: [warning] };
}

/** Writes the value of X-Every: `90min`, or JSON for a map. systemd ignores X-Every, and `timers import` reads it. */
function everyText(every: unknown): string {
  const span = (value: unknown): string => (typeof value === 'number' ? systemdSpan(value) : String(value));
  if (typeof every !== 'object' || every === null) return span(every);
  return JSON.stringify(Object.fromEntries(Object.entries(every).map(([key, value]) => [key, span(value)])));
}

/** Returns the calendar for a local time of each day, or of one day of the week. */
function localDays({ schedule, timezone }: Job): readonly string[] | undefined {
  const [first, second, third] = firstInstants(schedule, 3);
  if (first === undefined || second === undefined || third === undefined) return undefined;
  const days = Math.round((third - first) / DAY / 2);
  const local = formatLocal(first, timezone);
  const weekday = new Date(`${local.slice(0, 10)}T00:00Z`).toUTCString().slice(0, 3);
  if (days !== 1 && days !== 7) return undefined;
  return [`${days === 7 ? `${weekday} ` : ''}*-*-* ${local.slice(11, 19)} ${timezone}`];
}
