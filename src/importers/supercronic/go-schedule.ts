import type { Schedule } from '../../domain/schedule.js';
import { DAY, type Instant } from '../../domain/time.js';
import { clockChanges, wallAt, type WallTime } from '../../schedules/index.js';
import { nextWall, type CalendarFields } from '../calendar-schedule.js';

/**
 * Returns the schedule by which supercronic starts a job: at the next matching local time, as Go's `time.Date` converts
 * it. A time that does not exist, or exists twice, gets one of the two offsets around the clock change.
 */
export function supercronicSchedule(fields: CalendarFields, timezone: string): Pick<Schedule, 'next'> {
  return {
    next(after) {
      let cursor = Math.floor(after / 1000) * 1000;
      for (;;) {
        const wall = nextWall(fields, wallAt(cursor, timezone) + 1000);
        if (wall === undefined) return undefined;
        const instant = goDate(wall, timezone);
        if (instant > after) return instant;
        // The instant is past: supercronic asks again until the clock has changed.
        const [change] = clockChanges(timezone, { from: cursor, until: cursor + DAY });
        if (change === undefined) return undefined;
        cursor = change.at;
      }
    },
  };
}

/** Converts a wall time as `time.Date` of Go does (src/time/time.go). */
function goDate(wall: WallTime, timezone: string): Instant {
  const offset = offsetAt(Number(wall), timezone);
  const instant = wall - offset;
  const itsOwn = offsetAt(instant, timezone);
  return itsOwn === offset ? instant : wall - itsOwn;
}

const offsetAt = (instant: Instant, timezone: string): number => wallAt(instant, timezone) - instant;
