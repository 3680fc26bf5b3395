import { parseScheduleAt } from '../schedules/index.js';

/** Whether a timer may have this text as its `cron`. */
export function isReadableCron(cron: string): boolean {
  try {
    parseScheduleAt({ cron, timezone: 'UTC' }, { start: 0 });
    return true;
  } catch {
    return false;
  }
}
