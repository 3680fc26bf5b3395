import { DAY, HOUR, MINUTE, SECOND, type Duration } from '../../../../domain/time.js';

const two = (part: number): string => String(part).padStart(2, '0');

/**
 * Formats a duration in at most seven columns, so that digits do not move as it counts: `12s`, `4m10s`, `2h03m`,
 * `6d23h`, `213d`. Rounds down to the last unit.
 */
export function shortDuration(duration: Duration): string {
  if (duration < MINUTE) return `${Math.floor(Math.max(0, duration) / SECOND)}s`;
  if (duration < HOUR) return `${Math.floor(duration / MINUTE)}m${two(Math.floor((duration % MINUTE) / SECOND))}s`;
  if (duration < DAY) return `${Math.floor(duration / HOUR)}h${two(Math.floor((duration % HOUR) / MINUTE))}m`;
  const days = Math.floor(duration / DAY);
  return days < 100 ? `${days}d${two(Math.floor((duration % DAY) / HOUR))}h` : `${days}d`;
}

/** Formats the time left until something happens. Rounds up, so that `0s` never appears before it happens. */
export const remaining = (duration: Duration): string => shortDuration(Math.ceil(duration / SECOND) * SECOND);

/** Formats a duration in its largest unit, in at most four columns up to 27 years: `59s`, `23h`, `412d`. */
export function roughDuration(duration: Duration): string {
  if (duration < MINUTE) return `${Math.floor(Math.max(0, duration) / SECOND)}s`;
  if (duration < HOUR) return `${Math.floor(duration / MINUTE)}m`;
  return duration < DAY ? `${Math.floor(duration / HOUR)}h` : `${Math.floor(duration / DAY)}d`;
}

/** Formats a short duration with a fraction: `4ms`, `320ms`, `1.2s`. From 10 s on, like {@link shortDuration}. */
export function fineDuration(duration: Duration): string {
  if (duration < SECOND) return `${Math.round(duration)}ms`;
  return duration < 10 * SECOND ? `${(duration / SECOND).toFixed(1)}s` : shortDuration(duration);
}
