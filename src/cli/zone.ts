import type { Job } from '../domain/job.js';
import { formatLocal, isTimeZone, wrongTimeZone } from '../schedules/index.js';
import type { LocalClock } from '../sinks/local-clock.js';
import { localZone } from '../this-machine.js';
import { UsageError } from './command.js';
import type { ZoneOption } from './options.js';

/**
 * Returns the zone of a screen: `--timezone`, the `timezone` of the timer file, or the system's. Times without an
 * offset are also read in this zone.
 * @throws UsageError if `--timezone` is not an IANA name.
 */
export function zoneOf({ timezone }: ZoneOption, file: { readonly timezone: string } | undefined): string {
  checkTimezone(timezone);
  return timezone ?? file?.timezone ?? localZone().name;
}

/** @throws UsageError if it is not an IANA name. */
export function checkTimezone(timezone: string | undefined): void {
  if (timezone === undefined || isTimeZone(timezone)) return;
  const { message, hint } = wrongTimeZone(timezone);
  throw new UsageError(`--timezone: ${message} ${hint()}`);
}

/** Returns the clock of a zone. */
export const localClock = (zone: string): LocalClock => ({ zone, format: (instant) => formatLocal(instant, zone) });

/** Returns the jobs for display: each in its own zone, which is shown, or all in the zone of `--timezone`. */
export function inZone(jobs: readonly Job[], { timezone }: ZoneOption): readonly Job[] {
  checkTimezone(timezone);
  return timezone === undefined ? jobs : jobs.map((job) => ({ ...job, timezone }));
}
