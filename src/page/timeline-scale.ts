import { offsetAt } from './words.js';
import { DAY, HOUR, MINUTE, type Duration, type Instant } from '../domain/time.js';

/** The range of the timeline: this much past, and half as much future. */
export const RANGES: readonly { readonly word: string; readonly past: Duration }[] = [
  { word: '1 h', past: HOUR },
  { word: '6 h', past: 6 * HOUR },
  { word: '24 h', past: DAY },
  { word: '7 d', past: 7 * DAY },
];

/** The positions of instants on a timeline. */
export class Scale {
  readonly from: Instant;
  readonly until: Instant;
  readonly now: Instant;
  /** The minimum distance of two circles, in percent. */
  readonly closest: number;

  /** `width` is in pixels. */
  constructor(now: Instant, past: Duration, width: number) {
    this.now = now;
    this.closest = (8 / Math.max(1, width)) * 100;
    this.from = now - past;
    this.until = now + past / 2;
  }

  /** Returns the position of an instant, in percent of the width. Clipped at both ends. */
  place(instant: Instant): number {
    const part = (instant - this.from) / (this.until - this.from);
    return Math.round(Math.min(1, Math.max(0, part)) * 100_000) / 1_000;
  }

  /** Returns the ticks of the axis, at most `most`: full hours, quarters of an hour or days in local time. */
  ticks(most: number): readonly Instant[] {
    const step = STEPS.find((one) => (this.until - this.from) / one <= most) ?? DAY;
    const shift = -offsetAt(this.now);
    const ticks: Instant[] = [];
    for (let tick = Math.ceil((this.from - shift) / step) * step + shift; tick <= this.until; tick += step)
      ticks.push(tick);
    return ticks;
  }
}

const STEPS: readonly Duration[] = [
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  4 * DAY,
];
