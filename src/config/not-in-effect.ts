import type { MapReport } from './map-report.js';

/** Keys that are read and checked, but that nothing follows yet; whoever writes one must know. */
const NOT_IN_EFFECT = ['state', 'orphans', 'history', 'breaker', 'on_failure', 'on_success', 'on_recovery'];

/** Warns of keys of the contract that this version does not follow yet. What asks for what happens anyway (`state: false`) is fine. */
export function warnNotInEffect(values: Readonly<Record<string, unknown>>, report: MapReport): void {
  for (const key of NOT_IN_EFFECT) {
    if (values[key] === undefined || values[key] === false) continue;
    report.warn(key, {
      code: 'not-in-effect',
      message: `${key} is read, but not in effect in this version.`,
      hint: 'Runs are not recorded over restarts yet: the log is their only record.',
    });
  }
}
