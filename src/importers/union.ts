import type { Schedule } from '../domain/schedule.js';

/** Returns a schedule with all instants of several schedules. */
export function unionOf(schedules: readonly Pick<Schedule, 'next'>[]): Pick<Schedule, 'next'> {
  const [only, ...others] = schedules;
  if (only !== undefined && others.length === 0) return only;
  return {
    next(after) {
      const next = schedules.flatMap((schedule) => schedule.next(after) ?? []);
      return next.length === 0 ? undefined : Math.min(...next);
    },
  };
}
