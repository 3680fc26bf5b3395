import type { Duration } from '../domain/time.js';
import type { Surroundings } from './surroundings.js';

type Environment = Surroundings['env'];

/** What a service manager passes to this process in its environment. */
export interface Service {
  /** The path of its socket. A leading `@` means an abstract socket. */
  readonly socket: string;
  /** The longest time that it accepts between two keep-alives; `undefined` if it expects none. */
  readonly watchdog: Duration | undefined;
}

/** Reads the variables of sd_notify(3) and sd_watchdog_enabled(3). Returns `undefined` without a service manager. */
export function serviceIn(env: Environment, pid: number): Service | undefined {
  const socket = env['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') return undefined;
  const isOurs = (env['WATCHDOG_PID'] ?? String(pid)) === String(pid);
  const microseconds = isOurs ? Number(env['WATCHDOG_USEC']) : 0;
  return { socket, watchdog: microseconds > 0 ? microseconds / 1_000 : undefined };
}

/**
 * Returns the environment without the variables of a service manager. A command that used them would notify the manager
 * in the scheduler's name.
 */
export const withoutService = (env: Environment): Environment => ({
  ...env,
  NOTIFY_SOCKET: undefined,
  WATCHDOG_PID: undefined,
  WATCHDOG_USEC: undefined,
});
