import { formatLocal, type WallTime } from '../zone/local-time.js';
import type { ClockEffect } from './clock-effect.js';
import { inWords } from './words.js';

/**
 * Describes what a clock change does to local times, as the clock of `zone` shows them: "02:30 does not exist: fires at
 * 03:00 +02:00". For a schedule that keeps its rhythm, returns only "continues".
 */
export function effectInWords({ kind, change, times, hasMore }: ClockEffect, zone: string): string {
  const listed = times.map(clockTime);
  const named = hasMore ? `${listed.join(', ')} …` : inWords(listed);
  const isOne = times.length === 1;
  const [missing, twice] = isOne ? ['does not exist', 'occurs twice'] : ['do not exist', 'occur twice'];
  const offset = (instant: number) => formatLocal(instant, zone).slice(23);
  const after = `${clockTime(change.at + change.after)} ${offset(change.at)}`;
  switch (kind) {
    case 'moved':
      return `${named} ${missing}: fires ${isOne ? '' : 'once, '}at ${after}`;
    case 'merged':
      return `${named} ${missing}: fires at ${after} only`;
    case 'left-out':
      return `${named} ${missing}: left out`;
    case 'first':
      return `${named} ${twice}: fires at the first (${offset(change.at - 1)})`;
    case 'last':
      return `${named} ${twice}: fires at the last (${offset(change.at)})`;
    case 'both':
      return `${named} ${twice}: fires both times (${offset(change.at - 1)}, ${offset(change.at)})`;
    case 'goes-on':
      return 'continues';
  }
}

/** Formats a wall time without its date, with seconds only if there are any. */
export const clockTime = (wall: WallTime): string => new Date(wall).toISOString().slice(11, 19).replace(/:00$/, '');
