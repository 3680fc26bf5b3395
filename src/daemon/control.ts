import { hostname } from 'node:os';
import {
  answerStatus,
  ChangedJobs,
  ControlServer,
  EventRing,
  RecentEvents,
  RefusalError,
  writeSocketPointer,
  wordPaths,
  verbs,
  type Args,
  type VerbTarget,
} from '../control/index.js';
import type { TimerFile } from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import { judgeLiveness, judgeReadiness } from '../health/judge.js';
import type { Recorded } from '../domain/ledger.js';
import type { RecentPast } from '../domain/recent-outcome.js';
import type { Sink } from '../domain/sink.js';
import type { StatusContext } from '../domain/status-record.js';
import type { Scheduler } from '../engine/scheduler.js';
import { HASTE } from '../engine/shutdown.js';
import { overlap } from '../policies/index.js';
import type { ConditionWatch } from '../health/condition-watch.js';
import { levelOf } from '../domain/events/index.js';
import { RecentOutcomes } from './recent-outcomes.js';
import type { AdHocTimers } from './ad-hoc-timers.js';
import { toLogRecord } from './log-record.js';
import type { Reading, Reloader } from './reloader.js';
import { commonFolders, ownFolders, socketPathsOf, userId } from './socket-places.js';
import { statePathOf } from './state.js';
import type { LoadedFile } from '../domain/loaded-file.js';
import { toLoadedFile } from './to-loaded-file.js';
import type { Surroundings } from './surroundings.js';

/** The open control socket of a scheduler in this process. */
export interface Control {
  /** The listeners that serve followers and clients that poll. */
  readonly sinks: readonly Sink[];
  /** The sink that keeps recent events. */
  readonly ring: EventRing;
  /** The sink that keeps recent outcomes. */
  readonly recent: RecentPast;
  /** Executes a verb for a client that does not use the socket. @throws RefusalError with the reason. */
  readonly carryOut: (verb: string, args: Args) => unknown;
  /** Like {@link carryOut}, without asking another machine. */
  readonly carryOutHere: (verb: string, args: Args) => unknown;
  /** The path of the socket. Absent if there is none. */
  readonly socket?: string;
  close(): Promise<void>;
}

/** Runs the timers of this process: one scheduler or, on a shared state, one for each term. */
export type Runner = Pick<Scheduler, 'start' | 'stop' | 'drain' | 'forceStop' | 'idle'>;

interface Opening {
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  /** The value of `--state`, if it is set. */
  readonly named: string | undefined;
  readonly reloader: Reloader;
  /** Loads the timer file again. */
  readonly reload: () => Promise<Reading>;
  readonly condition: ConditionWatch;
  readonly status: StatusContext;
  /** What has been recorded so far. */
  readonly recorded: () => Recorded | undefined;
  readonly adHoc: AdHocTimers;
  /** Passes a verb to another machine. Absent without a shared state. */
  readonly elsewhere?: ((verb: string, args: Args) => Promise<unknown> | undefined) | undefined;
  /** Returns what runs the timers. Not called before the first client has connected. */
  readonly runner: () => Runner;
  /** Not called before the first client has connected. */
  readonly scheduler: () => Scheduler;
  /** Called when a stop requested over the socket has finished. */
  readonly stopped: () => void;
}

/** Opens the control socket. If that fails, the scheduler reports why and runs without a socket. */
export async function openControl(timerFile: TimerFile, opening: Opening): Promise<Control> {
  const { surroundings, clock, named } = opening;
  const host = hostname();
  const ring = new EventRing(
    (event) => levelOf(event) !== 'debug',
    (event) => JSON.stringify(toLogRecord(event, host)),
  );
  const recent = new RecentOutcomes(clock, opening.recorded);
  const changes = new ChangedJobs();
  const sinks = [ring, recent, changes];
  const log = new RecentEvents(ring, `${host}.${process.pid}.${clock.now()}`, () => clock.now());
  const watched = { recent, changes, log };
  const controlled = controlledBy(timerFile, opening, watched);
  const carryOut = (verb: string, args: Args): unknown => carry(verb, controlled, args);
  const server = new ControlServer(
    {
      controlled,
      ring,
      onBug: (error) => surroundings.err(`timers: internal error, please report it: ${String(error)}`),
    },
    clock,
  );
  const listening = await server.listen(socketPathsOf(timerFile, surroundings, named), userId());
  const here = controlledBy(timerFile, { ...opening, elsewhere: undefined }, watched);
  const control = {
    sinks,
    ring,
    recent,
    carryOut,
    carryOutHere: (verb: string, args: Args) => carry(verb, here, args),
  };
  if (listening.kind === 'listening') {
    const takeBack = writeSocketPointers(timerFile, surroundings, listening.path);
    return {
      ...control,
      socket: listening.path,
      close() {
        for (const take of takeBack) take();
        return server.close();
      },
    };
  }
  surroundings.err(
    `timers: no control socket, so status, pause and similar commands cannot reach this scheduler: ${listening.reason}`,
  );
  return { ...control, close: () => Promise.resolve() };
}

/** Writes pointers to the socket, for clients that know only the timer file. Returns functions that remove them. */
function writeSocketPointers(timerFile: TimerFile, surroundings: Surroundings, path: string): readonly (() => void)[] {
  // Also for the given name, because it may later point to another file (`..data` in Kubernetes).
  const files = new Set([timerFile.path, timerFile.named]);
  return [...files]
    .flatMap((file) => [ownFolders(file, surroundings), commonFolders()].map((folders) => wordPaths({ file, folders })))
    .map((paths) => writeSocketPointer(paths, path, userId()));
}

function carry(verb: string, controlled: VerbTarget, args: Args): unknown {
  const carryOut = verbs.get(verb);
  if (carryOut === undefined) throw new RefusalError('unknown_verb', `unknown verb "${verb}"`);
  return carryOut(controlled, args);
}

function controlledBy(
  timerFile: TimerFile,
  opening: Opening,
  { log, ...watched }: { readonly recent: RecentPast; readonly changes: ChangedJobs; readonly log: RecentEvents },
): VerbTarget {
  const { clock, reloader, reload, condition, status, adHoc, elsewhere, runner, scheduler, stopped } = opening;
  const kinds = ['skip', 'queue', 'allow', 'replace'] as const;
  return {
    ...(elsewhere && { elsewhere }),
    get controls() {
      return scheduler().controls;
    },
    pid: process.pid,
    file: timerFile.path,
    now: () => clock.now(),
    isStopping: () => scheduler().isStopping,
    status: (asked) => answerStatus({ controls: scheduler().controls, context: status, ...watched }, asked),
    health: (question) => {
      const judge = question === 'alive' ? judgeLiveness : judgeReadiness;
      return judge(scheduler().controls.status(), condition.condition);
    },
    role: () => status.shared?.()?.role,
    events: (asked) => ({ ...log.read(asked), node: status.shared?.()?.node ?? null }),
    overlap: (word) => {
      const kind = kinds.find((other) => other === word);
      return kind && overlap(kind);
    },
    add: (request) => adHoc.add(request),
    move: (name, length) => adHoc.move(name, length),
    reload,
    compare: (other) => reloader.compare(other),
    stop: ({ drain }) => void (drain ? runner().drain() : runner().stop(undefined, HASTE)).then(stopped),
    taken: () => loadedBy(timerFile, opening),
  };
}

function loadedBy(timerFile: TimerFile, { surroundings, named, reloader, scheduler }: Opening): LoadedFile {
  const { jobs, settings } = reloader.current;
  const { startedAt } = scheduler().controls.status();
  const state = statePathOf(timerFile, surroundings, named);
  return toLoadedFile(jobs, { timezone: settings.timezone, state, startedAt });
}
