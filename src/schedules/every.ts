import { clockTraps } from './cron/clock-traps.js';
import { clockTime } from './cron/clock-words.js';
import { localDays } from './local-days.js';
import { nearest } from '../text/nearest.js';
import type { Schedule } from '../domain/schedule.js';
import { DAY, END_OF_TIME, type Duration, type Instant } from '../domain/time.js';
import { durationValue } from './duration-value.js';
import {
  byLocalTime,
  ScheduleError,
  ScheduleTypeError,
  type ParsedSchedule,
  type Place,
  type ScheduleContext,
  type ScheduleKind,
  type ScheduleWarning,
} from './kind.js';
import { wallAt, type WallTime } from './zone/local-time.js';

/**
 * The shortest interval. Starting a process takes about as long, so with a shorter interval nearly every firing would
 * be skipped.
 */
const SHORTEST_INTERVAL: Duration = 10;

/** Fires at the Unix epoch + n·interval + offset, so that a restart neither shifts nor loses the rhythm. */
class Grid implements Schedule {
  readonly intervalLike = true;
  readonly length: Duration;
  /** Less than the interval. */
  readonly offset: Duration;

  constructor(interval: Duration, offset: Duration) {
    this.length = interval;
    this.offset = offset % interval;
  }

  next(after: Instant): Instant | undefined {
    const next = (this.#stepsUpTo(after) + 1) * this.length + this.offset;
    return next <= END_OF_TIME ? next : undefined;
  }

  count(after: Instant, until: Instant): number {
    return until > after ? this.#stepsUpTo(until) - this.#stepsUpTo(after) : 0;
  }

  #stepsUpTo(instant: Instant): number {
    return Math.floor((Math.min(Math.max(instant, -END_OF_TIME), END_OF_TIME) - this.offset) / this.length);
  }
}

/** Fires one interval after a given instant: the end of the last run. */
class Pause implements Schedule {
  readonly intervalLike = true;
  readonly fromEnd = true;
  readonly countsElapsed = true;
  readonly length: Duration;
  readonly #interval: Duration;

  constructor(interval: Duration) {
    this.length = this.#interval = interval;
  }

  next(after: Instant): Instant | undefined {
    const next = Math.floor(Math.max(after, -END_OF_TIME)) + this.#interval;
    return next <= END_OF_TIME ? next : undefined;
  }

  count(after: Instant, until: Instant): number {
    const from = Math.floor(Math.max(after, -END_OF_TIME));
    return until > after ? Math.floor((Math.min(until, END_OF_TIME) - from) / this.#interval) : 0;
  }
}

/** Matches what `localDays` accepts, or any text with a variable. */
const AT_PATTERN = String.raw`^\s*(?:\d{4}-\d{2}-\d{2}[ T]|[A-Za-z]+ )?(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?\s*$|\$\{`;

const MAP_KEYS: NonNullable<ScheduleKind['keys']> = {
  interval: {
    entry: {
      summary: 'The time from one firing to the next.',
      bounds: `at least ${SHORTEST_INTERVAL}ms; with \`at\`, whole days or weeks`,
      required: true,
      example: '15m',
    },
    json: { $ref: '#/$defs/positive_duration' },
  },
  offset: {
    entry: {
      summary: 'Moves every firing by this much.',
      default: '0s',
      example: '5m',
      beside: 'interval: 15m',
      details: ['Not with `at` or `from: end`.'],
    },
    json: { $ref: '#/$defs/duration' },
  },
  from: {
    entry: {
      summary: 'What the interval counts from.',
      default: 'schedule',
      example: 'end',
      beside: 'interval: 1m',
      details: [
        '`schedule` fires on a fixed grid. `end` fires one interval after the last run ended.',
        'Not with `at`.',
      ],
    },
    json: { enum: ['schedule', 'end'] },
  },
  at: {
    entry: {
      summary: 'Fires at this local time of day, after each interval of days or weeks.',
      without: 'The interval counts elapsed time.',
      example: '"Tue 10:30"',
      beside: 'interval: 2w',
      details: [
        'Write a time (`10:30`), a day and a time (`Tue 10:30`), or a date and a time (`2027-01-05 10:30`).',
        'A date is one of the days on which the timer fires.',
        '`dst` applies, as for `cron`.',
      ],
    },
    json: { type: 'string', title: 'time of day', pattern: AT_PATTERN },
  },
};
const KEYS = Object.keys(MAP_KEYS);
const INTERVAL: Place = { item: 'interval' };

type Interval =
  | string
  | { readonly interval: string; readonly offset?: string; readonly from?: 'schedule' | 'end' }
  /**
   * Days or weeks at a local time: `10:30`, `Tue 10:30`, or `2027-01-05 10:30` with a date on which the timer fires.
   */
  | { readonly interval: string; readonly at: string };

/**
 * `every: 10s`, or `{interval, offset, from: schedule | end}`, or `{interval, at}` for days and weeks of local time.
 */
export const every: ScheduleKind<'every', Interval> = {
  key: 'every',
  recurs: true,
  entry: {
    summary: 'Fires at a fixed interval.',
    bounds: `at least ${SHORTEST_INTERVAL}ms`,
    example: '10s',
    details: [
      'The interval follows a grid that begins at 1970-01-01 00:00 UTC. A restart neither shifts nor loses it.',
      'A plain duration is short for a map with `interval`.',
    ],
  },
  json: {
    anyOf: [
      { $ref: '#/$defs/positive_duration' },
      {
        $ref: '#/$defs/every',
        required: ['interval'],
        anyOf: [
          { properties: { at: false, offset: false } },
          { properties: { at: false, from: { not: { const: 'end' } } } },
          { required: ['at'], properties: { offset: false, from: false } },
        ],
      },
    ],
  },
  keys: MAP_KEYS,
  examples: [
    '10s',
    '1h30m',
    'PT30S',
    { interval: '15m', offset: '5m' },
    { interval: '1m', from: 'end' },
    { interval: '2w', at: 'Tue 10:30' },
  ],

  parse(value, context): ParsedSchedule {
    if (!isMap(value)) return onGrid({ interval: value }, context);
    const unknown = Object.keys(value).find((key) => !KEYS.includes(key));
    if (unknown !== undefined) throw unknownKey(unknown);
    if (!('interval' in value))
      throw new ScheduleTypeError('every: the interval is missing.', 'Write {interval: 10s}.');
    const { from = 'schedule' } = value;
    if (from !== 'schedule' && from !== 'end') {
      throw new ScheduleError('every-from', 'every.from is neither "schedule" nor "end".', { place: { item: 'from' } });
    }
    if ('at' in value) return onLocalDays(value, context);
    return from === 'end' ? fromEnd(value) : onGrid(value, context, INTERVAL);
  },

  inWords: everyInWords,

  timekeeping({ fromEnd, intervalLike }, timezone) {
    if (fromEnd) return 'Counts elapsed time from the end of the last run; clock changes do not affect it.';
    if (!intervalLike) return byLocalTime(timezone);
    return 'Follows a fixed grid of elapsed time; no clock change or restart shifts it.';
  },
};

/**
 * Describes an interval; `every 1m` becomes `every minute`. An interval with several units, such as `1h30m`, stays as
 * written.
 */
function everyInWords(text: string): string {
  const [one, unit = ''] = /^1 ?(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?)(?= |$)/i.exec(text) ?? [];
  const word = UNIT_WORDS.get(unit.charAt(0).toLowerCase());
  return `every ${one === undefined || word === undefined ? text : word + text.slice(one.length)}`;
}

const UNIT_WORDS: ReadonlyMap<string, string> = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
]);

type EveryMap = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is EveryMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function unknownKey(key: string): ScheduleError {
  const meant = nearest(key, KEYS);
  const hint = meant === undefined ? 'every takes interval, offset, from and at.' : `Did you mean ${meant}?`;
  return new ScheduleError('every-key', `every has no key "${key}".`, { hint, place: { item: key } });
}

function onGrid(value: EveryMap, context: ScheduleContext, place?: Place): ParsedSchedule {
  const length = intervalOf(value, place);
  const offset = 'offset' in value ? durationValue(value['offset'], 'every.offset', { item: 'offset' }) : 0;
  const text = `${String(value['interval'])}${offset === 0 ? '' : ` + ${String(value['offset'])}`}`;
  const grid = new Grid(length, offset);
  return { schedule: grid, text, warnings: trapsOf(grid, String(value['interval']), context) };
}

function onLocalDays(value: EveryMap, context: ScheduleContext): ParsedSchedule {
  for (const key of ['offset', 'from'].filter((one) => one in value)) {
    const hint = 'Remove it. A date selects the days: at: "2027-01-05 10:30".';
    throw new ScheduleError('every-at', `every: ${key} cannot be used with at.`, { hint, place: { item: key } });
  }
  const schedule = localDays(intervalOf(value, INTERVAL), value['at'], context);
  const text = `${String(value['interval'])} at ${String(value['at'])}`;
  const { foresee, timezone } = context;
  return { schedule, text, warnings: foresee ? clockTraps(schedule, timezone, foresee) : [] };
}

function fromEnd(value: EveryMap): ParsedSchedule {
  if ('offset' in value) {
    const hint = 'Leave the offset out, or count from the schedule.';
    throw new ScheduleError('every-offset', 'every: with from: end, there is no grid to offset.', {
      hint,
      place: { item: 'offset' },
    });
  }
  return {
    schedule: new Pause(intervalOf(value, INTERVAL)),
    text: `${String(value['interval'])} after the end`,
    warnings: [],
  };
}

function intervalOf(value: EveryMap, place?: Place): Duration {
  const interval = durationValue(value['interval'], 'every', place);
  if (interval >= SHORTEST_INTERVAL) return interval;
  const message = `every: ${String(value['interval'])} is shorter than ${SHORTEST_INTERVAL} ms.`;
  throw new ScheduleError('every-too-short', message, {
    hint: 'Starting a process takes about as long. Use a loop in the command.',
    place,
  });
}

/**
 * Returns a warning for an interval of whole days: it seems to fire at a local time of day, but counts in UTC. An
 * offset in the zone UTC is accepted as intended.
 */
function trapsOf(grid: Grid, text: string, { timezone, start }: ScheduleContext): ScheduleWarning[] {
  const { length, offset } = grid;
  const isMeant = offset > 0 && UTC.test(timezone);
  if (length % DAY !== 0 || isMeant) return [];
  const whose = UTC.test(timezone) ? '' : `, whatever the clock of ${timezone} shows`;
  const message = `every counts from 1970-01-01 00:00 UTC, a Thursday: whole days fall on ${clockTime(offset % DAY)} UTC${whose}.`;
  const next = grid.next(start);
  const at = next === undefined ? '00:00' : localFormOf(length, wallAt(next, timezone));
  const hint = `Write {interval: ${text}, at: "${at}"} to keep the local time of its next firing, or choose another time.`;
  return [{ code: 'every-utc-day', message, hint }];
}

const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];

/** Returns the shortest `at` with one of its days and its time of day at a wall time. */
function localFormOf(interval: Duration, wall: WallTime): string {
  const time = clockTime(wall);
  const day = Math.floor(wall / DAY);
  const phase = day % (interval / DAY);
  if (interval % (7 * DAY) === 0 && phase < 7) return `${WEEKDAYS[phase] ?? ''} ${time}`;
  return phase === 0 ? time : `${new Date(wall).toISOString().slice(0, 10)} ${time}`;
}

const UTC = /^(?:Etc\/)?(?:UTC|UCT|GMT|Zulu|Universal|Greenwich)$/i;
