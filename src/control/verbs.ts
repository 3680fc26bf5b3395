import { isAdHoc, type AdHocRequest, type AdHocTimer } from '../domain/ad-hoc.js';
import { jobsWithRuns, type Controls, type RunView } from '../domain/controls.js';
import { firingId, type Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { Judgment } from '../health/judge.js';
import { wayOut } from '../text/nearest.js';
import type { AdmissionPolicy } from '../domain/policy.js';
import { MOST_RECENT } from '../domain/recent-outcome.js';
import type { SharedRecord, StatusRecord, TimerRecord } from '../domain/status-record.js';
import type { LoadedFile } from '../domain/loaded-file.js';
import { toTimestamp, type Duration, type Instant } from '../domain/time.js';
import {
  commandArgument,
  flagArgument,
  namesOrAll,
  optionalCount,
  optionalDuration,
  optionalText,
  pathArgument,
  textArgument,
} from './arguments.js';
import { RefusalError, type Args } from './requests.js';
import { interestOf, type EventsAsked, type LogPortion } from './recent-events.js';
import type { StatusAsked } from './status.js';
import type { VerbName } from './verb-entries.js';

/** The scheduler and its surroundings, as the socket controls them. */
export interface VerbTarget {
  /** Passes a verb to another machine; `undefined` if this one may execute it. */
  elsewhere?(verb: string, args: Args): Promise<unknown> | undefined;
  readonly controls: Controls;
  /** The scheduler's process. */
  readonly pid: number;
  /** The timer file's path. */
  readonly file: string;
  /** The wall clock that decides when requests expire. */
  now(): Instant;
  isStopping(): boolean;
  status(asked: StatusAsked): StatusRecord | Promise<StatusRecord>;
  /** Returns whether the scheduler is alive, or also ready: the same judgment as `/healthz` and `/readyz`. */
  health(question: 'alive' | 'ready'): Judgment;
  /** Returns the scheduler's role in a shared state; `undefined` without one. */
  role?(): SharedRecord['role'] | undefined;
  /** Returns a part of the recent log. */
  events(asked: EventsAsked): LogPortion;
  /** Returns the policy for a kind of overlap; `undefined` for an unknown kind. */
  overlap(kind: string): AdmissionPolicy | undefined;
  /** Adds an ad-hoc timer. @throws RefusalError with the reason. */
  add(request: AdHocRequest): AdHocTimer;
  /** Makes an ad-hoc timer due after `length`, and returns when it is due. @throws RefusalError with the reason. */
  move(name: string, length: Duration): Instant;
  /** Reads the timer file again and applies it, or returns its errors. JSON-safe. */
  reload(): Promise<object>;
  /** Returns what loading `file` (by default the timer file) would change. Changes nothing. JSON-safe. */
  compare(file: string | undefined): Promise<object>;
  /** Begins to stop the scheduler, and returns at once. */
  stop(how: { readonly drain: boolean }): void;
  /** Returns what the scheduler has loaded from its timer file. */
  taken(): LoadedFile;
}

/** Executes one verb. @throws RefusalError with the reason. */
type Verb = (controlled: VerbTarget, args: Args) => unknown;

/** Every verb except `logs`, which sends more than one reply. */
export const verbs: ReadonlyMap<string, Verb> = new Map(
  Object.entries<Verb>({
    status,
    add: kept(add),
    health,
    trigger: kept(trigger),
    pause: kept(pause),
    resume: kept(resume),
    cancel: kept(cancel),
    reset: kept(reset),
    reload: kept(reload),
    stop,
    events,
    taken: (controlled) => controlled.taken(),
  } satisfies Record<Exclude<VerbName, 'logs'>, Verb>).map(([name, carryOut]) => [
    name,
    timely(byTheActive(name, carryOut)),
  ]),
);

/** Wraps a verb so that a standby machine of a shared state passes it to the active one. */
function byTheActive(name: string, carryOut: Verb): Verb {
  return (controlled, args) => controlled.elsewhere?.(name, args) ?? carryOut(controlled, args);
}

const LOST =
  'this machine lost the shared state before it had confirmed the request: timers status shows whether it was executed';

/**
 * Wraps a verb so that it waits until its change is recorded, and reports that. So a confirmed change survives any
 * crash.
 */
function kept(carryOut: (controlled: VerbTarget, args: Args) => object | Promise<object>): Verb {
  return async (controlled, args) => {
    const answer = await carryOut(controlled, args);
    const keeping = await controlled.controls.kept();
    if (keeping === 'lost') throw new RefusalError('unavailable', LOST);
    return { ...answer, keeping };
  };
}

/**
 * Wraps a verb so that it rejects expired requests. A stopped process that continues finds requests of clients that
 * gave up.
 */
function timely(carryOut: Verb): Verb {
  return (controlled, args) => {
    const expiresAt = optionalCount(args, 'expires_at');
    if (expiresAt !== undefined && controlled.now() > expiresAt)
      throw new RefusalError('expired', 'the request came too late, and was not executed: send it again');
    return carryOut(controlled, args);
  };
}

function status(controlled: VerbTarget, args: Args): unknown {
  const recent = optionalCount(args, 'recent');
  if (recent !== undefined && recent > MOST_RECENT)
    throw new RefusalError('bad_argument', `recent takes a whole number up to ${MOST_RECENT}`);
  return controlled.status({ recent, since: optionalCount(args, 'since') });
}

function add(controlled: VerbTarget, args: Args): object {
  const length = optionalDuration(args, 'in_ms');
  const timezone = optionalText(args, 'timezone');
  const timeout = optionalDuration(args, 'timeout_ms');
  const description = optionalText(args, 'description');
  const when =
    length === undefined
      ? { at: textArgument(args, 'at'), ...(timezone !== undefined && { timezone }) }
      : { in: length };
  if (length === 0)
    throw new RefusalError('bad_argument', 'the delay must be longer than 0. To run the command now, use your shell');
  refuseWhileStopping(controlled);
  const {
    name,
    due,
    command: line,
    ...rest
  } = controlled.add({
    when,
    run: commandArgument(args, 'run'),
    ...(args['cwd'] !== undefined && { cwd: pathArgument(args, 'cwd') }),
    ...(timeout !== undefined && { timeout }),
    ...(description !== undefined && { description }),
  });
  return { task_name: name, scheduled_at: toTimestamp(due), command: line, ...rest };
}

function health(controlled: VerbTarget, args: Args): object {
  const question = optionalText(args, 'question') ?? 'ready';
  if (question !== 'alive' && question !== 'ready')
    throw new RefusalError('bad_argument', 'question takes alive or ready');
  const { isOk: ok, reasons } = controlled.health(question);
  const role = controlled.role?.();
  return { ok, reasons, pid: controlled.pid, ...(role !== undefined && { role }) };
}

function events(controlled: VerbTarget, args: Args): LogPortion {
  const asked = { ...interestOf(args), last: optionalCount(args, 'last'), after: optionalText(args, 'after') };
  const portion = controlled.events(asked);
  // A removed timer may still have events.
  if (asked.jobName !== undefined && asked.after === undefined && portion.events.length === 0)
    refuseUnknown(controlled, asked.jobName);
  return portion;
}

function trigger(controlled: VerbTarget, args: Args): object {
  const name = textArgument(args, 'name');
  const kind = optionalText(args, 'overlap');
  const admission = kind === undefined ? undefined : controlled.overlap(kind);
  if (kind !== undefined && admission === undefined)
    throw new RefusalError('bad_argument', 'overlap takes skip, queue, allow or replace');
  refuseWhileStopping(controlled);
  const firing = controlled.controls.trigger(name, admission && [admission]);
  if (firing === undefined) throw unknownTimer(controlled, name);
  const run = runOf(controlled, firing);
  return {
    firing_id: firingId(firing),
    scheduled_at: toTimestamp(firing.scheduledFor),
    ...(run !== undefined && { state: run.state }),
  };
}

/**
 * Returns the run of a manual firing. Rejects the request if it has none: its overlap rule has already skipped it. The
 * event follows once it is recorded.
 */
function runOf({ controls }: VerbTarget, firing: Firing): RunView | undefined {
  const { jobName } = firing;
  const runs = controls.status().jobs.find(({ job }) => job.name === jobName)?.runs;
  const own = runs?.find((run) => firingId(run.firing) === firingId(firing));
  if (runs === undefined || own !== undefined) return own;
  const why = runs.length > 0 ? 'the previous run is still active' : `timers history ${jobName} shows why`;
  throw new RefusalError('skipped', `${jobName} is skipped: ${why}`);
}

function pause(controlled: VerbTarget, args: Args): object {
  const length = optionalDuration(args, 'for_ms');
  const reason = optionalText(args, 'reason');
  const { at, names } = named(controlled, args);
  const until = optionalCount(args, 'until') ?? (length === undefined ? undefined : at + length);
  for (const name of names) controlled.controls.pause(name, { until, reason });
  return { names, until: until === undefined ? null : toTimestamp(until) };
}

function resume(controlled: VerbTarget, args: Args): object {
  const { names } = named(controlled, args);
  const { jobs } = controlled.controls.status();
  const paused = new Set(jobs.filter((one) => one.paused !== undefined).map(({ job }) => job.name));
  for (const name of names) controlled.controls.resume(name);
  return { names, not_paused: names.filter((name) => !paused.has(name)) };
}

function cancel(controlled: VerbTarget, args: Args): object {
  const target = wholeId(controlled, textArgument(args, 'target'));
  const ended = ownerOf(target, controlled);
  const isRemoved = isAdHoc(target) && controlled.controls.remove(target);
  const canceled = controlled.controls.cancel(target);
  if (canceled > 0 || isRemoved) return { ...ended, canceled, removed: isRemoved };
  const { jobs } = controlled.controls.status();
  if (jobs.some(({ job }) => job.name === target)) return { ...ended, canceled, removed: false };
  const way = wayOut(
    target,
    jobs.map(({ job }) => job.name),
  );
  throw new RefusalError('unknown_run', `unknown timer or run "${target}". ${way}`);
}

/** Returns the timer that `target` names, or the run that it names and the timer of that run. */
function ownerOf(target: string, { controls }: VerbTarget) {
  const jobs = jobsWithRuns(controls.status());
  const owner = jobs.find(({ job, runs }) => job.name !== target && runs.some(({ runId }) => runId === target));
  return { task_name: owner?.job.name ?? target, run_id: owner === undefined ? null : target };
}

/**
 * Returns the id of the run with this prefix. Returns the name of a timer, or an unknown target, unchanged. @throws
 * RefusalError if several runs share the prefix.
 */
function wholeId({ controls }: VerbTarget, target: string): string {
  const jobs = jobsWithRuns(controls.status());
  if (target === '' || jobs.some(({ job }) => job.name === target)) return target;
  const ids = jobs.flatMap(({ runs }) => runs.map(({ runId }) => runId)).filter((id) => id.startsWith(target));
  if (ids.length <= 1 || ids.includes(target)) return ids.length === 1 ? (ids[0] ?? target) : target;
  throw new RefusalError(
    'unknown_run',
    `${ids.length} active runs begin with "${target}": ${ids.slice(0, 5).join(', ')}`,
  );
}

function reset(controlled: VerbTarget, args: Args): object {
  const name = textArgument(args, 'name');
  const length = optionalDuration(args, 'in_ms');
  refuseWhileStopping(controlled);
  const before = controlled.controls.status().jobs.find(({ job }) => job.name === name);
  if (before === undefined) throw unknownTimer(controlled, name);
  if (isAdHoc(name)) return { ...armedAt(move(controlled, name, length), 0), breaker_closed: false };
  const next = controlled.controls.reset(name, length);
  const hasClosed = before.breaker.kind !== 'closed';
  if (next === undefined && !hasClosed) {
    throw new RefusalError('nothing_to_reset', `${name} has nothing to reset: ${whyNotReset(before.job)}`);
  }
  return { ...armedAt(next, before.job.offset), breaker_closed: hasClosed };
}

/** Returns the nominal instant and the actual start. */
const armedAt = (next: Instant | undefined, offset: Duration): ArmedAt => ({
  next_at: next === undefined ? null : toTimestamp(next),
  starts_at: next === undefined ? null : toTimestamp(next + offset),
});

type ArmedAt = Required<Pick<TimerRecord, 'next_at' | 'starts_at'>>;

/** Returns why a timer has no delay or interval to restart, as a clause. */
function whyNotReset({ schedule, written: { key }, enabled }: Job): string {
  if (schedule.length !== undefined) return enabled ? 'it is done' : 'it is disabled';
  const what = key === 'every' ? 'every with at' : key;
  return `${what} fires at set times. reset restarts a delay (in) or an interval (every without at), or closes a breaker`;
}

function move(controlled: VerbTarget, name: string, length: Duration | undefined): Instant {
  if (length !== undefined && length > 0) return controlled.move(name, length);
  throw new RefusalError('bad_argument', `${name} fires once; say when: timers reset ${name} --in 5m`);
}

function reload(controlled: VerbTarget, args: Args): Promise<object> {
  const file = optionalText(args, 'file');
  if (flagArgument(args, 'dry_run')) return controlled.compare(file);
  refuseWhileStopping(controlled);
  return controlled.reload();
}

function stop(controlled: VerbTarget, args: Args): object {
  controlled.stop({ drain: flagArgument(args, 'drain') });
  return {};
}

/** Returns the timers that the arguments name. If one is unknown, none is affected. */
function named({ controls, file }: VerbTarget, args: Args): { at: number; names: readonly string[] } {
  const { at, jobs } = controls.status();
  const known = jobs.map(({ job }) => job.name);
  const names = namesOrAll(args) ?? known;
  const isKnown = new Set(known);
  for (const name of names) if (!isKnown.has(name)) throw unknown(name, known, file);
  return { at, names };
}

/** @throws RefusalError for an unknown name. */
export function refuseUnknown(controlled: VerbTarget, name: string): void {
  if (!controlled.controls.status().jobs.some(({ job }) => job.name === name)) throw unknownTimer(controlled, name);
}

function unknownTimer({ controls, file }: VerbTarget, name: string): RefusalError {
  const known = controls.status().jobs.map(({ job }) => job.name);
  return unknown(name, known, file);
}

const unknown = (name: string, known: readonly string[], file: string): RefusalError =>
  new RefusalError('unknown_timer', `unknown timer "${name}" in ${file}. ${wayOut(name, known)}`);

function refuseWhileStopping(controlled: VerbTarget): void {
  if (controlled.isStopping()) throw new RefusalError('stopping', 'the scheduler is stopping');
}
