import type { Schedule } from '../../domain/schedule.js';
import type { Findings } from './findings.js';
import { parseTimeSpan, writeDuration } from './time-span.js';
import type { UnitSetting } from './unit-file.js';

/** One schedule of a timer unit: its schedule keys. */
export interface UnitSchedule {
  readonly keys: Readonly<Record<string, unknown>>;
  readonly setting: UnitSetting;
  /** The schedule of a calendar, as systemd reads it. */
  readonly original?: Pick<Schedule, 'next'>;
}

/** A setting of elapsed time. */
interface Span {
  readonly setting: UnitSetting;
  /** The length, in milliseconds. */
  readonly length: number;
}

const START_KEYS = ['OnBootSec', 'OnStartupSec', 'OnActiveSec'];

/**
 * Adds the settings that count from the boot, or from the last run, to the schedules of a timer's calendars. The
 * shortest span applies, as in systemd.
 */
export function withIntervals(
  spans: readonly UnitSetting[],
  calendars: readonly UnitSchedule[],
  findings: Findings,
): readonly UnitSchedule[] {
  const read = spans.flatMap((setting) => readSpan(setting, findings) ?? []);
  const starts = read.filter(({ setting }) => START_KEYS.includes(setting.key)).sort(byLength);
  const repeats = read.filter(({ setting }) => !START_KEYS.includes(setting.key)).sort(byLength);
  const [start] = starts;
  const [repeat] = repeats;
  for (const { setting } of [...starts, ...repeats].filter((one) => one !== start && one !== repeat))
    findings.warning(setting, `${setting.key}=${setting.value} is left out: the shortest one applies.`);
  const schedules = repeat === undefined ? calendars : [...calendars, repeating(repeat, start !== undefined, findings)];
  // A first start after one interval is what `every` does anyway.
  if (start === undefined || start.length === repeat?.length) return schedules;
  const [first, ...others] = schedules;
  return first === undefined ? [once(start, findings)] : [atStart(first, start, findings), ...others];
}

const byLength = (one: Span, other: Span): number => one.length - other.length;

function readSpan(setting: UnitSetting, findings: Findings): Span | undefined {
  const length = parseTimeSpan(setting.value);
  if (length !== undefined && Number.isFinite(length)) return { setting, length };
  findings.error(setting, `${setting.key}=${setting.value} is left out: it is not a time span.`);
  return undefined;
}

function once({ setting, length }: Span, findings: Findings): UnitSchedule {
  const message = `${setting.key} counts from the start of the scheduler, so a restart fires the timer again.`;
  findings.warning(setting, message);
  return { keys: { in: writeDuration(Math.max(length, 1)) }, setting };
}

function atStart(schedule: UnitSchedule, { setting, length }: Span, findings: Findings): UnitSchedule {
  const delay = length === 0 ? '' : ` systemd waits ${writeDuration(length)} first.`;
  findings.warning(setting, `The first run starts right when the scheduler starts.${delay}`);
  return { ...schedule, keys: { ...schedule.keys, run_at_start: true } };
}

/** The shortest interval that `every` accepts, in milliseconds. */
const SHORTEST = 10;

function repeating({ setting, length }: Span, hasStart: boolean, findings: Findings): UnitSchedule {
  const interval = writeDuration(Math.max(length, SHORTEST));
  if (!hasStart)
    findings.note(
      setting,
      'The first run starts with the scheduler. systemd waits until something else starts the service.',
    );
  if (setting.key === 'OnUnitInactiveSec') return { keys: { every: { interval, from: 'end' } }, setting };
  findings.warning(setting, 'The timer fires on a fixed grid. systemd counts from the last start, so its times drift.');
  return { keys: { every: interval }, setting };
}
