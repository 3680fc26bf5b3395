import { createHash } from 'node:crypto';
import type { RunOn } from '../../domain/command.js';
import { isRedisUrl, type StatePlace } from '../../domain/state-place.js';
import { isWorkLabel, LOCAL_LABEL } from '../../domain/work-label.js';
import type { TimerValues } from '../check/schema.js';
import type { Machine } from './machine.js';
import type { MapReport } from './map-report.js';

/** The keys that define what a worker runs. The scheduler decides when the worker runs it, and in which time zone. */
const KEYS = ['run', 'shell', 'cwd', 'env', 'env_file', 'pass_env', 'user', 'output', 'kill_after'] as const;

const WRITE_REDIS = "Write state: redis://HOST/0 in the file, or remove run_on: then the scheduler's machine runs it.";
const START_WITH_REDIS =
  'This scheduler does not use the state in the file. Start it with a shared state on Redis, or remove run_on.';

/** Returns which workers run a timer; `undefined` if the scheduler itself runs it. */
export function buildRunOn(
  values: TimerValues,
  report: MapReport,
  { state, machine }: { readonly state: StatePlace; readonly machine: Pick<Machine, 'state'> },
): RunOn | undefined {
  const { run_on: label } = values;
  if (label === undefined || label === LOCAL_LABEL) return undefined;
  if (!isWorkLabel(label)) {
    const message = 'run_on: this is not a valid worker label.';
    const hint = 'Write any, local, or a label of up to 40 letters, digits, ".", "_" and "-".';
    report.error('run_on', { code: 'bad-label', message, hint });
  } else if (state.kind !== 'shared' || !isRedisUrl(state.url)) {
    const message = 'run_on needs a shared state on Redis, from which workers get their runs.';
    const hint = machine.state === undefined ? WRITE_REDIS : START_WITH_REDIS;
    report.error('run_on', { code: 'run-on-without-redis', message, hint });
  } else return { label, hash: hashOf(values) };
  return undefined;
}

/** Hashes the values as written in the file, because relative paths may resolve differently on other machines. */
function hashOf(values: TimerValues): string {
  const written = KEYS.map((key) => values[key] ?? null);
  return createHash('sha256').update(JSON.stringify(written)).digest('base64url').slice(0, 12);
}
