import type { Controls } from '../domain/controls.js';
import { firingId } from '../domain/firing.js';
import { wayOut } from '../domain/nearest.js';
import type { AdmissionPolicy } from '../domain/policy.js';
import type { StatusRecord } from '../domain/status-record.js';
import { toTimestamp } from '../domain/time.js';
import { flag, namesOrAll, optionalCount, optionalDuration, optionalText, text } from './arguments.js';
import { RefusalError, type Args } from './protocol.js';
import { MOST_RECENT } from './recent-outcomes.js';
import type { StatusAsked } from './status.js';

/** What stands behind the socket. */
export interface Controlled {
  readonly controls: Controls;
  /** The timer file's path. */
  readonly file: string;
  isStopping(): boolean;
  status(asked: StatusAsked): StatusRecord | Promise<StatusRecord>;
  /** The policy for a kind of overlap; `undefined` for a word that is none. */
  overlap(kind: string): AdmissionPolicy | undefined;
  /** Reads the timer file anew and takes it, or tells what is wrong with it. JSON-safe. */
  reload(): Promise<object>;
  /** What taking `file` (by default the timer file) would change. Changes nothing. JSON-safe. */
  compare(file: string | undefined): Promise<object>;
  /** Returns at once. */
  stop(how: { readonly drain: boolean }): void;
}

/** Carries out one verb. @throws RefusalError why not. */
type Verb = (controlled: Controlled, args: Args) => unknown;

/** Every verb but `logs`, which answers more than once. */
export const verbs: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['status', status],
  ['trigger', trigger],
  ['pause', pause],
  ['resume', resume],
  ['cancel', cancel],
  ['reset', reset],
  [
    'reload',
    (controlled, args) => {
      const file = optionalText(args, 'file');
      if (flag(args, 'dry_run')) return controlled.compare(file);
      refuseWhileStopping(controlled);
      return controlled.reload();
    },
  ],
  [
    'stop',
    (controlled, args) => {
      controlled.stop({ drain: flag(args, 'drain') });
      return {};
    },
  ],
]);

function status(controlled: Controlled, args: Args): unknown {
  const recent = optionalCount(args, 'recent');
  if (recent !== undefined && recent > MOST_RECENT)
    throw new RefusalError('bad_argument', `recent takes a whole number up to ${MOST_RECENT}`);
  return controlled.status({ recent, since: optionalCount(args, 'since') });
}

function trigger(controlled: Controlled, args: Args): unknown {
  const name = text(args, 'name');
  const kind = optionalText(args, 'overlap');
  const admission = kind === undefined ? undefined : controlled.overlap(kind);
  if (kind !== undefined && admission === undefined)
    throw new RefusalError('bad_argument', 'overlap takes skip, queue, allow or replace');
  refuseWhileStopping(controlled);
  const firing = controlled.controls.trigger(name, admission && [admission]);
  if (firing === undefined) throw unknownTimer(controlled, name);
  return { firing_id: firingId(firing), scheduled_at: toTimestamp(firing.scheduledFor) };
}

function pause(controlled: Controlled, args: Args): unknown {
  const length = optionalDuration(args, 'for_ms');
  const reason = optionalText(args, 'reason');
  const { at, names } = named(controlled, args);
  const until = length === undefined ? undefined : at + length;
  for (const name of names) controlled.controls.pause(name, { until, reason });
  return { names, until: until === undefined ? null : toTimestamp(until) };
}

function resume(controlled: Controlled, args: Args): unknown {
  const { names } = named(controlled, args);
  for (const name of names) controlled.controls.resume(name);
  return { names };
}

function cancel(controlled: Controlled, args: Args): unknown {
  const target = text(args, 'target');
  const canceled = controlled.controls.cancel(target);
  if (canceled > 0) return { canceled };
  const { jobs } = controlled.controls.status();
  if (jobs.some(({ job }) => job.name === target)) return { canceled };
  const way = wayOut(
    target,
    jobs.map(({ job }) => job.name),
  );
  throw new RefusalError('unknown_run', `there is no timer and no run that is on "${target}". ${way}`);
}

function reset(controlled: Controlled, args: Args): unknown {
  const name = text(args, 'name');
  const length = optionalDuration(args, 'in_ms');
  refuseWhileStopping(controlled);
  const before = controlled.controls.status().jobs.find(({ job }) => job.name === name);
  if (before === undefined) throw unknownTimer(controlled, name);
  const next = controlled.controls.reset(name, length);
  const hasClosed = before.breaker.kind !== 'closed';
  if (next === undefined && !hasClosed) {
    const message = `${name} has nothing to count anew: reset takes timers with in or every, and breakers that are not closed`;
    throw new RefusalError('nothing_to_reset', message);
  }
  return { next_at: next === undefined ? null : toTimestamp(next), breaker_closed: hasClosed };
}

/** The timers an argument names: all of them known, or none is touched. */
function named({ controls, file }: Controlled, args: Args): { at: number; names: readonly string[] } {
  const { at, jobs } = controls.status();
  const known = jobs.map(({ job }) => job.name);
  const names = namesOrAll(args) ?? known;
  const isKnown = new Set(known);
  for (const name of names) if (!isKnown.has(name)) throw unknown(name, known, file);
  return { at, names };
}

/** @throws RefusalError when there is no timer of that name. */
export function refuseUnknown(controlled: Controlled, name: string): void {
  if (!controlled.controls.status().jobs.some(({ job }) => job.name === name)) throw unknownTimer(controlled, name);
}

function unknownTimer({ controls, file }: Controlled, name: string): RefusalError {
  const known = controls.status().jobs.map(({ job }) => job.name);
  return unknown(name, known, file);
}

const unknown = (name: string, known: readonly string[], file: string): RefusalError =>
  new RefusalError('unknown_timer', `there is no timer "${name}" in ${file}. ${wayOut(name, known)}`);

function refuseWhileStopping(controlled: Controlled): void {
  if (controlled.isStopping()) throw new RefusalError('stopping', 'the scheduler is stopping');
}
