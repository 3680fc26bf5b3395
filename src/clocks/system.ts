import { openSync, readSync } from 'node:fs';
import type { Clock } from '../domain/clock.js';
import type { Cancel, Duration } from '../domain/time.js';

/** Returns the system clock. Only this file reads the time of the system. */
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

/** Returns CLOCK_MONOTONIC in whole microseconds. All processes of a machine share it, so systemd can compare it. */
export const monotonicUsec = (): bigint => process.hrtime.bigint() / 1_000n;

/** Calls `wake` in a turn after the timeout. Node runs due timers before it reads input, so input is read first. */
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
 * Reads Linux's CLOCK_BOOTTIME from a file, in steps of 10 ms. Returns `undefined` on other systems. The file stays
 * open, because a shared state makes the engine read it ten times per run.
 */
function readUptime(): Duration | undefined {
  try {
    uptimeFile ??= openSync('/proc/uptime', 'r');
    return Number.parseFloat(UPTIME.toString('latin1', 0, readSync(uptimeFile, UPTIME, 0, UPTIME.length, 0))) * 1_000;
  } catch {
    return undefined;
  }
}
