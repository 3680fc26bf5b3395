import type { Defaults, TimerValues } from './schema.js';

/** Keys whose maps are merged key by key. For all other keys the timer's value replaces the default. */
const MAPS = ['env', 'retry', 'breaker', 'dst', 'notify'] as const;

/**
 * Merges a timer's values over the defaults. If either uses the short form of a map key (`retry: 3`), the timer's value
 * replaces the default.
 */
export function mergeDefaults(defaults: Defaults, timer: TimerValues): TimerValues {
  const merged: Record<string, unknown> = { ...defaults, ...timer };
  for (const key of MAPS) {
    const [behind, own] = [defaults[key], timer[key]];
    if (typeof behind === 'object' && typeof own === 'object') merged[key] = { ...behind, ...own };
  }
  return merged;
}
