import { DAY, HOUR, MINUTE, SECOND, type Duration } from '../../../../domain/time.js';

const two = (part: number): string => String(part).padStart(2, '0');

/**
 * A duration in at most seven columns that keep their places as it counts: `12s`, `4m10s`, `2h03m`, `6d23h`, `213d`.
 * Rounded down to its last unit.
 */
export function shortDuration(duration: Duration): string {
  if (duration < MINUTE) return `${Math.floor(Math.max(0, duration) / SECOND)}s`;
  if (duration < HOUR) return `${Math.floor(duration / MINUTE)}m${two(Math.floor((duration % MINUTE) / SECOND))}s`;
  if (duration < DAY) return `${Math.floor(duration / HOUR)}h${two(Math.floor((duration % HOUR) / MINUTE))}m`;
  const days = Math.floor(duration / DAY);
  return days < 100 ? `${days}d${two(Math.floor((duration % DAY) / HOUR))}h` : `${days}d`;
}

/** The time left until something happens: never `0s` before it does. */
export const remaining = (duration: Duration): string => shortDuration(Math.ceil(duration / SECOND) * SECOND);

/** A duration in its largest unit, in at most four columns up to 27 years: `59s`, `23h`, `412d`. */
export function roughDuration(duration: Duration): string {
  if (duration < MINUTE) return `${Math.floor(Math.max(0, duration) / SECOND)}s`;
  if (duration < HOUR) return `${Math.floor(duration / MINUTE)}m`;
  return duration < DAY ? `${Math.floor(duration / HOUR)}h` : `${Math.floor(duration / DAY)}d`;
}

/** A short duration with a fraction: `4ms`, `320ms`, `1.2s`, from 10 s on as {@link shortDuration}. */
export function fineDuration(duration: Duration): string {
  if (duration < SECOND) return `${Math.round(duration)}ms`;
  return duration < 10 * SECOND ? `${(duration / SECOND).toFixed(1)}s` : shortDuration(duration);
}
