import type { Instant } from '../../domain/time.js';
import { clockChanges } from '../../schedules/index.js';
import { FORESEEN } from '../skips-gap.js';
import type { CrontabZones } from './expression.js';

/** Describes how cronie treats clock changes with CRON_TZ, both those of its zone and those of the machine. */
export function cronTzRule({ machine, cronTz }: CrontabZones, now: Instant): string | undefined {
  if (cronTz === undefined) return undefined;
  const changes = (zone: string): boolean =>
    clockChanges(zone, { from: now, until: now + FORESEEN }).next().done !== true;
  const ofZone = `With CRON_TZ, cronie skips times that a clock change in ${cronTz} removes, and fires twice at times that occur twice. `;
  const same = 'dst: {gap: skip, repeat: both} does the same.';
  const ofMachine = `While the clock of this machine (${machine}) repeats an hour, cronie starts no entry with CRON_TZ. No dst setting does the same.`;
  if (!changes(machine)) return ofZone + same;
  return changes(cronTz) ? `${ofZone}But w${ofMachine.slice(1)}` : ofMachine;
}
