import type { LiveTimer } from '../domain/api-record.js';
import { has, toneOf } from './state.js';

/**
 * Chooses at most `most` timers, each of which gets a lane. If all fit, they keep their order. Otherwise active and
 * failing timers come first, then those that failed recently.
 */
export function pickLanes(timers: readonly LiveTimer[], most: number): readonly LiveTimer[] {
  if (timers.length <= most) return timers;
  return timers.toSorted((one, other) => rankOf(one) - rankOf(other)).slice(0, most);
}

function rankOf(timer: LiveTimer): number {
  if (has(timer, 'running') || has(timer, 'failing')) return 0;
  return timer.recent.some((status) => toneOf(status) === 'bad') ? 1 : 2;
}
