import type { LiveTimer } from '../domain/api-record.js';
import { has, toneOf } from './state.js';

/** Which timers have a lane, `most` of them: as they come where all have room, else first those that run or fail, then those that failed lately. */
export function pickLanes(timers: readonly LiveTimer[], most: number): readonly LiveTimer[] {
  if (timers.length <= most) return timers;
  return timers.toSorted((one, other) => rankOf(one) - rankOf(other)).slice(0, most);
}

function rankOf(timer: LiveTimer): number {
  if (has(timer, 'running') || has(timer, 'failing')) return 0;
  return timer.recent.some((status) => toneOf(status) === 'bad') ? 1 : 2;
}
