import type { FiringMissed } from '../domain/event.js';
import type { Job } from '../domain/job.js';
import { MINUTE, type Duration, type Instant } from '../domain/time.js';

/** The instants of one job that have come, sorted by what becomes of them. Every instant stands in exactly one place. */
export interface DuePlan {
  /** Due in the ordinary way, however late, or chosen by the misfire policy; ascending. */
  readonly runs: readonly { readonly scheduledFor: Instant; readonly trigger: 'schedule' | 'catch_up' }[];
  /** Will not run. */
  readonly missed: readonly Missed[];
  /** The last instant that has come; `undefined` when none has. */
  readonly last: Instant | undefined;
  /** The first instant that has not come. */
  readonly next: Instant | undefined;
}

/** Instants in a row that will not run, for one reason. */
export interface Missed {
  readonly reason: FiringMissed['reason'];
  readonly first: Instant;
  readonly last: Instant;
  readonly count: number;
}

/** A stretch of time that passed unseen: `from` exclusive, `to` inclusive. */
export interface Gap {
  readonly from: Instant;
  readonly to: Instant;
  readonly reason: 'downtime' | 'clock_jump';
}

/** What nobody saw come due. */
interface Unseen {
  readonly gap: Gap | undefined;
  /** Instants that were considered, but that a scheduler which died never ran. */
  readonly waiting: readonly Instant[];
}

/** How many passed instants a misfire policy is shown; older ones are counted only. */
const REMEMBERED = 1_000;

/**
 * How late a whole row of instants may still run, when the process itself was held up (stopped, starved, paused with its container).
 * Of a longer row only the latest runs: the job is not lost, and there is no storm.
 */
const STALL_GRACE: Duration = 5 * MINUTE;

/** Sorts the instants of `job` from `next` on that have come by `now` (inclusive). Those inside `gap` are misfires and go through the job's policy. */
export function planDue(job: Job, next: Instant, now: Instant, gap: Gap | undefined): DuePlan {
  const second = nextInWindow(job, next);
  if (gap === undefined && (second === undefined || second + job.offset > now)) {
    return { runs: [{ scheduledFor: next, trigger: 'schedule' }], missed: NONE, last: next, next: second };
  }
  return planRow(job, next, now, { gap, waiting: NONE });
}

const NONE: readonly never[] = [];

/**
 * Sorts like {@link planDue} a row that may be empty. `waiting` are instants before `next` that were considered, but that a scheduler which
 * died never ran: the job's policy chooses among them as well. Those it does not choose stand in no `missed`; they are told one by one.
 */
export function planRow(job: Job, next: Instant | undefined, now: Instant, { gap, waiting }: Unseen): DuePlan {
  if (job.schedule.fromEnd) return planOne(job, next, now, { gap, waiting });
  const stalled = new Row();
  const unseen = new Row();
  const due: Instant[] = [];
  let instant = next;
  let last: Instant | undefined;
  while (instant !== undefined && instant + job.offset <= now) {
    const following = nextInWindow(job, instant);
    if (isIn(gap, instant + job.offset)) unseen.push(instant);
    else if (hasStalled(instant, now, gap) && following !== undefined && following + job.offset <= now)
      stalled.push(instant);
    else due.push(instant);
    last = instant;
    instant = following;
  }
  const passed = [...waiting, ...unseen.latest];
  const caughtUp = passed.length === 0 ? passed : job.misfire.select(passed, now);
  const missed = [
    stalled.missed('stalled', []),
    gap && unseen.missed(gap.reason, caughtUp.slice(countIn(caughtUp, waiting))),
  ].filter((row) => row !== undefined);
  const runs = [
    ...due.map((scheduledFor) => ({ scheduledFor, trigger: 'schedule' as const })),
    ...caughtUp.map((scheduledFor) => ({ scheduledFor, trigger: 'catch_up' as const })),
  ].sort((one, other) => one.scheduledFor - other.scheduledFor);
  return { runs, missed, last, next: instant };
}

/**
 * Sorts the one instant that is due of a rhythm which counts from the end of the last run: what comes behind it hangs on the run it becomes,
 * and is not planned.
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

/** The first instant of `job` strictly after `after` and inside its active window. */
export function nextInWindow(job: Pick<Job, 'schedule' | 'window'>, after: Instant): Instant | undefined {
  const { notBefore, notAfter } = job.window;
  const instant = job.schedule.next(notBefore === undefined ? after : Math.max(after, notBefore - 1));
  return instant === undefined || (notAfter !== undefined && instant > notAfter) ? undefined : instant;
}

const countIn = (chosen: readonly Instant[], waiting: readonly Instant[]): number =>
  chosen.filter((instant) => waiting.includes(instant)).length;

/** What was due before a jump has waited until the jump, not through it. */
const hasStalled = (instant: Instant, now: Instant, gap: Gap | undefined): boolean =>
  (gap !== undefined && instant <= gap.from ? gap.from : now) - instant > STALL_GRACE;

const isIn = (gap: Gap | undefined, time: Instant): boolean => gap !== undefined && time > gap.from && time <= gap.to;

/** Ascending instants of which only the latest are remembered one by one. */
class Row {
  latest: Instant[] = [];
  #first: Instant | undefined;
  #count = 0;

  push(instant: Instant): void {
    this.#first ??= instant;
    this.#count++;
    this.latest.push(instant);
    if (this.latest.length === 2 * REMEMBERED) this.latest = this.latest.slice(REMEMBERED);
  }

  /** The row without those `chosen` to run; a policy chooses late ones before early ones, so what is left is in a row too. */
  missed(reason: Missed['reason'], chosen: readonly Instant[]): Missed | undefined {
    const left = this.#count - chosen.length;
    const last = this.latest.findLast((instant) => !chosen.includes(instant));
    return this.#first === undefined || last === undefined || left === 0
      ? undefined
      : { reason, first: this.#first, last, count: left };
  }
}
