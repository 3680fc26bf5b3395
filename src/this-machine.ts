import { hostname } from 'node:os';
import type { Machine } from './config/index.js';
import type { Instant } from './domain/time.js';
import { machineTimeZone } from './schedules/index.js';

/** The source of chance. The only one: everything else is given it. */
export const chance = (): number => Math.random();

/** What a timer file's meaning depends on, as it is on this machine and in this process. */
export const thisMachine = (start: Instant): Machine => ({
  env: process.env,
  timezone: machineTimeZone(),
  hostname: hostname(),
  uid: process.getuid?.(),
  start,
  random: chance,
});
