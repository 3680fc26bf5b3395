import type { Schedule } from '../domain/schedule.js';
import type { Instant } from '../domain/time.js';
import {
  ScheduleError,
  ScheduleTypeError,
  type Place,
  type ScheduleContext,
  type ScheduleKind,
  type ScheduleWarning,
} from './kind.js';
import { parseTimestamp, type ParsedTimestamp } from './zone/timestamp.js';

/** Fires at the given instants and never again. */
class Instants implements Schedule {
  readonly intervalLike = false;
  readonly #ascending: readonly Instant[];

  constructor(instants: Iterable<Instant>) {
    this.#ascending = [...new Set(instants)].sort((a, b) => a - b);
  }

  next(after: Instant): Instant | undefined {
    return this.#ascending[this.#upTo(after)];
  }

  count(after: Instant, until: Instant): number {
    return Math.max(0, this.#upTo(until) - this.#upTo(after));
  }

  /** Counts the instants up to `instant`, inclusive. For NaN, all of them. */
  #upTo(instant: Instant): number {
    let [low, high] = [0, this.#ascending.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ascending[middle] ?? Infinity) > instant) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** `at: "2027-01-01 00:00"`, or a list of points in time. */
export const at: ScheduleKind<'at', string | readonly string[]> = {
  key: 'at',
  recurs: false,
  entry: {
    summary: 'Fires once, at a point in time.',
    example: '"2030-01-01 00:00"',
    details: [
      'A time without an offset is local in the `timezone` of the timer.',
      'A list contains several points in time.',
      'A point in time fires only once, even across restarts.',
    ],
  },
  json: {
    anyOf: [
      { $ref: '#/$defs/point_in_time' },
      { type: 'array', minItems: 1, items: { $ref: '#/$defs/point_in_time' } },
    ],
  },
  examples: [
    '2027-01-01 00:00',
    '2027-01-01T00:00:00Z',
    '2027-06-30',
    ['2027-01-01T09:00+01:00', '2028-02-29 12:00:30.250'],
  ],

  parse(value, context) {
    const isList = Array.isArray(value);
    const texts: readonly unknown[] = isList ? value : [value];
    if (texts.length === 0)
      throw new ScheduleError('at-empty', 'at is an empty list.', { hint: 'List at least one point in time.' });
    const parsed = texts.map((text, item) => timestampValue(text, context, isList ? { item } : {}));
    const instants = parsed.map(({ instant }) => instant);
    return {
      schedule: new Instants(instants),
      text: texts.join(', '),
      warnings: [...parsed.flatMap(({ warning }) => warning ?? []), ...pastWarnings(instants, context)],
    };
  },

  inWords: (text) => `once, at ${text}`,
  timekeeping: () => 'Fires at the given times, and never again.',
};

function timestampValue(value: unknown, { timezone }: ScheduleContext, place: Place): ParsedTimestamp {
  if (typeof value !== 'string') {
    throw new ScheduleTypeError(
      'at takes a point in time as a string, or a list of them.',
      'For example: "2027-01-01 00:00"',
      place,
    );
  }
  try {
    const { instant, warning } = parseTimestamp(value, timezone);
    return warning ? { instant, warning: { ...warning, place } } : { instant };
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    throw new ScheduleError(error.code, `at: ${error.message}`, { hint: error.hint, place });
  }
}

function pastWarnings(instants: readonly Instant[], { start }: ScheduleContext): ScheduleWarning[] {
  if (instants.some((instant) => instant > start)) return [];
  const message =
    instants.length === 1 ? 'at: this point in time has passed.' : 'at: all these points in time have passed.';
  return [
    {
      code: 'at-in-the-past',
      message,
      hint: 'The timer will not fire unless catch_up runs missed firings. Remove it, or write a later time.',
    },
  ];
}
