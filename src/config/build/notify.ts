import { CHANGES, type Change, type Notify } from '../../domain/notify.js';
import type { HeartbeatSettings } from '../../domain/heartbeat.js';
import { MINUTE, SECOND } from '../../domain/time.js';
import { buildRun, type Setting } from './command.js';
import type { MapReport } from './map-report.js';
import { withoutUndefined } from './without-undefined.js';
import type { FileValues, TimerValues } from '../check/schema.js';

/**
 * The time from SIGTERM to SIGKILL of a notification command. The `kill_after` of a timer is for its own command, and
 * may be hours.
 */
const GRACE = 5 * SECOND;
/** Settings of a notification command. It succeeds with exit code 0, and its output is logged only when it fails. */
export const TELLING = { successCodes: [0], killAfter: GRACE, output: { to: 'discard' } } as const;

/**
 * The changes that are reported by default. Missed firings are not, because after a restart every frequent timer has
 * some.
 */
const ON: readonly Change[] = CHANGES.filter((change) => change !== 'missed');
const STILL_FAILING_AFTER = 5;

/** Builds a timer's notifications; `undefined` if there are none. */
export function buildNotify(written: TimerValues['notify'], report: MapReport, setting: Setting): Notify | undefined {
  if (written === undefined || written === false) return undefined;
  const { webhook, on = ON, still_failing_after: stillFailingAfter = STILL_FAILING_AFTER } = written;
  const run = buildRun('notify', written.run, report);
  if (webhook === undefined && written.run === undefined) {
    const hint = 'For example: notify: https://hooks.example.org/…, or notify: {run: ./page.sh}';
    report.error('notify', { code: 'missing-receiver', message: 'notify has no receiver.', hint });
    return undefined;
  }
  const command = run === undefined ? undefined : { run, ...setting, ...TELLING };
  return { on: new Set(on), stillFailingAfter, ...withoutUndefined({ webhook, command }) };
}

/** Builds the scheduler's heartbeat. Its command runs like any other command of the file, in the file's folder. */
export function buildHeartbeat(
  { every = MINUTE, url, method = 'POST', run: written }: NonNullable<FileValues['heartbeat']>,
  report: MapReport,
  folder: string,
): HeartbeatSettings | undefined {
  const run = buildRun('heartbeat', written, report);
  if ((url === undefined) === (written === undefined)) {
    const message = `heartbeat takes a url or a command to run, but has ${url === undefined ? 'neither' : 'both'}.`;
    const hint = 'For example: heartbeat: {every: 1m, url: "https://hc-ping.com/your-uuid"}';
    report.error('heartbeat', { code: 'missing-receiver', message, hint });
    return undefined;
  }
  const command = run === undefined ? undefined : { run, shell: '/bin/sh', cwd: folder, env: {}, ...TELLING };
  return { every, ...withoutUndefined({ request: url === undefined ? undefined : { method, url }, command }) };
}
