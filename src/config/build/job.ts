import type { Command } from '../../domain/command.js';
import type { ActiveWindow, Hooks, Job } from '../../domain/job.js';
import type { DstPolicy, Schedule } from '../../domain/schedule.js';
import type { StatePlace } from '../../domain/state-place.js';
import { DAY, SECOND, type TimeSpan } from '../../domain/time.js';
import { isTimeZone, wrongTimeZone, type ScheduleKey } from '../../schedules/index.js';
import { buildRun, buildSetting, type CommandContext, type Setting } from './command.js';
import { buildMonitors } from './monitors.js';
import { buildNotify, TELLING } from './notify.js';
import { buildPolicies } from './policies.js';
import { buildRunOn } from './run-on.js';
import { jobOffset } from './job-offset.js';
import type { Machine } from './machine.js';
import type { MapReport } from './map-report.js';
import { withoutUndefined } from './without-undefined.js';
import { readSchedule, readAbsoluteTime, type ReadSchedule } from './read-schedule.js';
import type { TimerValues } from '../check/schema.js';
import { sentrySchedule } from './sentry-schedule.js';
import { isKeyOf, meantKey } from '../check/unknown-key.js';

export interface JobContext {
  readonly machine: Machine;
  /** The jitter of a timer is derived from this name. */
  readonly spreadBy: string;
  /** The time zone of the file. */
  readonly timezone: string;
  readonly command: CommandContext;
  /** Where the state is. Workers need a shared state on Redis. */
  readonly state: StatePlace;
  /** Whether to warn about clock changes. */
  readonly foresees: boolean;
}

/**
 * Builds one job from a timer's values, defaults included, and reports errors. `undefined` without a schedule or
 * command.
 */
export function buildJob(name: string, values: TimerValues, report: MapReport, context: JobContext): Job | undefined {
  const timing = buildTiming(name, values, report, context);
  const run = readRun(values, report);
  const setting = buildSetting(values, report, context.command);
  const policies = buildPolicies(values, report, context.machine.random);
  const runOn = buildRunOn(values, report, context);
  const hooks = buildHooks(values, report, setting);
  const fallback = buildFallback(values, report, setting);
  const notify = buildNotify(values.notify, report, setting);
  if (timing === undefined || run === undefined) return undefined;
  const schedule = () => sentrySchedule(timing, values);
  return {
    name,
    definition: definitionOf(values, timing.timezone),
    ...withoutUndefined({ description: values.description, group: values.group, fallback }),
    tags: values.tags ?? [],
    enabled: values.enabled ?? true,
    ...timing,
    command: { run, ...setting, ...withoutUndefined({ runOn }) },
    stopGrace: values.kill_after ?? STOP_GRACE,
    hooks,
    monitors: buildMonitors(values.ping, { name, report, schedule }),
    ...(notify !== undefined && { notify }),
    ...policies,
  };
}

function definitionOf(values: TimerValues, timezone: string): Job['definition'] {
  const definition: Record<string, string> = {};
  for (const key in values) definition[key] = JSON.stringify(values[key as keyof TimerValues]);
  definition['timezone'] = JSON.stringify(timezone);
  return definition;
}

/**
 * The time from SIGTERM to SIGKILL when the scheduler stops, unless the timer sets `kill_after`. It is shorter than the
 * 10 s after which container runtimes send SIGKILL.
 */
const STOP_GRACE = 8 * SECOND;

type Timing = Pick<
  Job,
  'schedule' | 'written' | 'timezone' | 'runAtStart' | 'offset' | 'timeout' | 'deadline' | 'window'
>;

function buildTiming(
  name: string,
  values: TimerValues,
  report: MapReport,
  { machine, spreadBy, timezone: fallback, foresees }: JobContext,
): Timing | undefined {
  const timezone = readTimezone(values.timezone, fallback, report);
  const dst: DstPolicy = { gap: values.dst?.gap ?? 'after', repeat: values.dst?.repeat ?? 'first' };
  const window = buildWindow(values, report, timezone);
  const foresee = foresees ? spanToForesee(values, window, machine.start) : undefined;
  const context = { timezone, dst, start: machine.start, seed: name, ...withoutUndefined({ foresee }) };
  const schedule = readSchedule(values, report, context);
  if (schedule === undefined) return undefined;
  if (values.enabled !== false) warnNever(schedule, window, report, machine.start);
  return {
    schedule: schedule.schedule,
    written: writtenAs(schedule, values, report),
    timezone,
    runAtStart: values.run_at_start ?? false,
    offset: jobOffset(values.jitter ?? 0, spreadBy, name),
    ...withoutUndefined({ timeout: values.timeout, deadline: values.deadline }),
    window,
  };
}

/**
 * Returns a schedule as it is written. For a job that a running scheduler reported, `source` is JSON, because it has no
 * text in a file.
 */
function writtenAs({ key, text }: ReadSchedule, values: TimerValues, report: MapReport): Job['written'] {
  const value = values[key as ScheduleKey];
  const source = report.sourceOf(key) ?? (typeof value === 'string' ? value : JSON.stringify(value));
  return { key, text, ...(source !== text && { source }) };
}

/**
 * Returns the part of the next year in which the timer is active; `undefined` if the timer is disabled or sets `dst`.
 */
function spanToForesee(
  values: TimerValues,
  { notBefore, notAfter }: ActiveWindow,
  start: number,
): TimeSpan | undefined {
  if (values.enabled === false || values.dst !== undefined) return undefined;
  return { from: Math.max(start, notBefore ?? start), until: Math.min(start + 365 * DAY, notAfter ?? Infinity) };
}

/** Returns the zone that a map names, or `fallback`. Reports an unknown zone. */
export function readTimezone(name: string | undefined, fallback: string, report: MapReport): string {
  if (name === undefined || isTimeZone(name)) return name ?? fallback;
  const { message, hint } = wrongTimeZone(name);
  report.error('timezone', { code: 'unknown-timezone', message: `timezone: ${message}`, hint });
  return fallback;
}

function readRun(values: TimerValues, report: MapReport): Job['command']['run'] | undefined {
  if (report.has('run')) return buildRun('run', values.run, report);
  // A misspelled "run" is already reported, with the right word.
  if (report.ownKeys().some((key) => !isKeyOf('timer', key) && meantKey(key, 'timer') === 'run')) return undefined;
  report.errorInAll({
    code: 'missing-run',
    message: 'The timer has no run: it says when to run, but not what.',
    hint: 'For example: run: ./backup.sh',
  });
  return undefined;
}

const ALWAYS: ActiveWindow = {};

function buildWindow(values: TimerValues, report: MapReport, timezone: string): ActiveWindow {
  const { not_before, not_after, max_runs: maxRuns } = values;
  if (not_before === undefined && not_after === undefined && maxRuns === undefined) return ALWAYS;
  const notBefore = readAbsoluteTime('not_before', not_before, { report, timezone });
  const notAfter = readAbsoluteTime('not_after', not_after, { report, timezone });
  if (notBefore !== undefined && notAfter !== undefined && notAfter < notBefore) {
    report.error('not_after', {
      code: 'empty-window',
      message: 'not_after is before not_before, so the timer could never fire.',
    });
  }
  return withoutUndefined({ notBefore, notAfter, maxRuns });
}

/**
 * Warns about a timer whose window contains none of its upcoming firings. A schedule that has no upcoming firing at all
 * reports that itself.
 */
function warnNever(
  { schedule, key }: ReadSchedule,
  { notBefore, notAfter }: ActiveWindow,
  report: MapReport,
  start: number,
): void {
  if (notBefore === undefined && notAfter === undefined) return;
  if (notBefore !== undefined && notAfter !== undefined && notAfter < notBefore) return;
  if (schedule.next(start) === undefined) return;
  if (hasFiring(schedule, { after: Math.max(start, (notBefore ?? start + 1) - 1), until: notAfter })) return;
  const bound = notAfter === undefined ? 'not_before' : 'not_after';
  report.warn(bound, {
    code: 'never-fires',
    message: `${key} has no upcoming firing between not_before and not_after.`,
  });
}

function hasFiring(schedule: Schedule, { after, until }: { after: number; until: number | undefined }): boolean {
  const next = schedule.next(after);
  return next !== undefined && (until === undefined || next <= until);
}

/** Builds `fallback`, which runs like the timer's command, but without its success codes. */
function buildFallback(values: TimerValues, report: MapReport, setting: Setting): Command | undefined {
  const run = buildRun('fallback', values.fallback, report);
  return run === undefined ? undefined : { run, ...setting, successCodes: [0] };
}

const NO_HOOKS: Hooks = {};

/**
 * Builds the hooks. They run where the timer's command runs, and succeed with exit code 0. Their output is logged only
 * when they fail.
 */
function buildHooks(values: TimerValues, report: MapReport, setting: Setting): Hooks {
  const { on_failure, on_success, on_recovery } = values;
  if (on_failure === undefined && on_success === undefined && on_recovery === undefined) return NO_HOOKS;
  const hook = (key: 'on_failure' | 'on_success' | 'on_recovery') => {
    const run = buildRun(key, values[key], report);
    return run === undefined ? undefined : { run, ...setting, ...TELLING };
  };
  const [onFailure, onSuccess, onRecovery] = [hook('on_failure'), hook('on_success'), hook('on_recovery')];
  return withoutUndefined({ onFailure, onSuccess, onRecovery });
}
