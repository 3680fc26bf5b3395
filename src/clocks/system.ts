import { readFileSync } from 'node:fs';
import type { Clock } from '../domain/clock.js';
import type { Cancel, Duration } from '../domain/time.js';

/** The machine's own time. The only file that reads it. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    uptime: readUptime,
    after: armTimeout,
    soon: (task) => void setImmediate(task),
  };
}

function armTimeout(delay: Duration, wake: () => void): Cancel {
  const timeout = setTimeout(wake, Math.max(delay, 0));
  return () => clearTimeout(timeout);
}

/** Linux's CLOCK_BOOTTIME as a file, in hundredths of a second. Absent on other systems. */
function readUptime(): Duration | undefined {
  try {
    return Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) * 1_000;
  } catch {
    return undefined;
  }
}
