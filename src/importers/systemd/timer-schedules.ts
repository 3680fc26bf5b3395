import type { Instant } from '../../domain/time.js';
import { CalendarElapses } from './calendar/elapses.js';
import type { CalendarSpec } from './calendar/calendar-spec.js';
import { planCalendar, type CalendarPlan } from './calendar/calendar-plan.js';
import { CalendarError, parseCalendar } from './calendar/parse-calendar.js';
import { skipsGap } from '../skips-gap.js';
import { unionOf } from '../union.js';
import type { Findings } from './findings.js';
import { withIntervals, type UnitSchedule } from './intervals.js';
import { writeDuration } from './time-span.js';
import { readEvery } from './written-every.js';
import type { UnitSetting } from './unit-file.js';
import type { Unit } from './unit.js';

export interface ZoneContext {
  /** The zone of this machine, IANA. */
  readonly timezone: string;
  readonly now: Instant;
}

/** One `OnCalendar=` line. */
interface CalendarLine {
  readonly setting: UnitSetting;
  readonly spec: CalendarSpec;
  readonly zone: string;
  readonly plan: CalendarPlan;
}

/**
 * Returns the schedules of a timer unit. Calendars of one zone and one span of years are one schedule. Settings that
 * count from the boot are added to the first schedule.
 */
export function unitSchedules(timer: Unit, context: ZoneContext, findings: Findings): readonly UnitSchedule[] {
  const written = timer.all('Timer', ...ON_KEYS);
  const lines = written.filter(({ key }) => key === 'OnCalendar');
  const calendars = lines.flatMap((setting) => readLine(setting, context, findings) ?? []);
  const groups = [...new Set(calendars.map(groupOf))].map((group) =>
    calendars.filter((line) => groupOf(line) === group),
  );
  const schedules = groups.map((group) => calendarSchedules(group, context));
  const [only] = groups.length === 1 ? groups : [];
  const every = only && timer.last('Timer', 'X-Every');
  return withIntervals(
    written.filter(({ key }) => key !== 'OnCalendar'),
    every
      ? schedules.map((one) => asEvery(one, every, { ...context, zone: only[0]?.zone ?? 'UTC' }, findings))
      : schedules,
    findings,
  );
}

/**
 * Returns a schedule with the interval that its calendars were exported from, unless somebody has changed the
 * calendars.
 */
function asEvery(
  schedule: UnitSchedule,
  written: UnitSetting,
  { now, timezone, zone }: ZoneContext & { readonly zone: string },
  findings: Findings,
): UnitSchedule {
  const every = schedule.original && readEvery(written.value, { zone, now, calendars: schedule.original });
  if (every === undefined) {
    findings.warning(written, 'X-Every is left out: OnCalendar fires at other times, and takes precedence.');
    return schedule;
  }
  const isLocal = typeof every === 'object' && 'at' in every && zone !== timezone;
  return { ...schedule, keys: { every, ...(isLocal && { timezone: zone }) } };
}

/** The settings for schedules. An empty assignment of one of them clears all of them. */
const ON_KEYS = ['OnCalendar', 'OnBootSec', 'OnStartupSec', 'OnActiveSec', 'OnUnitActiveSec', 'OnUnitInactiveSec'];

function readLine(setting: UnitSetting, context: ZoneContext, findings: Findings): CalendarLine | undefined {
  try {
    const spec = parseCalendar(setting.value);
    const zone = spec.timezone ?? context.timezone;
    const plan = planCalendar(spec, zone);
    if (plan.kind === 'cron' && plan.cutsFractions)
      findings.warning(setting, 'A cron expression has whole seconds, so the fraction of the second is cut off.');
    return { setting, spec, zone, plan };
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
    findings.error(setting, `OnCalendar=${setting.value} is left out. ${error.message}`, error.hint);
    return undefined;
  }
}

/** Returns the properties that the lines of one timer share, as text. */
function groupOf({ plan, zone }: CalendarLine): string {
  if (plan.kind === 'every') return `every ${plan.interval} ${plan.offset}`;
  const window = plan.kind === 'cron' ? plan.window : {};
  return JSON.stringify([plan.kind, zone, window.notBefore, window.notAfter]);
}

function calendarSchedules(lines: readonly CalendarLine[], context: ZoneContext): UnitSchedule {
  const [first] = lines as readonly [CalendarLine, ...CalendarLine[]];
  const schedules = lines.map(({ spec }) => new CalendarElapses(spec, context.timezone));
  return { keys: keysOf(lines, context), setting: first.setting, original: unionOf(schedules) };
}

function keysOf(lines: readonly CalendarLine[], context: ZoneContext): UnitSchedule['keys'] {
  const plans = lines.map(({ plan }) => plan);
  const [{ plan: first, zone }] = lines as readonly [CalendarLine, ...CalendarLine[]];
  const timezone = zone === context.timezone ? {} : { timezone: zone };
  if (first.kind === 'every') return { every: everyOf(first.interval, first.offset) };
  if (first.kind === 'at')
    return { at: oneOrMore(plans.flatMap((plan) => (plan.kind === 'at' ? plan.at : []))), ...timezone };
  const cron = oneOrMore(plans.flatMap((plan) => (plan.kind === 'cron' ? plan.cron : [])));
  const { notBefore, notAfter } = first.window;
  return {
    cron,
    ...timezone,
    ...(skipsGap(cron, { timezone: zone, now: context.now }) && { dst: { gap: 'skip' } }),
    ...(notBefore !== undefined && { not_before: notBefore }),
    ...(notAfter !== undefined && { not_after: notAfter }),
  };
}

const everyOf = (interval: number, offset: number): unknown =>
  offset === 0 ? writeDuration(interval) : { interval: writeDuration(interval), offset: writeDuration(offset) };

function oneOrMore(values: readonly string[]): string | readonly string[] {
  const different = [...new Set(values)];
  const [only = '', ...others] = different;
  return others.length === 0 ? only : different;
}
