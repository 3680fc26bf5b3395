import type { JsonSchema, KeyEntry } from '../domain/key-entry.js';
import type { ScheduleCode } from './codes.js';
import type { DstPolicy, Schedule } from '../domain/schedule.js';
import type { Instant, TimeSpan } from '../domain/time.js';
import { withoutLongParts } from '../text/quoted.js';

/**
 * One kind of schedule: a schedule key of the timer file. To add a kind, add a file that exports it, and list it in
 * `index.ts`. `Written` is the type of the value, for the library's `ScheduleSpec`.
 */
export interface ScheduleKind<Key extends string = string, Written = unknown> {
  /** The key in the timer file. */
  readonly key: Key;
  /** Carries the type `Written`; never set. */
  readonly written?: Written;
  /** Whether the schedule fires repeatedly, rather than only at given times. */
  readonly recurs: boolean;
  /** The text for the reference and for editors. */
  readonly entry: KeyEntry;
  /** The valid values, as far as a schema can express them. May refer to `#/$defs/duration`. */
  readonly json: JsonSchema;
  /** The keys of the map, if the value can be a map. */
  readonly keys?: Readonly<Record<string, { readonly entry: KeyEntry; readonly json: JsonSchema }>>;
  /** Values that parse; exercised by the law tests. */
  readonly examples: readonly unknown[];
  /**
   * Parses the key's value.
   * @throws ScheduleError with the place of the error and the fix; ScheduleTypeError if the key does not accept its
   * type.
   */
  parse(value: unknown, context: ScheduleContext): ParsedSchedule;
  /**
   * Describes the schedule: `every 10s`, `At 03:00`. `text` is the one that `parse` returned; `seed` is the seed of
   * `H`.
   */
  inWords(text: string, seed: string): string;
  /** Describes in one sentence how a schedule of this kind follows the clock. `timezone` is an IANA name. */
  timekeeping(schedule: Schedule, timezone: string): string;
}

/** Returns the `timekeeping` of a schedule that follows local time. */
export const byLocalTime = (timezone: string): string => `Follows the local clock in ${timezone}.`;

export interface ScheduleContext {
  /** IANA name, already checked. */
  readonly timezone: string;
  readonly dst: DstPolicy;
  /** When the scheduler starts: what `in` counts from. */
  readonly start: Instant;
  /** The timer's name: the seed of `H`. */
  readonly seed: string;
  /**
   * The span in which the zone's clock changes are checked for their effect on the schedule. Absent if no clock changes
   * are checked.
   */
  readonly foresee?: TimeSpan;
}

export interface ParsedSchedule {
  readonly schedule: Schedule;
  /** The value in one line, as users write it. */
  readonly text: string;
  /** Pitfalls: the schedule is valid, but may not do what was intended. */
  readonly warnings: readonly ScheduleWarning[];
}

export type { ScheduleCode };

/** The codes of all warnings that a schedule can have. Stable. */
export const SCHEDULE_WARNINGS = [
  'at-in-the-past',
  'cron-day-and',
  'cron-day-or',
  'cron-every-minute',
  'cron-every-second',
  'cron-leap-day',
  'cron-quartz-weekday',
  'cron-skipped-months',
  'cron-step-too-large',
  'cron-uneven-step',
  'dst-gap',
  'dst-repeat',
  'every-utc-day',
  'timestamp-twice',
] as const satisfies readonly ScheduleCode[];

export interface ScheduleWarning {
  readonly code: (typeof SCHEDULE_WARNINGS)[number];
  readonly message: string;
  readonly hint?: string;
  readonly place?: Place;
}

/** The part of the value to highlight. */
export interface Place {
  /** Index into a list value, or the key of a map value. */
  readonly item?: number | string;
  /** Where in the text, in UTF-16 units from 0, end exclusive. */
  readonly span?: readonly [start: number, end: number];
}

/** The error for a value that is not a valid schedule. */
export class ScheduleError extends RangeError {
  override readonly name = 'ScheduleError';
  readonly code: ScheduleCode;
  readonly hint: string | undefined;
  readonly place: Place | undefined;

  constructor(
    code: ScheduleCode,
    message: string,
    details: { hint?: string | undefined; place?: Place | undefined } = {},
  ) {
    super(withoutLongParts(message));
    this.code = code;
    this.hint = details.hint === undefined ? undefined : withoutLongParts(details.hint);
    this.place = details.place;
  }
}

/** The error for a value of a type that its key does not accept. */
export class ScheduleTypeError extends TypeError {
  override readonly name = 'ScheduleTypeError';
  readonly hint: string;
  readonly place: Place | undefined;

  constructor(message: string, hint: string, place?: Place) {
    super(withoutLongParts(message));
    this.hint = withoutLongParts(hint);
    this.place = place;
  }
}
