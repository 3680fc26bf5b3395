import { DAY, type Instant } from '../domain/time.js';
import { clockChanges, namesLocalTime, parseScheduleAt } from '../schedules/index.js';

/** How far ahead clock changes are examined. */
export const FORESEEN = 5 * 366 * DAY;

/** Whether `dst: {gap: skip}` makes a difference: the source does not make up for times that a clock change skips. */
export function skipsGap(
  cron: string | readonly string[],
  { timezone, now }: { readonly timezone: string; readonly now: Instant },
): boolean {
  const schedule = parseScheduleAt({ cron, timezone }, { start: now });
  // Schedules that follow elapsed time skip such times as well.
  if (schedule.intervalLike) return false;
  for (const { at, before, after } of clockChanges(timezone, { from: now, until: now + FORESEEN }))
    if (after > before && namesLocalTime(schedule, at + before, after - before)) return true;
  return false;
}
