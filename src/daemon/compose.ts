import { hostname } from 'node:os';
import { createSystemClock } from '../clocks/system.js';
import { rootDistrust, type TimerFile } from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import type { SchedulerPlan } from '../domain/controls.js';
import type { TimerEvent } from '../domain/events/index.js';
import type { Executor } from '../domain/executor.js';
import { MARKS_FROM } from '../domain/firing.js';
import type { Ledger } from '../domain/ledger.js';
import type { Orphans } from '../domain/orphans.js';
import type { StateTime } from '../domain/time-source.js';
import type { Sink } from '../domain/sink.js';
import { DriftWatch } from '../engine/drift-watch.js';
import type { Companion, FirstPlan } from '../engine/scheduler-parts.js';
import { Scheduler } from '../engine/scheduler.js';
import { createProxies } from '../proxies/index.js';
import { timeSourceKinds } from '../time-sources/index.js';
import { formatLocal } from '../schedules/index.js';
import { byPlace, createProcOrphans, executorKinds, type ExecutorTerm, type Launcher } from '../executors/index.js';
import { chance, networkMount } from '../this-machine.js';
import { version } from '../version.js';
import { createHooks, createPings, createNotifications, createWebSender, Heartbeat } from '../delivery/index.js';

/** What starts an executor's commands, and where and when they run. Default: by execa, on this machine, at any time. */
export interface ExecutorChoice {
  readonly launcher?: Launcher | undefined;
  readonly term?: ExecutorTerm | undefined;
  /** Runs commands on workers. */
  readonly workers?: Executor | undefined;
}

/** The parts of a scheduler that do not come from its timer file. */
export interface Composition {
  readonly clock?: Clock;
  /** Creates what runs commands. Default: the shell executor. */
  readonly createExecutor?: ((how?: ExecutorChoice) => Executor) | undefined;
  /** On a shared state: the term in which this scheduler is the active one. */
  readonly term?: ExecutorTerm | undefined;
  /** On a shared state: the clock of its store. */
  readonly stateTime?: StateTime | undefined;
  /** Runs commands on workers. Absent without workers. */
  readonly workers?: (Executor & Pick<Orphans, 'takeBack'>) | undefined;
  /** What starts the commands of timers. Default: execa, which always starts hooks and notifications. */
  readonly launcher?: { readonly kind: 'forker' | 'execa'; readonly launcher?: Launcher } | undefined;
  readonly sinks: readonly Sink[];
  /** The environment that commands inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The control socket, if there is one. */
  readonly socket?: string | undefined;
  /** Where outcomes are recorded. Without it, nothing outlives the scheduler. */
  readonly ledger?: RecordingPlace;
  /** Further parts that start and stop with the scheduler. */
  readonly companions?: readonly Companion[];
  /** Called once per sink that throws. */
  readonly onSinkError: (sink: string, error: unknown) => void;
}

/** Where outcomes are recorded. */
export interface RecordingPlace {
  readonly ledger: Ledger;
  /** The path of a state file, or the place of a shared state. */
  readonly file: string;
  /** Where a forker leaves reports for the next scheduler. Absent if that scheduler may be on another machine. */
  readonly endsFile?: string;
}

/** The name of this program, for the receivers of its requests. */
const facts = { version, pid: process.pid };

/** Assembles a scheduler: the one place that knows which adapter implements which port. */
export function composeScheduler({ path, jobs, settings }: TimerFile, composition: Composition): Scheduler {
  const clock = composition.clock ?? createSystemClock();
  const { onSinkError, ledger, environment, stateTime } = composition;
  const executors = createExecutors(composition, clock);
  const context = { environment, clock, executor: executors.ofDeliveries, scheduler: () => scheduler };
  const tellers = createTellers({ path, settings }, context);
  const watch = settings.clock && createDriftWatch(settings.clock, { clock, scheduler: () => scheduler, stateTime });
  const scheduler: Scheduler = new Scheduler(
    {
      ...planOf({ jobs, settings }),
      orphans: settings.orphans,
      facts: factsOf(path, composition),
    },
    {
      clock,
      executor: executors.ofTimers,
      sinks: [...tellers.sinks, ...composition.sinks],
      companions: [...(watch ? [watch] : []), ...tellers.companions, ...(composition.companions ?? [])],
      ...(ledger && {
        ledger: ledger.ledger,
        orphans: orphansOf(ledger, composition, clock),
      }),
      newRunId: createRunIds(clock, chance),
      newMark: createMarks(chance),
      onSinkError,
      ...(watch && { clockOffset: () => watch.latest }),
    },
  );
  return scheduler;
}

/** Returns the path of a forker's reports to the next scheduler, next to the state file. */
export const endsFileOf = (state: string): string => `${state}.ends`;

function orphansOf({ endsFile }: RecordingPlace, { workers }: Composition, clock: Clock): Orphans {
  const here = createProcOrphans({ clock, endsFile });
  return workers?.takeBack ? { ...here, takeBack: workers.takeBack } : here;
}

function factsOf(file: string, { socket, ledger, launcher }: Composition): FirstPlan['facts'] {
  return {
    ...facts,
    file,
    ...(socket !== undefined && { socket }),
    ...(ledger && { state: ledger.file }),
    ...(launcher && { launcher: launcher.kind }),
  };
}

interface Executors {
  readonly ofTimers: Executor;
  /** Runs hooks, and notifications by command. */
  readonly ofDeliveries: Executor;
}

function createExecutors(composition: Composition, clock: Clock): Executors {
  const { environment, launcher, term, workers } = composition;
  const context = { clock, environment, distrust: rootDistrust, networkMount };
  const create =
    composition.createExecutor ??
    (({ workers: elsewhere, ...how }: ExecutorChoice = {}) =>
      byPlace(executorKinds.shell.create({ ...context, ...how }), elsewhere));
  const byExeca = create();
  const ofTimers = launcher?.launcher || term ? create({ launcher: launcher?.launcher, term, workers }) : byExeca;
  return { ofTimers, ofDeliveries: byExeca };
}

/** Assembles all deliveries: hooks, pings, notifications, the heartbeat. */
function createTellers(
  { path, settings }: Pick<TimerFile, 'path' | 'settings'>,
  {
    clock,
    executor,
    scheduler,
    environment,
  }: Pick<Composition, 'environment'> & { clock: Clock; executor: Executor; scheduler: () => Scheduler },
): { readonly sinks: readonly Sink[]; readonly companions: readonly Companion[] } {
  const send = createWebSender({ clock, version, proxyFor: createProxies({ clock, environment }) });
  const host = hostname();
  const context = { send, executor, clock, host, emit: (event: TimerEvent) => scheduler().emit(event) };
  const heartbeat =
    settings.heartbeat &&
    new Heartbeat(settings.heartbeat, {
      ...context,
      status: () => scheduler().controls.status(),
      facts: { ...facts, host, file: path },
    });
  const alive = heartbeat ? [heartbeat] : [];
  const jobOf = (name: string) => scheduler().job(name);
  return {
    sinks: [
      createHooks({ ...context, hooksOf: (name) => jobOf(name)?.hooks }),
      createPings({ ...context, monitorsOf: (name) => jobOf(name)?.monitors }),
      createNotifications({
        ...context,
        format: (instant) => `${formatLocal(instant, settings.timezone)} ${settings.timezone}`,
        notifyOf: (name) => jobOf(name)?.notify,
      }),
      ...alive,
    ],
    companions: alive,
  };
}

/** The jobs and limits of a timer file. */
export const planOf = ({
  jobs,
  settings: { groups, concurrency },
}: Pick<TimerFile, 'jobs' | 'settings'>): SchedulerPlan => ({
  jobs,
  groups,
  ...(concurrency !== undefined && { concurrency }),
});

/** Assembles the clock measurement, with every source in the file. */
function createDriftWatch(
  settings: NonNullable<TimerFile['settings']['clock']>,
  { clock, scheduler, stateTime }: Pick<Composition, 'stateTime'> & { clock: Clock; scheduler: () => Scheduler },
): DriftWatch {
  return new DriftWatch(settings, {
    sources: timeSourceKinds.flatMap((kind) => kind.create(settings, clock, stateTime)),
    clock,
    random: chance,
    now: () => scheduler().now(),
    emit: (event) => scheduler().emit(event),
    ...(settings.discipline && { steer: (offset) => scheduler().steer(offset) }),
  });
}

/**
 * Creates run ids: the millisecond and a random part in base 36. They have 13 characters, sort by creation, and are
 * short enough to type.
 */
function createRunIds(clock: Clock, random: () => number): () => string {
  let lastMs = 0;
  return () => {
    // Each run has its own millisecond on this counter, so the ids of one scheduler are unique.
    lastMs = Math.max(lastMs + 1, clock.now());
    const chance = Math.floor(random() * 36 ** 5);
    return lastMs.toString(36).padStart(8, '0') + chance.toString(36).padStart(5, '0');
  };
}

/**
 * Creates marks that count up from a random number. So two schedulers that use the same millisecond, because the clock
 * was set back, still differ.
 */
function createMarks(random: () => number): () => number {
  let last = MARKS_FROM + Math.floor(random() * 36 ** 5);
  return () => ++last;
}
