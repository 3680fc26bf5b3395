import { nearest } from '../domain/nearest.js';
import type { Schedule } from '../domain/schedule.js';
import { DAY, END_OF_TIME, type Duration, type Instant } from '../domain/time.js';
import { durationValue } from './duration-value.js';
import {
  ScheduleError,
  ScheduleTypeError,
  type ParsedSchedule,
  type Place,
  type ScheduleKind,
  type ScheduleWarning,
} from './kind.js';

/** Below this, starting a process takes about as long as the interval: nearly every firing would be one to skip. */
const SHORTEST_INTERVAL: Duration = 10;

/** Fires at the Unix epoch + n·interval + offset, so that a restart neither shifts nor loses the rhythm. */
class Grid implements Schedule {
  readonly intervalLike = true;
  readonly length: Duration;
  readonly #interval: Duration;
  readonly #offset: Duration;

  constructor(interval: Duration, offset: Duration) {
    this.length = this.#interval = interval;
    this.#offset = offset % interval;
  }

  next(after: Instant): Instant | undefined {
    const next = (this.#stepsUpTo(after) + 1) * this.#interval + this.#offset;
    return next <= END_OF_TIME ? next : undefined;
  }

  count(after: Instant, until: Instant): number {
    return until > after ? this.#stepsUpTo(until) - this.#stepsUpTo(after) : 0;
  }

  #stepsUpTo(instant: Instant): number {
    return Math.floor((Math.min(Math.max(instant, -END_OF_TIME), END_OF_TIME) - this.#offset) / this.#interval);
  }
}

/** Fires one interval after the moment it is asked about: the end of the last run. */
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

const KEYS = ['interval', 'offset', 'from'];
const INTERVAL: Place = { item: 'interval' };

/** `every: 10s`, or `{interval, offset, from: schedule | end}`. */
export const every: ScheduleKind = {
  key: 'every',
  summary: 'At a fixed interval, on a grid that begins at the Unix epoch.',
  examples: ['10s', '1h30m', 'PT30S', { interval: '15m', offset: '5m' }, { interval: '1m', from: 'end' }],

  parse(value): ParsedSchedule {
    if (!isMap(value)) return onGrid({ interval: value });
    const unknown = Object.keys(value).find((key) => !KEYS.includes(key));
    if (unknown !== undefined) throw unknownKey(unknown);
    if (!('interval' in value))
      throw new ScheduleTypeError('every: the interval is missing.', 'Write {interval: 10s}.');
    const { from = 'schedule' } = value;
    if (from !== 'schedule' && from !== 'end') {
      throw new ScheduleError('every-from', 'every.from is neither "schedule" nor "end".', { place: { item: 'from' } });
    }
    return from === 'end' ? fromEnd(value) : onGrid(value, INTERVAL);
  },
};

type EveryMap = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is EveryMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function unknownKey(key: string): ScheduleError {
  const meant = nearest(key, KEYS);
  const hint = meant === undefined ? 'every takes interval, offset and from.' : `Did you mean ${meant}?`;
  return new ScheduleError('every-key', `every knows no key "${key}".`, { hint, place: { item: key } });
}

function onGrid(value: EveryMap, place?: Place): ParsedSchedule {
  const interval = intervalOf(value, place);
  const offset = 'offset' in value ? durationValue(value['offset'], 'every.offset', { item: 'offset' }) : 0;
  const text = `${String(value['interval'])}${offset === 0 ? '' : ` + ${String(value['offset'])}`}`;
  return { schedule: new Grid(interval, offset), text, warnings: 'offset' in value ? [] : trapsOf(interval) };
}

function fromEnd(value: EveryMap): ParsedSchedule {
  if ('offset' in value) {
    const hint = 'Leave the offset out, or count from the schedule.';
    throw new ScheduleError('every-offset', 'every: from end has no grid to offset.', {
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
    hint: 'Starting a process takes about as long. Loop inside the command.',
    place,
  });
}

function trapsOf(interval: Duration): ScheduleWarning[] {
  if (interval % DAY !== 0) return [];
  const message =
    'every counts from 1970-01-01 00:00 UTC, a Thursday: whole days fall on midnight UTC, not on local midnight.';
  return [{ code: 'every-utc-day', message, hint: 'Write cron for a local time of day, or set an offset.' }];
}
