import type { Job } from '../../domain/job.js';
import type { ForwardSettings } from '../../domain/forward.js';
import type { LogFileSettings } from '../../domain/log-file.js';
import type { HeartbeatSettings } from '../../domain/heartbeat.js';
import type { StatePlace } from '../../domain/state-place.js';
import type { Steps } from '../../turns/steps.js';
import type { ClockSettings } from '../../domain/time-source.js';
import type { Duration } from '../../domain/time.js';
import { readAccounts, type Accounts } from '../text/accounts.js';
import { buildClock } from './clock.js';
import { buildForward } from './forward.js';
import { buildLog } from './log.js';
import { buildHttp, type HttpSettings } from './http.js';
import { buildJob, readTimezone, type JobContext } from './job.js';
import { spreadBy } from './job-offset.js';
import { buildHeartbeat } from './notify.js';
import { buildState, warnOfForgetting } from './state.js';
import { buildTracing, type TracingSettings } from './tracing.js';
import { Paths } from './check-paths.js';
import { internalError, type Problems } from '../text/diagnostic.js';
import { describe } from '../check/explain-issue.js';
import { warnOfLongRuns, type BuiltTimer } from './warn-of-long-runs.js';
import { warnOfHerds } from './warn-of-herds.js';
import { MapReport, type PlacedMap } from './map-report.js';
import { mergeDefaults } from '../check/merge-defaults.js';
import type { Machine } from './machine.js';
import type { MapEntry, Slot } from '../text/node.js';
import { PlainValues } from '../text/plain-value.js';
import { quoted } from '../../text/quoted.js';
import { suggestTimeZone } from '../../schedules/index.js';
import { withoutUndefined } from './without-undefined.js';
import { clip } from '../text/quote.js';
import { LevelReader } from '../check/read-level.js';
import { defaultsSchema, fileSchema, timerSchema, type Defaults, type FileValues } from '../check/schema.js';
import type { TextSpan } from '../text/source.js';
import { isKeyOf } from '../check/unknown-key.js';
import { warnOfSharedReceivers, warnOfUndeclaredGroups } from './warn-of-sharing.js';

/** The settings of a timer file for the scheduler as a whole. */
export interface Settings {
  /** IANA name. */
  readonly timezone: string;
  /** The maximum number of active runs across all timers. Absent if there is no limit. */
  readonly concurrency?: number;
  readonly state: StatePlace;
  /** The maximum number of active runs by group. A group that is not listed allows 1. */
  readonly groups: ReadonlyMap<string, number>;
  /** What happens to the processes of a scheduler that died. */
  readonly orphans: 'kill' | 'keep';
  /** What starts commands. `auto` is the forker if it can be used, otherwise execa. */
  readonly launcher: 'auto' | 'execa';
  readonly history: { readonly keep: Duration; readonly runs: number };
  /** Where `start` logs to. Absent if it logs to standard output. */
  readonly log?: LogFileSettings;
  /** Where HTTP clients can observe the scheduler. Absent if there is no HTTP server. */
  readonly http?: HttpSettings;
  /** Where spans of runs are sent. Absent if no spans are sent. */
  readonly tracing?: TracingSettings;
  /** How the clock is checked. Absent if the clock is not checked. */
  readonly clock?: ClockSettings;
  /** Where outcomes are sent. Absent if no outcomes are sent. */
  readonly forward?: ForwardSettings;
  /** The scheduler's heartbeat. Absent if there is none. */
  readonly heartbeat?: HeartbeatSettings;
}

/** Everything that the meaning of a file's tree depends on. */
export interface FileContext {
  readonly problems: Problems;
  readonly machine: Machine;
  /** The base of relative paths. */
  readonly folder: string;
  /** Whether to warn about the future: clock changes, runs that outlast their interval, herds. */
  readonly foresees: boolean;
}

export interface BuiltFile {
  readonly settings: Settings;
  readonly jobs: readonly Job[];
  readonly defaults: Defaults;
  /** The sources of the jobs. */
  readonly timers: readonly BuiltTimer[];
  /** The names under `timers`, including those of invalid timers. */
  readonly names: readonly string[];
}

/** YAML reads a crontab as one plain string. */
const CRONTAB_LINE = /^(?:[\d*/,-]+\s+){5}\S/;
const IMPORT = 'A crontab? "timers import" converts it to a timer file.';
const EXAMPLE = 'For example: timers: {backup: {cron: "0 3 * * *", run: ./backup.sh}}';

/** Builds settings and jobs from a file's tree, and reports every error. If there is one, do not run the result. */
export function* buildFile(root: Slot, context: FileContext): Steps<BuiltFile | undefined> {
  const { problems } = context;
  const { value, at } = root;
  if (value.kind === 'map')
    return yield* new FileBuilder({ map: value, path: [], key: { start: 0, end: 0 } }, context).build();
  if (value.kind === 'broken') return undefined;
  if (value.kind === 'scalar' && value.value === null) {
    problems.error({ code: 'empty-file', message: 'The file is empty.', hint: EXAMPLE, at: { start: 0, end: 0 } });
  } else {
    const message = `A timer file is a map that begins with "timers:", not ${describe(value)}.`;
    const isCrontab = value.kind === 'scalar' && CRONTAB_LINE.test(String(value.value));
    const hint = isCrontab ? IMPORT : value.kind === 'list' ? 'Timers are named, not listed. ' + EXAMPLE : EXAMPLE;
    problems.error({ code: 'not-a-map', message, hint, at: { start: at.start, end: at.start + 1 } });
  }
  return undefined;
}

/** The settings that apply to all timers. */
interface Surroundings {
  readonly settings: Settings;
  readonly defaults: Defaults;
  readonly defaultsMap: PlacedMap | undefined;
}

class FileBuilder {
  readonly #top: PlacedMap;
  readonly #report: MapReport;
  readonly #context: FileContext;
  readonly #levels: LevelReader;
  readonly #paths: Paths;
  readonly #command: JobContext['command'];
  #accounts: Accounts | undefined;

  constructor(top: PlacedMap, context: FileContext) {
    const { problems, machine, folder } = context;
    this.#top = top;
    this.#context = context;
    this.#report = new MapReport(problems, top);
    this.#levels = new LevelReader(problems, new PlainValues(machine.env, problems));
    this.#paths = new Paths(folder, machine);
    this.#command = {
      paths: this.#paths,
      uid: machine.uid,
      accounts: () => (this.#accounts ??= machine.accounts ?? readAccounts()),
    };
  }

  *build(): Steps<BuiltFile> {
    const values = this.#levels.read(fileSchema, withoutParts(this.#top), { level: 'file', path: [] });
    const settings = this.#settings(values);
    const defaultsMap = this.#defaultsMap();
    const defaults = defaultsMap
      ? this.#levels.read(defaultsSchema, defaultsMap.map, { level: 'defaults', path: ['defaults'] })
      : {};
    const timers = this.#timers();
    const built: BuiltTimer[] = [];
    for (const [name, entry] of timers) {
      const timer = this.#guarded(name, entry, { settings, defaults, defaultsMap });
      if (timer !== undefined) built.push(timer);
      yield;
    }
    const jobs = built.map(({ job }) => job);
    this.#warnUnusedGroups(settings, jobs);
    warnOfUndeclaredGroups(built, settings.groups);
    warnOfSharedReceivers(built, settings.heartbeat?.request?.url);
    if (jobs.length === timers.length) warnAllDisabled(jobs, this.#report);
    this.#warnUnknownZone(values.timezone, built);
    if (settings.state.kind === 'memory') built.forEach(warnOfForgetting);
    if (this.#context.foresees) {
      for (const timer of built) warnOfLongRuns(timer);
      warnOfHerds(built, { ...settings, start: this.#context.machine.start });
    }
    return { settings, jobs, defaults, timers: built, names: timers.map(([name]) => name) };
  }

  #settings(values: FileValues): Settings {
    const { machine } = this.#context;
    const state = buildState(values.state, this.#report, { paths: this.#paths, machine });
    return {
      timezone: readTimezone(values.timezone, machine.timezone, this.#report),
      ...(values.concurrency !== undefined && { concurrency: values.concurrency }),
      state,
      groups: new Map(Object.entries(values.groups ?? {})),
      orphans: values.orphans ?? 'kill',
      launcher: values.launcher ?? 'auto',
      history: { keep: values.history?.keep ?? 30 * 86_400_000, runs: values.history?.runs ?? 1_000 },
      ...withoutUndefined({ log: values.log && buildLog(values.log, this.#report, this.#paths) }),
      ...this.#watch(values, state),
      ...buildTracing(values.tracing, this.#report, machine.env),
    };
  }

  /** Builds the monitoring settings: clock, HTTP, heartbeat and forwarding. */
  #watch(
    { clock, http, heartbeat, forward }: FileValues,
    state: StatePlace,
  ): Pick<Settings, 'clock' | 'http' | 'heartbeat' | 'forward'> {
    return withoutUndefined({
      clock: clock && buildClock(clock, this.#report, this.#context.machine.state ?? state),
      http: http && buildHttp(http, this.#report, this.#paths),
      forward: forward && buildForward(forward, this.#report, { paths: this.#paths, state }),
      heartbeat: heartbeat && buildHeartbeat(heartbeat, this.#report, this.#context.folder),
    });
  }

  #defaultsMap(): PlacedMap | undefined {
    const entry = this.#top.map.entries.get('defaults');
    if (entry === undefined || isEmpty(entry) || entry.value.kind === 'broken') return undefined;
    if (entry.value.kind === 'map') return { map: entry.value, path: ['defaults'], key: entry.key };
    const message = `defaults takes a map of timer keys, not ${describe(entry.value)}.`;
    this.#report.error('defaults', { code: 'wrong-type', message, hint: 'For example: defaults: {timeout: 10m}' });
    return undefined;
  }

  #timers(): readonly (readonly [string, MapEntry])[] {
    const entry = this.#top.map.entries.get('timers');
    if (entry === undefined) {
      // A misspelled "timers" is already reported, with the right word.
      const isMisspelled = this.#report.ownKeys().some((key) => !isKeyOf('file', key) && !key.startsWith('x-'));
      if (!isMisspelled)
        this.#report.errorInAll({ code: 'no-timers', message: 'The file has no timers.', hint: EXAMPLE });
      return [];
    }
    const { value } = entry;
    if (value.kind === 'map' && value.entries.size > 0) return [...value.entries];
    if (value.kind === 'broken') return [];
    if (value.kind === 'map' || isEmpty(entry)) {
      this.#report.error(
        'timers',
        { code: 'no-timers', message: 'timers is empty: there is nothing to run.', hint: EXAMPLE },
        { isKey: true },
      );
    } else {
      const message = `timers takes a map with one entry per timer, not ${describe(value)}.`;
      this.#report.error('timers', {
        code: 'wrong-type',
        message,
        hint: value.kind === 'list' ? `Give each timer a name instead of a dash. ${EXAMPLE}` : EXAMPLE,
      });
    }
    return [];
  }

  /** Builds one timer. An internal error that the timer causes is reported as an error in that timer. */
  #guarded(name: string, entry: MapEntry, file: Surroundings): BuiltTimer | undefined {
    try {
      return this.#job(name, entry, file);
    } catch (error) {
      const subject = `The timer "${clip(name)}"`;
      this.#context.problems.error({ ...internalError(subject, error), at: entry.key, path: ['timers', name] });
      return undefined;
    }
  }

  #job(name: string, entry: MapEntry, file: Surroundings): BuiltTimer | undefined {
    const { problems } = this.#context;
    const path = ['timers', name];
    this.#checkName(name, entry.key, path);
    const { value } = entry;
    if (value.kind === 'broken') return undefined;
    if (value.kind !== 'map' && isKeyOf('timer', name)) {
      const message = `"${name}" appears where a timer name is expected.`;
      const hint = 'If it belongs to the timer above it, indent it further.';
      problems.error({ code: 'bad-indent', message, hint, at: entry.key, path });
      return undefined;
    }
    if (value.kind !== 'map') {
      const message = isEmpty(entry)
        ? 'The timer is empty.'
        : `A timer is a map with a schedule and run, not ${describe(value)}.`;
      problems.error({
        code: 'wrong-type',
        message,
        hint:
          value.kind === 'list'
            ? 'Remove the dashes: the keys of a timer are not a list.'
            : `For example: ${clip(name)}: {every: 10s, run: ./check.sh}`,
        at: entry.key,
        path,
      });
      return undefined;
    }
    const own = this.#levels.read(timerSchema, value, { level: 'timer', path });
    const values = mergeDefaults(file.defaults, own);
    const report = new MapReport(problems, { map: value, path, key: entry.key }, file.defaultsMap, values.ignore);
    const job = buildJob(name, values, report, { ...jobContext(this.#context, file), command: this.#command });
    return job && { job, values, report };
  }

  #checkName(name: string, at: TextSpan, path: readonly string[]): void {
    if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name)) return;
    const isLong = /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name);
    const message = isLong
      ? `This name is too long: it has ${name.length} characters; the maximum is 128.`
      : `"${clip(name)}" is not a valid name for a timer.`;
    const hint = 'Use letters, digits, ".", "_" and "-", and start with a letter or digit.';
    this.#context.problems.error({ code: 'bad-name', message, ...(!isLong && { hint }), at, path });
  }

  #warnUnusedGroups({ groups }: Settings, jobs: readonly Job[]): void {
    if (this.#context.problems.hasErrors) return;
    const used = new Set(jobs.map(({ group }) => group));
    for (const name of groups.keys()) {
      if (used.has(name)) continue;
      this.#report.warn(
        'groups',
        { code: 'unused-group', message: `groups: no timer has group: ${name}.` },
        { item: name, isKey: true },
      );
    }
  }

  /** Warns about an unknown zone in `TZ`, which applies only if the file does not set a zone. */
  #warnUnknownZone(timezone: string | undefined, timers: readonly BuiltTimer[]): void {
    const { unknownZone } = this.#context.machine;
    if (unknownZone === undefined || timezone !== undefined) return;
    if (timers.length > 0 && timers.every(({ values }) => values.timezone !== undefined)) return;
    const meant = suggestTimeZone(unknownZone);
    this.#report.warnInAll({
      code: 'unknown-tz',
      message: `TZ is set to ${quoted(unknownZone)}, which is not a time zone, so UTC is used.`,
      hint:
        meant === undefined
          ? 'Set timezone in the file, or TZ, to an IANA name such as Europe/Berlin.'
          : `Write timezone: ${meant} in the file, or set TZ=${meant}.`,
    });
  }
}

function warnAllDisabled(jobs: readonly Job[], report: MapReport): void {
  if (jobs.length === 0 || jobs.some(({ enabled }) => enabled)) return;
  const message = 'Every timer is disabled: nothing will fire.';
  report.warn('timers', { code: 'all-disabled', message }, { isKey: true });
}

/** Returns what the meaning of a timer depends on. A state in use takes precedence over the `state` of the file. */
function jobContext(
  { machine, foresees }: FileContext,
  { settings: { state: written, timezone } }: Surroundings,
): Omit<JobContext, 'command'> {
  const { state = written } = machine;
  return { machine, spreadBy: spreadBy(state, machine), timezone, state, foresees };
}

const isEmpty = ({ value }: Slot): boolean => value.kind === 'scalar' && value.value === null;

/** Returns the top of the file without `timers` and `defaults`, which have their own readers, and without `x-` keys. */
function withoutParts({ map }: PlacedMap): PlacedMap['map'] {
  const isPart = (key: string) => key === 'timers' || key === 'defaults' || key.startsWith('x-');
  return { ...map, entries: new Map([...map.entries].filter(([key]) => !isPart(key))) };
}
