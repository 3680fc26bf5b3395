import { humanDuration } from './human-duration.js';
import type { FiringStatus } from './outcome.js';
import type { Duration } from './time.js';

/** Resources used by processes and the descendants they have waited for. */
export interface Usage {
  /** User and system time. */
  readonly cpuMs: Duration;
  /** The largest resident memory of one of them. */
  readonly maxRssBytes: number;
}

/** A usage, if it was measured. */
interface Measured {
  readonly cpuMs?: Duration | undefined;
  readonly maxRssBytes?: number | undefined;
}

/** How a run ended, as far as it matters for its usage. */
interface Ended {
  readonly status: FiringStatus;
  readonly signal?: string | null | undefined;
}

/** Returns the combined usage of two attempts of a run. */
export function addUsage(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return { cpuMs: one.cpuMs + other.cpuMs, maxRssBytes: Math.max(one.maxRssBytes, other.maxRssBytes) };
}

/**
 * Describes the usage of a run: `12 ms of CPU, 3.1 MB of memory`; `undefined` if it was not measured. For a command that
 * was killed it is a lower bound: nothing has waited for the descendants that were killed with it.
 */
export const describeUsage = ({ cpuMs, maxRssBytes }: Measured, ended: Ended): string | undefined =>
  cpuMs === undefined || maxRssBytes === undefined
    ? undefined
    : `${wasKilled(ended) ? 'at least ' : ''}${humanDuration(Math.round(cpuMs))} of CPU, ${megabytes(maxRssBytes)} of memory`;

const wasKilled = ({ status, signal }: Ended): boolean =>
  status === 'timeout' || status === 'canceled' || typeof signal === 'string';

/** Writes a size in millions of bytes, with one decimal below 10: `3.1 MB`, `104 MB`. */
export function megabytes(bytes: number): string {
  const count = bytes / 1_000_000;
  return `${count < 10 ? count.toFixed(1) : Math.round(count)} MB`;
}
