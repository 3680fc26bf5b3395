import { dirname } from 'node:path';

import type { Job } from '../../domain/job.js';
import type { JobRecord } from '../../domain/ledger.js';
import type { Duration } from '../../domain/time.js';
import { spreadBy } from './job-offset.js';
import { buildJob, type JobContext } from './job.js';
import { Paths } from './check-paths.js';
import { Problems, type Diagnostic } from '../text/diagnostic.js';
import type { TimerFile } from './timer-file.js';
import type { Machine } from './machine.js';
import { MapReport } from './map-report.js';
import { mergeDefaults } from '../check/merge-defaults.js';
import type { MapEntry } from '../text/node.js';
import { withoutUndefined } from './without-undefined.js';
import { readAccounts } from '../text/accounts.js';
import type { Defaults, TimerValues } from '../check/schema.js';
import { Source } from '../text/source.js';

/** The source of an ad-hoc timer. JSON-safe: the ledger records it. */
export interface AdHocDefinition {
  /** A timestamp in RFC 3339. */
  readonly at: string;
  /** IANA name, to show when it is due. */
  readonly timezone: string;
  readonly run: string | readonly string[];
  /** An absolute path. Default: the folder of the timer file on the machine that runs the timer. */
  readonly cwd?: string;
  readonly timeout?: Duration;
  readonly description?: string;
}

/** The result of building an ad-hoc timer. */
export interface BuiltAdHoc {
  /**
   * Absent without a valid time and command. If `problems` contains an error, do not accept the timer. A timer that was
   * accepted earlier runs as far as possible.
   */
  readonly job: Job | undefined;
  readonly problems: readonly Diagnostic[];
}

/**
 * The file's defaults that also apply to ad-hoc timers: how commands run and who is notified. The client decides when
 * and how often they run.
 */
const INHERITED = [
  'env',
  'env_file',
  'kill_after',
  'on_failure',
  'on_recovery',
  'on_success',
  'output',
  'pass_env',
  'shell',
  'success_codes',
  'timeout',
  'user',
] as const satisfies readonly (keyof Defaults)[];

/**
 * Builds an ad-hoc timer as if it were in `file`, with the same checks. The timer is caught up on, however late it is.
 */
export function buildAdHoc(
  name: string,
  definition: AdHocDefinition,
  { file, machine }: { file: Pick<TimerFile, 'defaults' | 'named'>; machine: Machine },
): BuiltAdHoc {
  const problems = new Problems(new Source(''));
  const own: TimerValues = {
    ...withoutUndefined({ timeout: definition.timeout, description: definition.description, cwd: definition.cwd }),
    at: definition.at,
    timezone: definition.timezone,
    run: typeof definition.run === 'string' ? definition.run : [...definition.run],
    catch_up: true,
  };
  const behind = Object.fromEntries(INHERITED.map((key) => [key, file.defaults[key]]));
  const values = mergeDefaults(withoutUndefined(behind), own);
  const job = buildJob(
    name,
    values,
    new MapReport(problems, { map: mapOf(own), path: [], key: NOWHERE }),
    contextOf(file.named, machine, definition.timezone),
  );
  return { job: job && { ...job, adHoc: JSON.stringify(definition) }, problems: problems.list() };
}

const contextOf = (named: string, machine: Machine, timezone: string): JobContext => ({
  machine,
  spreadBy: spreadBy(machine.state ?? { kind: 'default' }, machine),
  timezone,
  command: { paths: new Paths(dirname(named), machine), uid: machine.uid, accounts: readAccounts },
  // No worker's file contains an ad-hoc timer.
  state: { kind: 'default' },
  foresees: false,
});

/**
 * Builds a job for display from the definition that a scheduler reports, for the state of `machine`. The command of the
 * job is a placeholder. `undefined` if the definition is invalid.
 */
export function rebuildJob(
  name: string,
  definition: Job['definition'],
  { named, machine }: { readonly named: string; readonly machine: Machine },
): Job | undefined {
  const told = Object.entries(definition).map(([key, text]) => [key, parse(text)]);
  const values = { ...(Object.fromEntries(told) as TimerValues), run: 'true' };
  const report = new MapReport(new Problems(new Source('')), { map: mapOf(values), path: [], key: NOWHERE });
  return buildJob(name, values, report, contextOf(named, machine, machine.timezone));
}

/** An ad-hoc timer has no text in a file. */
const NOWHERE = { start: 0, end: 0 };

const ENTRY: MapEntry = { key: NOWHERE, at: NOWHERE, value: { kind: 'scalar', value: null, text: '', ...NOWHERE } };

const mapOf = (values: TimerValues) => ({
  kind: 'map' as const,
  ...NOWHERE,
  entries: new Map(Object.keys(values).map((key) => [key, ENTRY])),
});

/**
 * Builds an ad-hoc timer from its record, even if a folder or file that it needs no longer exists. `undefined` if the
 * record is invalid.
 */
export function rebuildAdHoc(
  { name, definition = '' }: Pick<JobRecord, 'name' | 'definition'>,
  context: { file: Pick<TimerFile, 'defaults' | 'named'>; machine: Machine },
): Job | undefined {
  const read = parse(definition);
  return isDefinition(read) ? buildAdHoc(name, read, context).job : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isDefinition = (value: unknown): value is AdHocDefinition => {
  const { at, timezone, run, cwd } = Object(value) as Partial<AdHocDefinition>;
  const isCommand = typeof run === 'string' || (Array.isArray(run) && run.every((word) => typeof word === 'string'));
  return isCommand && [at, timezone, cwd ?? ''].every((text) => typeof text === 'string');
};
