import type { LiveTimer } from '../domain/api-record.js';
import { has, toneOf } from './state.js';

/**
 * Chooses the timers that have a lane, at most `most`. If all fit, the order is theirs. Otherwise timers that run or
 * fail come first, then those that failed lately.
 */
export function pickLanes(timers: readonly LiveTimer[], most: number): readonly LiveTimer[] {
  if (timers.length <= most) return timers;
  return timers.toSorted((one, other) => rankOf(one) - rankOf(other)).slice(0, most);
}

function rankOf(timer: LiveTimer): number {
  if (has(timer, 'running') || has(timer, 'failing')) return 0;
  return timer.recent.some((status) => toneOf(status) === 'bad') ? 1 : 2;
}
