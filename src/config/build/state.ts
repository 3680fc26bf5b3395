import { networkState } from '../../system/network-mount.js';
import { isMemory, type StatePlace } from '../../domain/state-place.js';
import type { Paths } from './check-paths.js';
import type { BuiltTimer } from './warn-of-long-runs.js';
import type { Machine } from './machine.js';
import type { MapReport } from './map-report.js';
import type { FileValues, TimerValues } from '../check/schema.js';

/** Reads where the state is, and warns of a path on a network. */
export function buildState(
  written: FileValues['state'],
  report: MapReport,
  { paths, machine }: { readonly paths: Paths; readonly machine: Machine },
): StatePlace {
  if (written === undefined) return { kind: 'default' };
  if (written === false || isMemory(written)) return { kind: 'memory' };
  const path = paths.resolve(written);
  const mount = machine.networkMount?.(path);
  if (mount) report.warn('state', { code: 'state-on-network', ...networkState(mount) });
  return { kind: 'file', path };
}

/** Keys that need the records of an earlier scheduler, and what happens without them. */
const NEEDS: readonly (readonly [keyof TimerValues, string])[] = [
  ['catch_up', 'nothing is caught up after a restart'],
  ['max_runs', 'counting begins again after a restart'],
];

/** Warns about a timer's keys that lose half their effect if the state is in memory. */
export function warnOfForgetting({ values, report }: BuiltTimer): void {
  for (const [key, what] of NEEDS) {
    if (values[key] === undefined || values[key] === false) continue;
    const message = `${key}: the state is kept in memory only, so ${what}.`;
    report.warn(key, { code: 'needs-state', message, hint: `Give the file a state, or leave ${key} out.` });
  }
}
