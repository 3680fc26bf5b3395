import type { DstPolicy } from '../../src/domain/schedule.js';
import { formatLocal, parseScheduleAt } from '../../src/schedules/index.js';

/**
 * The first instants of a cron timer after a moment, as its zone's clock shows them; without `:00.000`, to read like a
 * table.
 */
export function due(
  cron: string | string[],
  timezone: string,
  from: string,
  count: number,
  dst: Partial<DstPolicy> = {},
): string[] {
  const schedule = parseScheduleAt({ cron, timezone, dst }, { start: 0 });
  const found = [];
  let next = schedule.next(Date.parse(from));
  while (next !== undefined && found.length < count) {
    found.push(formatLocal(next, timezone).replace(/(:00)?\.000/, ''));
    next = schedule.next(next);
  }
  return found;
}
