import { openSync, readSync } from 'node:fs';
import type { Clock } from '../domain/clock.js';
import type { Cancel, Duration } from '../domain/time.js';

/** No other file reads the system clock. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic,
    uptime: readUptime,
    after: armTimeout,
    soon: (task) => void setImmediate(task),
  };
}

/** Not `performance.now()`, whose module adds two milliseconds to startup. */
function monotonic(): Duration {
  const time = process.hrtime();
  return time[0] * 1_000 + time[1] / 1_000_000;
}

/** CLOCK_MONOTONIC in whole microseconds: the same for all processes of a machine, so that systemd can compare it. */
export const monotonicUsec = (): bigint => process.hrtime.bigint() / 1_000n;

/** Node checks its timers before its input, so each timer is followed by a turn for input. */
function armTimeout(delay: Duration, wake: () => void): Cancel {
  let turn: NodeJS.Immediate | undefined;
  const timeout = setTimeout(() => (turn = setImmediate(wake)), Math.max(delay, 0));
  return () => {
    clearTimeout(timeout);
    clearImmediate(turn);
  };
}

const UPTIME = Buffer.alloc(64);
let uptimeFile: number | undefined;

/**
 * Linux's CLOCK_BOOTTIME as a file, in hundredths of a second. Absent on other systems. The file stays open: with a shared
 * state it is read ten times for each run.
 */
function readUptime(): Duration | undefined {
  try {
    uptimeFile ??= openSync('/proc/uptime', 'r');
    return Number.parseFloat(UPTIME.toString('latin1', 0, readSync(uptimeFile, UPTIME, 0, UPTIME.length, 0))) * 1_000;
  } catch {
    return undefined;
  }
}
