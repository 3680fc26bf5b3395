import { CLOSED } from '../../src/domain/breaker.js';
import type { FiringMissed, FiringSkipped, RunFinished } from '../../src/domain/events/index.js';
import type { Firing } from '../../src/domain/firing.js';
import type { DueSpan, Ending, History, JobMemory, JobRecord, OpenRun, RunHistory } from '../../src/domain/ledger.js';
import { endsByItself } from '../../src/domain/outcome.js';
import type { Terminal } from '../../src/cli/terminal.js';

/** The instant of a timestamp; one without an offset is UTC. */
export const instant = (timestamp: string): number =>
  Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(timestamp) ? timestamp : `${timestamp}Z`);

/** A firing of `backup` at that time. */
export const firingAt = (timestamp: string, facts: Partial<Firing> = {}): Firing => ({
  jobName: 'backup',
  scheduledFor: instant(timestamp),
  trigger: 'schedule',
  generation: 0,
  ...facts,
});

/** A run that succeeded within a second, and started on time. */
export const finished = (firing: Firing, facts: Partial<RunFinished> = {}): RunFinished => ({
  event: 'run.finished',
  at: firing.scheduledFor + 900 + (facts.latenessMs ?? 2),
  firing,
  runId: 'mg1c2x3k0abcd',
  outcome: { status: 'success', exitCode: 0 },
  durationMs: 900,
  attempts: 1,
  latenessMs: 2,
  failuresInARow: 0,
  ...facts,
});

export const skipped = (firing: Firing, facts: Partial<FiringSkipped> = {}): FiringSkipped => ({
  event: 'firing.skipped',
  at: firing.scheduledFor,
  firing,
  reason: 'overlap',
  ...facts,
});

export const missed = (firing: Firing, facts: Partial<FiringMissed> = {}): FiringMissed => ({
  event: 'firing.missed',
  at: firing.scheduledFor,
  firing,
  reason: 'downtime',
  ...facts,
});

/** A run in its first attempt. */
export const running = (firing: Firing, facts: Partial<OpenRun> = {}): OpenRun => ({
  runId: 'mg1c9x3k0zzzz',
  firing,
  attempts: 1,
  startedAt: firing.scheduledFor + 2,
  latenessMs: 2,
  retryAt: undefined,
  pid: 4711,
  ...facts,
});

/** The memory of a job that was admitted once. */
export const remembered = (name: string, facts: Partial<JobMemory> = {}): JobRecord => ({
  name,
  fingerprint: '',
  memory: {
    cursor: 0,
    generation: 0,
    runsBegun: 1,
    failuresInARow: 0,
    breaker: CLOSED,
    paused: undefined,
    previousScheduledFor: undefined,
    lastSuccessAt: undefined,
    lastStatus: undefined,
    lastFinishedAt: undefined,
    ...facts,
  },
});

/** The records that a test declares. */
export class FakeHistory implements History {
  readonly #endings: readonly Ending[];
  readonly #open: readonly OpenRun[];
  readonly #jobs: readonly JobRecord[];

  constructor({ endings = [], open = [], jobs = [] }: Partial<Recorded>) {
    this.#endings = endings;
    this.#open = open;
    this.#jobs = jobs;
  }

  endings: History['endings'] = ({ jobName, status, since, until, due, limit, earliest }) =>
    this.#endings
      .filter((ending) => jobName === undefined || ending.firing.jobName === jobName)
      .filter((ending) => status === undefined || statusOf(ending) === status)
      .filter(({ at }) => at >= (since ?? -Infinity) && at <= (until ?? Infinity))
      .filter((ending) => due === undefined || isDueIn(ending, due))
      .slice(...(earliest ? [0, limit] : [-limit]));

  numbers: History['numbers'] = (query) => {
    const chosen = new Set(this.endings(query));
    return [...this.#endings.keys()].filter((number) => chosen.has(this.#endings[number]!));
  };
  numbered: History['numbered'] = (numbers) => numbers.map((number) => this.#endings[number]);
  durations: History['durations'] = (jobName, limit) =>
    this.endings({ jobName, limit })
      .flatMap((ending) => (ending.event === 'run.finished' ? [ending] : []))
      .filter(({ outcome }) => endsByItself(outcome.status))
      .map(({ durationMs }) => durationMs)
      .sort((one, other) => one - other);
  still: History['still'] = (ask) => ask();

  open = (): readonly OpenRun[] => this.#open;
  runIds = (): readonly string[] => [];
  run = (): RunHistory | undefined => undefined;
  lastSeenAt = (): number | undefined => undefined;
  jobs = (): ReadonlyMap<string, JobRecord> => new Map(this.#jobs.map((job) => [job.name, job]));
  close = (): void => undefined;
}

interface Recorded {
  readonly endings: readonly Ending[];
  readonly open: readonly OpenRun[];
  readonly jobs: readonly JobRecord[];
}

function isDueIn(ending: Ending, { from, until }: DueSpan): boolean {
  const first = ending.event === 'firing.missed' ? ending.firstScheduledFor : undefined;
  return ending.firing.scheduledFor >= from && (first ?? ending.firing.scheduledFor) <= until;
}

const statusOf = (ending: Ending): string => {
  if (ending.event === 'run.finished') return ending.outcome.status;
  return ending.event === 'firing.missed' ? 'missed' : 'skipped';
};

/** A terminal that records messages; with `isPiped`, a pipe. */
export function capturedTerminal({ width = 80, color = false, isPiped = false } = {}): Terminal & {
  readonly said: { readonly out: string[]; readonly err: string[] };
} {
  const said = { out: [] as string[], err: [] as string[] };
  return {
    cwd: '/desk',
    env: {},
    width,
    isWatched: { out: !isPiped, err: true },
    color: { out: color, err: color },
    out: (...lines) => void said.out.push(...lines),
    outPainted: (...lines) => void said.out.push(...lines),
    drained: () => Promise.resolve(true),
    unread: new Promise(() => undefined),
    err: (...lines) => void said.err.push(...lines),
    errPainted: (...lines) => void said.err.push(...lines),
    said,
  };
}
