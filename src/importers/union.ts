import type { Schedule } from '../domain/schedule.js';

/** All instants of several schedules. */
export function unionOf(schedules: readonly Pick<Schedule, 'next'>[]): Pick<Schedule, 'next'> {
  return {
    next(after) {
      const next = schedules.flatMap((schedule) => schedule.next(after) ?? []);
      return next.length === 0 ? undefined : Math.min(...next);
    },
  };
}
