import type { Duration, Instant } from '../../domain/time.js';
import { formatLocal, scheduleKinds, shortestInterval } from '../../schedules/index.js';
import { inUnits, type BuiltTimer } from './warn-of-long-runs.js';

/** More timers than this at one instant cause a warning. */
const MOST_AT_ONCE = 5;
/**
 * At most this many instants are checked: those at which the most timers fire next. This finds every herd that matters
 * in bounded time.
 */
const MOST_INSTANTS = 20;
/** A warning names at most this many timers of a herd. */
const MOST_NAMES = 3;
/** The suggested time between two runs of a herd. */
const ROOM: Duration = 30_000;
/** Round durations, the longest first. */
const JITTERS: readonly Duration[] = [3600, 1800, 900, 600, 300, 120, 60, 30, 15, 10, 5, 2, 1].map(
  (seconds) => seconds * 1000,
);

/** The start of the check, and the zone of the instants in warnings. */
interface HerdContext {
  readonly start: Instant;
  readonly timezone: string;
  /** The maximum number of active runs. Absent if there is no limit. */
  readonly concurrency?: number;
}

interface Herd {
  readonly at: Instant;
  readonly members: readonly BuiltTimer[];
}

/**
 * Warns about each herd at the first of its timers. A herd is more than {@link MOST_AT_ONCE} timers that repeatedly
 * fire at the same instant. Excludes timers that jitter, their group or the overall limit keeps apart.
 */
export function warnOfHerds(timers: readonly BuiltTimer[], { start, timezone, concurrency }: HerdContext): void {
  if (concurrency !== undefined && concurrency <= MOST_AT_ONCE) return;
  const told = new Set<BuiltTimer>();
  for (const herd of herdsAmong(timers.filter(mayHerd), start)) {
    if (herd.members.every((member) => told.has(member))) continue;
    for (const member of herd.members) told.add(member);
    warnOfHerd(herd, timezone);
  }
}

const mayHerd = ({ job: { enabled, offset, group, schedule, written } }: BuiltTimer): boolean =>
  enabled && offset === 0 && group === undefined && RECURRING.has(written.key) && schedule.fromEnd === undefined;

const RECURRING: ReadonlySet<string> = new Set(scheduleKinds.filter(({ recurs }) => recurs).map(({ key }) => key));

/** A timer and its first firing after the start. */
interface Coming {
  readonly timer: BuiltTimer;
  readonly first: Instant;
}

/** Returns the herds, largest first. */
function herdsAmong(timers: readonly BuiltTimer[], start: Instant): readonly Herd[] {
  const coming: Coming[] = [];
  const dueFirst = new Map<Instant, BuiltTimer[]>();
  for (const timer of timers) {
    const first = nextOf(timer, start);
    if (first === undefined) continue;
    coming.push({ timer, first });
    const others = dueFirst.get(first);
    if (others === undefined) dueFirst.set(first, [timer]);
    else others.push(timer);
  }
  return [...dueFirst]
    .sort(([, some], [, others]) => others.length - some.length)
    .slice(0, MOST_INSTANTS)
    .map(([at, [timer]]) => ({ at, members: dueAt(coming, at, timer && nextOf(timer, at)) }))
    .filter(({ members }) => members.length > MOST_AT_ONCE)
    .sort((some, others) => others.members.length - some.members.length);
}

/** Returns the timers that fire at an instant and again at the `following` one: a coincidence is not a herd. */
const dueAt = (coming: readonly Coming[], at: Instant, following: Instant | undefined): BuiltTimer[] =>
  following === undefined
    ? []
    : coming.filter((one) => isDue(one, at) && isDue(one, following)).map(({ timer }) => timer);

/**
 * Whether a timer fires at an instant. For most timers it is enough to compare the first firing: a query of the
 * schedule takes several times as long.
 */
const isDue = ({ timer, first }: Coming, at: Instant): boolean =>
  first < at ? nextOf(timer, at - 1) === at : first === at;

function nextOf({ job: { schedule, window } }: BuiltTimer, after: Instant): Instant | undefined {
  const { notBefore = -Infinity, notAfter = Infinity } = window;
  const next = schedule.next(Math.max(after, notBefore - 1));
  return next !== undefined && next <= notAfter ? next : undefined;
}

function warnOfHerd({ at, members }: Herd, timezone: string): void {
  const teller = members.find(({ report }) => !report.ignores('herd'));
  if (teller === undefined) return;
  const names = members.slice(0, MOST_NAMES).map(({ job }) => job.name);
  const others = members.length - names.length;
  const shortest = Math.min(...members.map(({ job }) => shortestInterval(job.schedule) ?? Infinity));
  const room = Math.min(members.length * ROOM, shortest / 2);
  const jitter = JITTERS.find((length) => length <= room);
  teller.report.warn(teller.job.written.key, {
    code: 'herd',
    message: `${members.length} timers repeatedly fire at the same instant: ${names.join(', ')} and ${others} more; next at ${formatLocal(at, timezone)}.`,
    hint:
      jitter === undefined
        ? 'Move some of them to other times.'
        : `Spread them with jitter: ${inUnits(jitter)} in each timer, or in defaults.`,
  });
}
