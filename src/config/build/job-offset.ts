import { createHash } from 'node:crypto';

import { nameOfShared, type StatePlace } from '../../domain/state-place.js';
import type { Duration } from '../../domain/time.js';
import type { Machine } from './machine.js';

/**
 * Returns the fixed offset of a timer in [0, jitter), which is the same after every restart. It spreads the same timer
 * over many hosts, and many timers over one host. The fraction is the first 48 bits of SHA-256 over `spreadBy`, a NUL
 * and the timer's name. `spreadBy` is the host name, or the name of a shared state.
 */
export function jobOffset(jitter: Duration, spreadBy: string, name: string): Duration {
  if (jitter === 0) return 0;
  const digest = createHash('sha256').update(`${spreadBy}\0${name}`).digest();
  return Math.floor((digest.readUIntBE(0, 6) / 2 ** 48) * jitter);
}

/** Returns the text that jitter is derived from: the name of the shared state, or else the host name. */
export const spreadBy = (state: StatePlace, { hostname }: Pick<Machine, 'hostname'>): string =>
  state.kind === 'shared' ? nameOfShared(state.url) : hostname;
