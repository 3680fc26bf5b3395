import { networkState } from '../../system/network-mount.js';
import { DEFAULT_LEASE, isMemory, isStoreUrl, type StatePlace } from '../../domain/state-place.js';
import type { Paths } from './check-paths.js';
import type { BuiltTimer } from './warn-of-long-runs.js';
import type { Machine } from './machine.js';
import type { MapReport } from './map-report.js';
import type { FileValues, TimerValues } from '../check/schema.js';
import { checkSecretFile } from './secret-file.js';

/** Reads where the state is, and warns about a path on a network file system. */
export function buildState(
  written: FileValues['state'],
  report: MapReport,
  { paths, machine }: { readonly paths: Paths; readonly machine: Machine },
): StatePlace {
  if (written === undefined) return { kind: 'default' };
  if (typeof written === 'object') return buildShared(written, report, paths);
  if (written === false || isMemory(written)) return { kind: 'memory' };
  if (isStoreUrl(written)) return { kind: 'shared', url: written, lease: DEFAULT_LEASE };
  const path = paths.resolve(written);
  const mount = machine.networkMount?.(path);
  if (mount) report.warn('state', { code: 'state-on-network', ...networkState(mount) });
  return { kind: 'file', path };
}

function buildShared(
  { url, password_file: file, lease = DEFAULT_LEASE, name }: Exclude<FileValues['state'], string | false | undefined>,
  report: MapReport,
  paths: Paths,
): StatePlace {
  if (url === undefined) {
    const hint =
      'For example: state: {url: "redis://db.example/0", lease: 15s}. A file needs no map: state: ./timers.db';
    report.error('state', { code: 'missing-receiver', message: 'state has no url.', hint });
    return { kind: 'memory' };
  }
  const passwordFile = file === undefined ? undefined : paths.resolve(file);
  if (passwordFile !== undefined) checkPasswordFile(passwordFile, report, paths);
  const more = {
    ...(passwordFile !== undefined && { passwordFile }),
    ...(name !== undefined && { name }),
  };
  return { kind: 'shared', url, lease, ...more };
}

function checkPasswordFile(path: string, report: MapReport, paths: Paths): void {
  const codes = { none: 'no-password', open: 'open-password-file' } as const;
  const hint = 'For example: (umask 077; cat > password), then type the password and press Ctrl-D twice.';
  checkSecretFile({ path, key: 'state', item: 'password_file', what: 'password', codes, hint }, report, paths);
}

/** Keys that need the records of an earlier scheduler, and what happens without the records. */
const NEEDS: readonly (readonly [keyof TimerValues, string])[] = [
  ['catch_up', 'nothing is caught up after a restart'],
  ['max_runs', 'counting starts over after a restart'],
];

/** Warns about a timer's keys that have no effect after a restart if the state is in memory. */
export function warnOfForgetting({ values, report }: BuiltTimer): void {
  for (const [key, what] of NEEDS) {
    if (values[key] === undefined || values[key] === false) continue;
    const message = `${key}: the state is kept in memory only, so ${what}.`;
    report.warn(key, { code: 'needs-state', message, hint: `Set state to a path, or remove ${key}.` });
  }
}
