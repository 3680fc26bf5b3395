import type { Instant } from '../../domain/time.js';
import { parseTimestamp, scheduleKinds } from '../../schedules/index.js';
import {
  ScheduleError,
  ScheduleTypeError,
  type ParsedSchedule,
  type ScheduleContext,
  type ScheduleKind,
} from '../../schedules/kind.js';
import { clip } from '../text/quote.js';
import type { MapReport } from './map-report.js';
import { FOREIGN_COMMENT, isKeyOf, meantKey, hintForKey } from '../check/unknown-key.js';

export interface ReadSchedule extends ParsedSchedule {
  readonly key: ScheduleKind['key'];
}

const KINDS: ReadonlyMap<string, ScheduleKind> = new Map(scheduleKinds.map((kind) => [kind.key, kind]));

/** Reads the schedule of a timer. Reports a schedule that is missing, not the only one, or invalid. */
export function readSchedule(
  values: Readonly<Record<string, unknown>>,
  report: MapReport,
  context: ScheduleContext,
): ReadSchedule | undefined {
  const written = report.ownKeys().flatMap((key) => KINDS.get(key) ?? []);
  const [first, second] = written;
  if (first === undefined) {
    if (report.ownKeys().some(isMisspelledSchedule)) return undefined;
    const keys = scheduleKinds.map(({ key }) => key).join(', ');
    report.errorInAll({
      code: 'missing-schedule',
      message: 'The timer has no schedule.',
      hint: `Give it one of ${keys}.`,
    });
    return undefined;
  }
  if (second !== undefined) {
    const message = `The timer has both ${first.key} and ${second.key}; it takes one schedule.`;
    report.error(
      second.key,
      { code: 'several-schedules', message, hint: 'Split it into two timers, or remove one.' },
      { isKey: true },
    );
  }
  const schedules = written
    .filter(({ key }) => key in values)
    .map((kind) => parse(kind, values[kind.key], { report, context }));
  return schedules[0];
}

/** Whether a key is a misspelled schedule key, which is already reported with the right word. */
const isMisspelledSchedule = (key: string): boolean =>
  !isKeyOf('timer', key) && KINDS.has(meantKey(key, 'timer') ?? '');

function parse(
  kind: ScheduleKind,
  value: unknown,
  { report, context }: { report: MapReport; context: ScheduleContext },
): ReadSchedule | undefined {
  const { key } = kind;
  if (value === null) {
    report.error(key, {
      code: 'empty-value',
      message: `${key} is empty.`,
      hint: `For example: ${key}: ${JSON.stringify(kind.examples[0])}`,
    });
    return undefined;
  }
  try {
    const parsed = kind.parse(value, context);
    for (const { place, ...words } of parsed.warnings) report.warn(key, words, place ?? {});
    return { key, ...parsed };
  } catch (error) {
    tellScheduleError(error, key, value, report);
    return undefined;
  }
}

function tellScheduleError(error: unknown, key: string, value: unknown, report: MapReport): void {
  if (error instanceof ScheduleError && error.code === 'every-key') tellUnknownKeys(value, report);
  else if (error instanceof ScheduleError) {
    const { code, message, place } = error;
    report.error(key, { code, message, hint: hintOf(error, value) }, { ...place });
  } else if (error instanceof ScheduleTypeError) {
    report.error(key, { code: 'wrong-type', message: error.message, hint: error.hint }, error.place ?? {});
  } else {
    throw error;
  }
}

/**
 * Reports every unknown key of `every`. The schedule itself reports only the first one, and cannot suggest where else a
 * key belongs.
 */
function tellUnknownKeys(value: unknown, report: MapReport): void {
  for (const item of Object.keys(Object(value) as object).filter((key) => !isKeyOf('every', key))) {
    const words = { code: 'every-key' as const, message: `every has no key "${clip(item)}".` };
    report.error('every', { ...words, hint: hintForKey(item, 'every', false) }, { item, isKey: true });
  }
}

const hintOf = ({ hint }: ScheduleError, value: unknown): string | undefined =>
  typeof value === 'string' && value.includes(' // ') ? FOREIGN_COMMENT.message : hint;

/** Reads `not_before` or `not_after`. */
export function readAbsoluteTime(
  key: string,
  value: string | undefined,
  { report, timezone }: { report: MapReport; timezone: string },
): Instant | undefined {
  if (value === undefined) return undefined;
  try {
    const { instant, warning } = parseTimestamp(value, timezone);
    if (warning) report.warn(key, warning);
    return instant;
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    report.error(key, { code: error.code, message: `${key}: ${error.message}`, hint: error.hint }, error.place);
    return undefined;
  }
}
