import type { Duration } from '../../domain/time.js';

/** What chronyd knows about the clock, or why it knows nothing. `reason` is a clause that follows "chrony". */
export type Tracking =
  | { readonly kind: 'tracking'; readonly offsetMs: Duration; readonly errorMs: Duration }
  | { readonly kind: 'trouble'; readonly reason: string };

const FIELDS = 14;
const NO_SOURCE = '00000000';
const LOCAL_MODE = '7F7F0101';

/**
 * Reads the line of `chronyc -c tracking`. Its fields are those of chronyc(1), in that order. First come reference ID,
 * name, stratum, reference time, system time, last offset, RMS offset and frequency. Then come residual frequency,
 * skew, root delay, root dispersion, update interval and leap status.
 *
 * The system time is how far chronyd's clock is ahead of the system's, in seconds. According to the same page, the
 * error is at most the root dispersion plus half the root delay.
 */
export function readTracking(text: string): Tracking {
  const fields = text.trim().split(',');
  if (fields.length !== FIELDS) return trouble(`does not return a tracking report: ${firstLine(text)}`);
  const [id = '', , stratum, , systemTime, , , , , , rootDelay, rootDispersion, , leap] = fields;
  if (leap === 'Not synchronised' || id === NO_SOURCE || Number(stratum) === 0) return trouble('is not synchronized');
  if (id === LOCAL_MODE) return trouble('is synchronized to nothing but itself (local mode)');
  const offsetMs = seconds(systemTime) * 1_000;
  const errorMs = (seconds(rootDispersion) + seconds(rootDelay) / 2) * 1_000;
  if (!Number.isFinite(offsetMs) || !(errorMs >= 0))
    return trouble(`does not return a tracking report: ${firstLine(text)}`);
  return { kind: 'tracking', offsetMs, errorMs };
}

const trouble = (reason: string): Tracking => ({ kind: 'trouble', reason });

const seconds = (text = ''): number => (/^[+-]?\d+\.\d+$/.test(text) ? Number(text) : Number.NaN);

const MOST_QUOTED = 80;

const firstLine = (text: string): string => JSON.stringify(text.trim().split('\n', 1)[0]?.slice(0, MOST_QUOTED) ?? '');
