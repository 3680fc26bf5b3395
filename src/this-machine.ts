import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Machine } from './config/index.js';
import { networkMountOf, type NetworkMount } from './system/network-mount.js';
import type { StatePlace } from './domain/state-place.js';
import type { Instant } from './domain/time.js';
import { systemZone, type SystemZone } from './schedules/index.js';

/**
 * Returns a random number from [0, 1). This is the only source of randomness: all other code receives it as an
 * argument.
 */
export const chance = (): number => Math.random();

/** Returns the system's time zone, as this process sees it. */
export const localZone = (): SystemZone => systemZone(process.env['TZ']);

/**
 * Returns the facts of this machine and this process that the meaning of a timer file depends on. `state` is the state
 * in use, whatever the file says.
 */
export const thisMachine = (start: Instant, state?: StatePlace): Machine => ({
  env: process.env,
  timezone: localZone().name,
  unknownZone: localZone().unknown,
  hostname: hostname(),
  uid: process.getuid?.(),
  state,
  start,
  random: chance,
  networkMount,
});

/** Returns the network file system that holds an absolute path, after following links. Known on Linux only. */
export function networkMount(path: string): NetworkMount | undefined {
  try {
    return networkMountOf(path, readFileSync('/proc/self/mountinfo', 'utf8'), linkAt);
  } catch {
    return undefined;
  }
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
