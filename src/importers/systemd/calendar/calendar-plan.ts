import type { Instant } from '../../../domain/time.js';
import { formatLocal } from '../../../schedules/index.js';
import { isReadableCron } from '../../readable-cron.js';
import { CalendarElapses } from './elapses.js';
import { HOURS, MICROSECONDS, MINUTES, SECONDS, valuesOf, YEARS, type CalendarSpec } from './calendar-spec.js';
import { cronOf } from './cron-of.js';
import { runsOfValues } from './fields.js';
import { CalendarError } from './parse-calendar.js';

/** The result of one `OnCalendar=`. */
export type CalendarPlan =
  | { readonly kind: 'cron'; readonly cron: string; readonly window: YearSpan; readonly cutsFractions: boolean }
  /** Local times of the zone. */
  | { readonly kind: 'at'; readonly at: readonly string[] }
  /** In milliseconds. */
  | { readonly kind: 'every'; readonly interval: number; readonly offset: number };

/** The years of a timer, as `not_before` and `not_after`: local times. */
export interface YearSpan {
  readonly notBefore?: string;
  readonly notAfter?: string;
}

/** If there are more instants than this, years become an active window. */
const MOST_INSTANTS = 100;
/** The shortest `every`, in milliseconds. */
const SHORTEST_GRID = 10;

/**
 * Returns the schedule of a timer that has the instants of a systemd expression. `zone` is that of the expression.
 * @throws CalendarError if there is no such schedule, with what to do instead.
 */
export function planCalendar(spec: CalendarSpec, zone: string): CalendarPlan {
  const grid = isAlways(spec) ? gridOf(spec) : undefined;
  if (grid !== undefined) return { kind: 'every', ...grid };
  const instants = spec.years === undefined ? undefined : fewInstants(spec, zone);
  if (instants !== undefined) return { kind: 'at', at: instants.map((instant) => localText(instant, zone)) };
  const cutsFractions = valuesOf(spec.microseconds, SECONDS).some((one) => one % MICROSECONDS !== 0);
  const cron = cronOf(spec);
  if (!isReadableCron(cron)) throw new CalendarError(NEVER, CORRECT);
  return { kind: 'cron', cron, window: windowOf(spec), cutsFractions };
}

/** Returns the interval of an expression with evenly spaced fractions of a second all day. */
function gridOf(spec: CalendarSpec): { readonly interval: number; readonly offset: number } | undefined {
  const [only, ...others] = spec.microseconds;
  if (only === undefined || others.length > 0 || only.stop !== undefined) return undefined;
  const [interval, offset] = [only.repeat / 1000, only.start / 1000];
  const isEven = Number.isInteger(interval) && Number.isInteger(offset) && 60_000 % interval === 0;
  const isFraction = interval % 1000 !== 0 && interval >= SHORTEST_GRID && offset < interval;
  return isEven && isFraction ? { interval, offset } : undefined;
}

const isAlways = (spec: CalendarSpec): boolean =>
  [spec.years, spec.months, spec.days].every((field) => field === undefined) &&
  spec.weekdays.size === 7 &&
  valuesOf(spec.hours, HOURS).length === 24 &&
  valuesOf(spec.minutes, MINUTES).length === 60;

/** For example, February 30, or a time that a clock change skips. */
const NEVER = 'This time never occurs.';
const CORRECT = 'Correct the date or the time, or remove the line.';

function fewInstants(spec: CalendarSpec, zone: string): readonly Instant[] | undefined {
  const schedule = new CalendarElapses(spec, zone);
  const instants: Instant[] = [];
  let next = schedule.next(Date.UTC(YEARS.min - 1, 11, 30));
  for (; next !== undefined; next = schedule.next(next)) {
    if (instants.length === MOST_INSTANTS) return undefined;
    instants.push(next);
  }
  if (instants.length === 0) throw new CalendarError(NEVER, CORRECT);
  return instants;
}

/** Writes a local time: `2027-01-01 05:00`, with seconds and milliseconds if there are any. */
const localText = (instant: Instant, zone: string): string =>
  formatLocal(instant, zone)
    .slice(0, 23)
    .replace('T', ' ')
    .replace(/(?::00)?\.000$/, '');

function windowOf({ years }: CalendarSpec): YearSpan {
  if (years === undefined) return {};
  const [run, ...others] = runsOfValues(valuesOf(years, YEARS));
  if (run === undefined || others.length > 0) {
    const hint = 'Write a timer for each span of years, with not_before and not_after.';
    throw new CalendarError(`The years are not consecutive, and contain more than ${MOST_INSTANTS} times.`, hint);
  }
  return {
    ...(run[0] > YEARS.min && { notBefore: `${run[0]}-01-01 00:00` }),
    ...(run[1] < YEARS.max && { notAfter: `${run[1]}-12-31 23:59:59` }),
  };
}
