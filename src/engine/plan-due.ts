import type { FiringMissed } from '../domain/event.js';
import type { Job } from '../domain/job.js';
import { MINUTE, SECOND, type Duration, type Instant } from '../domain/time.js';

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
 * How late a row of instants may come and still be taken one by one. When it is later, the process itself was held up (stopped, starved, paused with
 * its container): the latest of the row runs, however late, so that the job is not lost, and the others are misfires like those of a downtime.
 * Beats of a rhythm stand for each other sooner than fixed times do.
 */
const graceOf = ({ schedule }: Job): Duration => (schedule.intervalLike ? 5 * SECOND : 5 * MINUTE);

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
  const { held, latest, unseen, hasStood, last, next: toCome } = gather(job, next, now, gap);
  const seen = latest === undefined ? held.latest : [...held.latest, latest];
  const passed = [...waiting, ...(hasStood ? seen : []), ...unseen.latest];
  const chosen = passed.length === 0 ? passed : job.misfire.select(passed, now);
  // Alone the latest of a row that stood is a late firing as any other; behind others it waits for its turn among them.
  const isAmongOthers = hasStood && chosen.length > 1;
  const caughtUp = isAmongOthers ? chosen : chosen.filter((one) => one !== latest);
  const ordinary = hasStood ? seen.slice(-1).filter((one) => !caughtUp.includes(one)) : seen;
  const missed = [
    hasStood ? held.missed('stalled', caughtUp) : undefined,
    gap && unseen.missed(gap.reason, caughtUp),
  ].filter((row) => row !== undefined);
  const runs = [
    ...ordinary.map((scheduledFor) => ({ scheduledFor, trigger: 'schedule' as const })),
    ...caughtUp.map((scheduledFor) => ({ scheduledFor, trigger: 'catch_up' as const })),
  ].sort((one, other) => one.scheduledFor - other.scheduledFor);
  return { runs, missed, last, next: toCome };
}

/** The instants that have come: those inside the gap, the latest of the others, and those `held` before it; `hasStood` when these are too late. */
function gather(job: Job, next: Instant | undefined, now: Instant, gap: Gap | undefined) {
  const [held, unseen] = [new Row(), new Row()];
  let [latest, last]: (Instant | undefined)[] = [];
  let hasStood = false;
  let instant = next;
  for (; instant !== undefined && instant + job.offset <= now; instant = nextInWindow(job, instant)) {
    last = instant;
    const due = instant + job.offset;
    if (isIn(gap, due)) {
      unseen.push(instant);
      continue;
    }
    if (latest !== undefined) held.push(latest);
    latest = instant;
    hasStood ||= waitOf(due, now, gap) > graceOf(job);
  }
  return { held, latest, unseen, hasStood, last, next: instant };
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

/** What was due before a jump has waited until the jump, not through it. */
const waitOf = (due: Instant, now: Instant, gap: Gap | undefined): Duration =>
  (gap !== undefined && due <= gap.from ? gap.from : now) - due;

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

  /** The row without those of it that were chosen to run; a policy chooses late ones before early ones, so what is left is in a row too. */
  missed(reason: Missed['reason'], chosen: readonly Instant[]): Missed | undefined {
    const toRun = new Set(chosen);
    const left = this.#count - this.latest.filter((instant) => toRun.has(instant)).length;
    const last = this.latest.findLast((instant) => !toRun.has(instant));
    return this.#first === undefined || last === undefined || left === 0
      ? undefined
      : { reason, first: this.#first, last, count: left };
  }
}
