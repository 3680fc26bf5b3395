import type { Schedule } from '../domain/schedule.js';
import type { Duration, Instant } from '../domain/time.js';
import { durationValue } from './duration-value.js';
import { ScheduleError, type ScheduleKind } from './kind.js';

/** Fires once. */
class Once implements Schedule {
  readonly intervalLike = false;
  readonly countsElapsed = true;
  readonly length: Duration;
  readonly #instant: Instant;

  constructor(instant: Instant, delay: Duration) {
    this.#instant = instant;
    this.length = delay;
  }

  next(after: Instant): Instant | undefined {
    return this.#instant > after ? this.#instant : undefined;
  }

  count(after: Instant, until: Instant): number {
    return this.#instant > after && this.#instant <= until ? 1 : 0;
  }
}

/**
 * `in: 30s` fires once, 30 s after the scheduler starts. The constant is not named `in`, because that is a reserved
 * word.
 */
export const inKind: ScheduleKind<'in', string> = {
  key: 'in',
  recurs: false,
  entry: {
    summary: 'Fires once, this long after the scheduler starts.',
    example: '30s',
    details: ['A restart fires it again.'],
  },
  json: { $ref: '#/$defs/positive_duration' },
  examples: ['30s', '1h30m', 'PT0.5S', '1w'],

  parse(value, { start }) {
    const delay = durationValue(value, 'in');
    if (delay === 0) {
      throw new ScheduleError('in-zero', 'in: the delay must be longer than 0.', {
        hint: 'Write run_at_start: true to run at startup.',
      });
    }
    return { schedule: new Once(Math.floor(start) + delay, delay), text: String(value), warnings: [] };
  },

  inWords: (text) => `once, ${text} after the start`,
  timekeeping: () => 'Counts elapsed time; shown as if the scheduler started now.',
};
