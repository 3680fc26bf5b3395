import { DAY, HOUR, MINUTE, SECOND, type Duration } from './time.js';

/** Units from coarse to fine, each with the unit for the remainder. The first one that fits is used. */
const STEPS: readonly [Duration, string, Duration, string][] = [
  [DAY, 'd', HOUR, 'h'],
  [HOUR, 'h', MINUTE, 'min'],
  [MINUTE, 'min', SECOND, 's'],
];

/**
 * Writes a duration for a person in at most two units: `320 ms`, `1.2 s`, `4 min 10 s`, `2 h 3 min`, `5 d`. The
 * duration is rounded, and must be 0 or more.
 */
export function humanDuration(duration: Duration): string {
  const ms = Math.round(duration);
  if (ms < SECOND) return `${ms} ms`;
  if (ms < MINUTE - 50) return `${Number((ms / SECOND).toFixed(1))} s`;
  for (const [unit, name, fine, fineName] of STEPS) {
    const rounded = Math.round(ms / fine) * fine;
    if (rounded < unit) continue;
    const rest = (rounded % unit) / fine;
    return `${Math.floor(rounded / unit)} ${name}${rest === 0 ? '' : ` ${rest} ${fineName}`}`;
  }
  return `${Math.round(ms / SECOND)} s`;
}
