import type { FiringMissed } from '../domain/events/index.js';
import type { Job } from '../domain/job.js';
import { lastBefore } from '../domain/last-before.js';
import { MINUTE, SECOND, type Duration, type Instant } from '../domain/time.js';

/** The instants of one job that have passed, sorted by what happens to them. Every instant is in exactly one list. */
export interface DuePlan {
  /** Instants that run: due in the ordinary way, however late, or chosen by the misfire policy; ascending. */
  readonly runs: readonly { readonly scheduledFor: Instant; readonly trigger: 'schedule' | 'catch_up' }[];
  /** Instants that will not run. */
  readonly missed: readonly Missed[];
  /** The last instant that has passed; `undefined` if none has. */
  readonly last: Instant | undefined;
  /** The first instant that has not passed. */
  readonly next: Instant | undefined;
}

/** Consecutive instants that will not run, for the same reason. */
export interface Missed {
  readonly reason: FiringMissed['reason'];
  readonly first: Instant;
  readonly last: Instant;
  readonly count: number;
}

/** A span of time that passed unseen: `from` exclusive, `to` inclusive. */
export interface Gap {
  readonly from: Instant;
  readonly to: Instant;
  readonly reason: 'downtime' | 'clock_jump';
}

/** Instants that came due while no scheduler was watching. */
interface Unseen {
  readonly gap: Gap | undefined;
  /** Instants that were considered but not run by a scheduler that died. */
  readonly waiting: readonly Instant[];
}

/**
 * Returns how late a series of instants may be and still be handled one by one. If the series is later, the process
 * itself was delayed: stopped, starved, or paused with its container. Then the latest of the series runs, however late,
 * so that the job is not lost. Its other instants are misfires, as after a downtime. The limit is shorter for a rhythm,
 * whose instants replace earlier ones sooner than fixed times do.
 */
const graceOf = ({ schedule }: Job): Duration => (schedule.intervalLike ? 5 * SECOND : 5 * MINUTE);

/**
 * Sorts the instants of `job` from `next` up to `now` (inclusive). Those inside `gap` are misfires and go through the
 * job's policy.
 */
export function planDue(job: Job, next: Instant, now: Instant, gap: Gap | undefined): DuePlan {
  const second = nextInWindow(job, next);
  if (gap === undefined && (second === undefined || second + job.offset > now)) {
    return { runs: [{ scheduledFor: next, trigger: 'schedule' }], missed: NONE, last: next, next: second };
  }
  return planRow(job, next, now, { gap, waiting: NONE });
}

const NONE: readonly never[] = [];

/**
 * Does the same as {@link planDue}, for a series that may be empty. `waiting` are instants before `next` that a dead
 * scheduler considered but never ran. The job's policy chooses among them too. Those that it does not choose are not in
 * `missed`, because each is reported separately.
 */
export function planRow(job: Job, next: Instant | undefined, now: Instant, unseen: Unseen): DuePlan {
  const isToCome = next === undefined || next + job.offset > now;
  if (isToCome && unseen.waiting.length === 0) return { runs: NONE, missed: NONE, last: undefined, next };
  return planPassed(job, next, now, unseen);
}

function planPassed(job: Job, next: Instant | undefined, now: Instant, { gap, waiting }: Unseen): DuePlan {
  if (job.schedule.fromEnd) return planOne(job, next, now, { gap, waiting });
  const { seen, latest, hasStood, unseen, last, next: toCome } = gather(job, next, now, gap);
  const passed = [...waiting, ...(hasStood ? seen.latest : []), ...unseen.latest];
  const chosen = passed.length === 0 ? passed : job.misfire.select(passed, now);
  // On its own, the latest instant of a delayed series is a late firing like any other. Among other instants, it waits
  // for its turn.
  const isAmongOthers = hasStood && chosen.length > 1;
  const caughtUp = isAmongOthers ? chosen : chosen.filter((one) => one !== latest);
  const ordinary = hasStood ? seen.latest.slice(-1).filter((one) => !caughtUp.includes(one)) : seen.latest;
  const missed = [
    hasStood ? missedOf(withoutLatest(seen), 'stalled', caughtUp) : undefined,
    gap && missedOf(unseen, gap.reason, caughtUp),
  ].filter((row) => row !== undefined);
  const runs = [
    ...ordinary.map((scheduledFor) => ({ scheduledFor, trigger: 'schedule' as const })),
    ...caughtUp.map((scheduledFor) => ({ scheduledFor, trigger: 'catch_up' as const })),
  ].sort((one, other) => one.scheduledFor - other.scheduledFor);
  return { runs, missed, last, next: toCome };
}

/**
 * Collects the instants that have passed. `unseen` are those inside the gap. `seen` are those before and after the gap,
 * all of them listed unless they are too late (`hasStood`). `latest` is the last seen instant.
 */
function gather(job: Job, next: Instant | undefined, now: Instant, gap: Gap | undefined) {
  const instantAt = (time: Instant) => Math.min(time, now) - job.offset;
  const following = (after: Instant) => (next === undefined || next > after ? next : nextInWindow(job, after));
  const gapFrom = instantAt(gap?.from ?? now);
  const gapTo = Math.max(gapFrom, instantAt(gap?.to ?? now));
  const before = { first: next, until: gapFrom };
  const behind = { first: following(gapTo), until: instantAt(now) };
  const hasStood = [before, behind].some(
    ({ first = Infinity, until }) => first <= until && waitOf(first + job.offset, now, gap) > graceOf(job),
  );
  // Two more than the policy considers: the last instant that it cannot choose, and the latest seen instant.
  const most = job.misfire.most + 2;
  const rows = [before, behind].map((span) => rowOf(job, span, hasStood ? most : Infinity));
  const seen = {
    first: rows.find(({ count }) => count > 0)?.first,
    count: rows.reduce((sum, { count }) => sum + count, 0),
    latest: rows.flatMap(({ latest }) => latest),
  };
  const unseen = rowOf(job, { first: following(gapFrom), until: gapTo }, most);
  const latest = seen.latest.at(-1);
  const last = [unseen.latest.at(-1), latest].filter((one) => one !== undefined);
  return { seen, latest, hasStood, unseen, last: maxOf(last), next: following(instantAt(now)) };
}

const maxOf = (instants: readonly Instant[]): Instant | undefined =>
  instants.length === 0 ? undefined : Math.max(...instants);

/**
 * Sorts the one due instant of a rhythm that counts from the end of the last run. Later instants depend on the run that
 * it becomes, so they are not planned.
 */
function planOne(job: Job, next: Instant | undefined, now: Instant, { gap, waiting }: Unseen): DuePlan {
  const caughtUp = (passed: readonly Instant[]) =>
    job.misfire.select(passed, now).map((scheduledFor) => ({ scheduledFor, trigger: 'catch_up' as const }));
  if (waiting.length > 0) return { runs: caughtUp(waiting), missed: NONE, last: undefined, next: undefined };
  if (next === undefined || next + job.offset > now) return { runs: NONE, missed: NONE, last: undefined, next };
  const due = { last: next, next: undefined };
  if (gap === undefined || !isIn(gap, next + job.offset))
    return { ...due, runs: [{ scheduledFor: next, trigger: 'schedule' }], missed: NONE };
  const runs = caughtUp([next]);
  const missed = { reason: gap.reason, first: next, last: next, count: 1 };
  return { ...due, runs, missed: runs.length > 0 ? NONE : [missed] };
}

/** Returns the first instant of `job` strictly after `after` and inside its active window. */
export function nextInWindow(job: Pick<Job, 'schedule' | 'window'>, after: Instant): Instant | undefined {
  const { notBefore, notAfter } = job.window;
  const instant = job.schedule.next(notBefore === undefined ? after : Math.max(after, notBefore - 1));
  return instant === undefined || (notAfter !== undefined && instant > notAfter) ? undefined : instant;
}

/** Returns how long a firing has waited. A firing that was due before a jump has waited only until the jump. */
const waitOf = (due: Instant, now: Instant, gap: Gap | undefined): Duration =>
  (gap !== undefined && due <= gap.from ? gap.from : now) - due;

const isIn = (gap: Gap | undefined, time: Instant): boolean => gap !== undefined && time > gap.from && time <= gap.to;

/** Ascending instants, of which only the latest are listed. */
interface Row {
  readonly first: Instant | undefined;
  readonly count: number;
  readonly latest: readonly Instant[];
}

const EMPTY: Row = { first: undefined, count: 0, latest: NONE };

/**
 * Returns the instants of `job` from `first`, which need not be on the schedule, to `until` (inclusive). Only the
 * latest `most` are listed.
 */
function rowOf(job: Job, { first, until }: { first: Instant | undefined; until: Instant }, most: number): Row {
  if (first === undefined || first > until) return EMPTY;
  const next = (after: Instant) => (after < first ? first : nextInWindow(job, after));
  const latest: Instant[] = [];
  let instant: Instant | undefined = until + 1;
  while (latest.length < most && instant > first) {
    instant = lastBefore(next, instant) ?? first;
    latest.push(instant);
  }
  return { first, count: 1 + countInWindow(job, first, until), latest: latest.reverse() };
}

function countInWindow({ schedule, window }: Job, after: Instant, until: Instant): number {
  const { notBefore = -Infinity, notAfter = Infinity } = window;
  return schedule.count(Math.max(after, notBefore - 1), Math.min(until, notAfter));
}

const withoutLatest = ({ first, count, latest }: Row): Row => ({
  first,
  count: count - 1,
  latest: latest.slice(0, -1),
});

/**
 * Returns the series without the instants that were chosen to run; `undefined` if none is left. A policy chooses late
 * instants before early ones, so the rest is a series too.
 */
function missedOf(
  { first, count, latest }: Row,
  reason: Missed['reason'],
  chosen: readonly Instant[],
): Missed | undefined {
  const toRun = new Set(chosen);
  const left = count - latest.filter((instant) => toRun.has(instant)).length;
  const last = latest.findLast((instant) => !toRun.has(instant));
  return first === undefined || last === undefined || left <= 0 ? undefined : { reason, first, last, count: left };
}
