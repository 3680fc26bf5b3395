import { createSystemClock } from '../../src/clocks/system.js';
import { mirrorOf, openShared } from '../../src/daemon/shared/open.js';
import type { Ending, OpenRun, Recollection } from '../../src/domain/ledger.js';
import { readContents } from '../../src/stores/shared/entries.js';
import { Invalid } from '../../src/stores/row-reader.js';

/** What machines run. */
export interface Timers {
  /** The interval of each timer that is judged, in ms. */
  readonly intervals: Readonly<Record<string, number>>;
  /** The timer file of a machine. Each command writes a line to the file that `STARTS` names, see {@link SAYS}. */
  readonly file: (state: string) => string;
}

/** A line in `starts`: what the command was given, and when its process began, in ticks since boot. */
export const SAYS = (job: string) =>
  `read -r stat < /proc/self/stat; set -- $stat; shift 21; echo "$TIMERS_FENCE ${job} $TIMERS_SCHEDULED_AT $TIMERS_ATTEMPT $1" >> "$STARTS"`;

/** Timers whose commands run on the machine of the scheduler. */
export const LOCAL: Timers = {
  intervals: { quick: 200, failing: 410, patient: 1_300, slow: 370, queued: 430, grouped: 390, again: 510 },
  file: (state) => `${state}
history: { keep: 1d, runs: 1000000 }
concurrency: 12
defaults: { catch_up: { policy: all, within: 10m }, overlap: allow }
timers:
  quick: { every: 200ms, run: '${SAYS('quick')}' }
  failing: { every: 410ms, run: '${SAYS('failing')}; exit 1', retry: { attempts: 2, delay: 40ms, jitter: false } }
  patient: { every: 1300ms, run: '${SAYS('patient')}; exit 1', retry: { attempts: 2, delay: 3s, jitter: false } }
  slow: { every: 370ms, run: '${SAYS('slow')}; sleep 0.3' }
  queued: { every: 430ms, run: [sleep, "0.1"], overlap: queue, group: g }
  grouped: { every: 390ms, run: [true], group: g }
  again: { every: 510ms, run: '${SAYS('again')}; sleep 0.2', retry: { attempts: 9, delay: 10ms, on: [lost] } }`,
};

/** A command that has started. */
interface Start {
  readonly fence: number;
  readonly job: string;
  readonly scheduledAt: string;
  readonly attempt: number;
  /** When its process began: a busy machine may run its first line later. */
  readonly begunAt: number;
}

/** The result of the rounds. All but `due` and `endings` are 0 where every firing has one outcome and no attempt starts twice. */
export interface Figures {
  /** How many instants of all timers were due. */
  readonly due: number;
  /** Endings by status, and missed ones by reason. */
  readonly endings: Readonly<Record<string, number>>;
  readonly withoutOutcome: number;
  readonly withTwo: number;
  readonly startedTwice: number;
  /** Runs with an attempt, and neither an ending nor a pause. */
  readonly open: number;
  /** Commands whose process began after that of a command with a higher fence. */
  readonly lowerFence: number;
  /** Retries of a lost attempt under the fence of that attempt. */
  readonly sameFence: number;
}

/** The figures that every fault must leave. */
export const LAWFUL = { withoutOutcome: 0, withTwo: 0, startedTwice: 0, open: 0, lowerFence: 0, sameFence: 0 };

interface Facts {
  /** The lines of the commands. */
  readonly starts: readonly string[];
  /** When the last machine stopped. */
  readonly stoppedAt: number;
  readonly intervals: Timers['intervals'];
}

/** Compares what a shared state says with the instants of the timers. */
export async function judge(url: string, { starts, stoppedAt, intervals }: Facts): Promise<Figures> {
  const state = await stateOf(url);
  const grids = Object.entries(intervals).map(([job, interval]) => gridOf(job, interval, { state, stoppedAt }));
  const sum = (of: (grid: Grid) => number) => grids.reduce((total, grid) => total + of(grid), 0);
  return {
    due: sum(({ due }) => due),
    endings: counted(state.endings.map(nameOf)),
    withoutOutcome: sum(({ without }) => without),
    withTwo: sum(({ twice }) => twice),
    open: state.open.filter(isBegun).length,
    ...judgeStarts(starts.map(readStart)),
  };
}

/** What a shared state says. */
export interface SharedContents {
  readonly jobs: Recollection['jobs'];
  readonly open: readonly OpenRun[];
  readonly endings: readonly Ending[];
}

export async function stateOf(url: string): Promise<SharedContents> {
  const clock = createSystemClock();
  const shared = await openShared({ kind: 'shared', url, lease: 1_000 }, clock);
  const { history } = await mirrorOf(shared, clock, { keep: 1e12, runs: 1e9 });
  const { jobs } = readContents(await shared.board.read(), new Invalid());
  await shared.board.close();
  return { jobs, open: history.open(), endings: history.endings({ limit: 1e9 }) };
}

const isBegun = ({ attempts, retryAt }: OpenRun): boolean => attempts > 0 && retryAt === undefined;

/** The ids of the runs with an attempt that has not ended. */
export const leftOpen = async (url: string): Promise<ReadonlySet<string>> =>
  new Set((await stateOf(url)).open.flatMap((run) => (isBegun(run) ? [run.runId] : [])));

/** Whether all of these runs have ended. */
export const isOver = async (url: string, runs: ReadonlySet<string>): Promise<boolean> =>
  (await stateOf(url)).open.every(({ runId }) => !runs.has(runId));

interface Grid {
  readonly due: number;
  readonly without: number;
  readonly twice: number;
}

/** Judges one timer. What waits at the end is left to the next scheduler. */
function gridOf(
  job: string,
  interval: number,
  { state, stoppedAt }: { readonly state: SharedContents; readonly stoppedAt: number },
): Grid {
  const isOurs = ({ firing }: Pick<OpenRun, 'firing'>) => firing.jobName === job;
  const left = state.open.filter(isOurs).map(({ firing }) => firing.scheduledFor);
  const told = state.endings.filter(isOurs).flatMap((ending) => instantsOf(ending, interval));
  const instants = [...told, ...left].filter((at) => at <= stoppedAt).sort((a, b) => a - b);
  const distinct = new Set(instants);
  const due = instants.length === 0 ? 0 : Math.round((instants.at(-1)! - instants[0]!) / interval) + 1;
  return { due, without: due - distinct.size, twice: instants.length - distinct.size };
}

/** Every instant that an ending covers. */
function instantsOf(ending: Ending, interval: number): number[] {
  const last = ending.firing.scheduledFor;
  const first = ending.event === 'firing.missed' ? (ending.firstScheduledFor ?? last) : last;
  return Array.from({ length: Math.round((last - first) / interval) + 1 }, (_, n) => first + n * interval);
}

function judgeStarts(starts: readonly Start[]): Pick<Figures, 'startedTwice' | 'lowerFence' | 'sameFence'> {
  const ids = starts.map(({ job, scheduledAt, attempt }) => `${job} ${scheduledAt} ${attempt}`);
  let first = Infinity;
  let lowerFence = 0;
  for (const fence of [...new Set(starts.map((start) => start.fence))].sort((a, b) => b - a)) {
    const begun = starts.filter((start) => start.fence === fence).map(({ begunAt }) => begunAt);
    lowerFence += begun.filter((at) => at > first).length;
    first = Math.min(first, ...begun);
  }
  const reruns = starts.filter(({ job }) => job === 'again');
  const fences = new Set(reruns.map(({ scheduledAt, fence }) => `${scheduledAt} ${fence}`));
  return { startedTwice: ids.length - new Set(ids).size, lowerFence, sameFence: reruns.length - fences.size };
}

function readStart(line: string): Start {
  const [fence, job = '', scheduledAt = '', attempt, begunAt] = line.split(' ');
  return { fence: Number(fence), job, scheduledAt, attempt: Number(attempt), begunAt: Number(begunAt) };
}

const nameOf = (ending: Ending): string => {
  if (ending.event === 'run.finished') return ending.outcome.status;
  return ending.event === 'firing.missed' ? `missed: ${ending.reason}` : 'skipped';
};

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
