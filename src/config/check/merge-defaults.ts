import type { Defaults, TimerValues } from './schema.js';

/** Keys whose maps are put together key by key; of all others the timer's value replaces the default. */
const MAPS = ['env', 'retry', 'breaker', 'dst', 'notify'] as const;

/** A timer's values over the defaults. Where one of the two says a map key in its short form (`retry: 3`), the timer's replaces. */
export function mergeDefaults(defaults: Defaults, timer: TimerValues): TimerValues {
  const merged: Record<string, unknown> = { ...defaults, ...timer };
  for (const key of MAPS) {
    const [behind, own] = [defaults[key], timer[key]];
    if (typeof behind === 'object' && typeof own === 'object') merged[key] = { ...behind, ...own };
  }
  return merged;
}
