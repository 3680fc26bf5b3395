import { hostname, tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import {
  answerStatus,
  Changes,
  ControlServer,
  EventRing,
  RefusalError,
  leaveWord,
  socketPaths,
  wordPaths,
  verbs,
  type Args,
  type Controlled,
} from '../control/index.js';
import type { TimerFile } from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import { judgeLiveness, judgeReadiness } from '../domain/health.js';
import type { Recorded } from '../domain/ledger.js';
import type { RecentPast } from '../domain/recent.js';
import type { Sink } from '../domain/sink.js';
import type { StatusRecord } from '../domain/status-record.js';
import { toTimestamp } from '../domain/time.js';
import { HASTE, type Scheduler } from '../engine/scheduler.js';
import { overlap } from '../policies/index.js';
import type { ConditionWatch } from '../sinks/condition.js';
import { levelOf } from '../domain/events/index.js';
import { RecentOutcomes } from '../sinks/index.js';
import { defaultStatePath } from '../stores/index.js';
import type { AdHocTimers } from './ad-hoc.js';
import { toLogRecord } from './log-record.js';
import type { Reloader } from './reload.js';
import { scheduleInWords } from './render/schedule-words.js';
import { statePathOf, type StateOwner } from './state.js';
import type { Terminal } from './terminal.js';
import { version } from './version.js';

/** The open control socket of a scheduler in this process. */
export interface Control {
  /** From which followers are told, and who looks again. */
  readonly sinks: readonly Sink[];
  /** Among them, the one that keeps what happened lately. */
  readonly ring: EventRing;
  /** And the one that keeps how firings ended lately. */
  readonly recent: RecentPast;
  /** Carries out a verb for somebody who does not come by the socket. @throws RefusalError why not. */
  readonly carryOut: (verb: string, args: Args) => unknown;
  /** Absent when there is none. */
  readonly socket?: string;
  close(): Promise<void>;
}

interface Opening {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** The state's file as the command line names it. */
  readonly named: string | undefined;
  readonly reloader: Reloader;
  readonly condition: ConditionWatch;
  /** What is recorded so far. */
  readonly recorded: () => Recorded | undefined;
  readonly adHoc: AdHocTimers;
  /** Asked for when the first client has come. */
  readonly scheduler: () => Scheduler;
  /** Told when a stop that was asked for over the socket is done. */
  readonly stopped: () => void;
}

/** Opens the control socket. A scheduler without one runs as well, and says so. */
export async function openControl(timerFile: TimerFile, opening: Opening): Promise<Control> {
  const { terminal, clock, named } = opening;
  const host = hostname();
  const ring = new EventRing(
    (event) => levelOf(event) !== 'debug',
    (event) => JSON.stringify(toLogRecord(event, host)),
  );
  const recent = new RecentOutcomes(clock, opening.recorded);
  const changes = new Changes();
  const sinks = [ring, recent, changes];
  const controlled = controlledBy(timerFile, opening, { recent, changes });
  const carryOut = (verb: string, args: Args): unknown => {
    const carry = verbs.get(verb);
    if (carry === undefined) throw new RefusalError('unknown_verb', `there is no verb "${verb}"`);
    return carry(controlled, args);
  };
  const server = new ControlServer(
    {
      controlled,
      ring,
      onBug: (error) => terminal.err(`timers: internal error, please report it: ${String(error)}`),
    },
    clock,
  );
  const listening = await server.listen(socketPathsOf(timerFile, terminal, named), userId());
  const control = { sinks, ring, recent, carryOut };
  if (listening.kind === 'listening') {
    // Under the name it was given, too: where that leads may be another file by the time somebody looks (`..data` of Kubernetes).
    const files = new Set([timerFile.path, timerFile.named]);
    const takeBack = [...files]
      .flatMap((file) => [ownFolders(file, terminal), commonFolders()].map((folders) => wordPaths({ file, folders })))
      .map((paths) => leaveWord(paths, listening.path, userId()));
    return {
      ...control,
      socket: listening.path,
      close() {
        for (const take of takeBack) take();
        return server.close();
      },
    };
  }
  terminal.err(
    `timers: no control socket, so that status, pause and the like cannot reach this scheduler: ${listening.reason}`,
  );
  return { ...control, close: () => Promise.resolve() };
}

/** Where the scheduler of a timer file can be reached. */
export function socketPathsOf(place: StateOwner, terminal: Terminal, named: string | undefined): readonly string[] {
  const { path: file } = place;
  return socketPaths({ state: statePathOf(place, terminal, named), file, folders: foldersOf(file, terminal) });
}

/** Where the scheduler of a timer file leaves word of its socket. */
export const wordPathsOf = (file: string, terminal: Terminal): readonly string[] =>
  wordPaths({ file, folders: foldersOf(file, terminal) });

/** In containers with a read-only root, the last is often all that can be written to. */
const foldersOf = (file: string, terminal: Terminal): readonly string[] => [
  ...new Set([...ownFolders(file, terminal), ...commonFolders()]),
];

function ownFolders(file: string, { env }: Terminal): readonly string[] {
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  return [
    ...(isAbsolute(runtime) ? [join(runtime, 'timers')] : []),
    dirname(defaultStatePath(file, env)),
    join(tmpdir(), `timers-${userId()}`),
  ];
}

/** The same whatever the environment says: probes often have another than the scheduler. */
const commonFolders = (): readonly string[] => ['/tmp', '/dev/shm'].map((folder) => join(folder, `timers-${userId()}`));

/** The user this process acts for. */
export const userId = (): number => process.getuid?.() ?? -1;

function controlledBy(
  { path: file, settings: { timezone } }: TimerFile,
  { clock, reloader, condition, adHoc, scheduler, stopped }: Opening,
  watched: { readonly recent: RecentPast; readonly changes: Changes },
): Controlled {
  const context = { facts: { pid: process.pid, version, file, timezone }, words: scheduleInWords };
  const kinds = ['skip', 'queue', 'allow', 'replace'] as const;
  return {
    get controls() {
      return scheduler().controls;
    },
    pid: process.pid,
    file,
    now: () => clock.now(),
    isStopping: () => scheduler().isStopping,
    status: async (asked) => {
      const record = await answerStatus({ controls: scheduler().controls, context, ...watched }, asked);
      return { ...record, config_rejected: rejectedBy(condition) };
    },
    health: (question) => {
      const judge = question === 'alive' ? judgeLiveness : judgeReadiness;
      return judge(scheduler().controls.status(), condition.condition);
    },
    overlap: (word) => {
      const kind = kinds.find((other) => other === word);
      return kind && overlap(kind);
    },
    add: (request) => adHoc.add(request),
    move: (name, length) => adHoc.move(name, length),
    reload: () => reloader.reload(),
    compare: (other) => reloader.compare(other),
    stop: ({ drain }) => void (drain ? scheduler().drain() : scheduler().stop(undefined, HASTE)).then(stopped),
  };
}

function rejectedBy({ rejection }: ConditionWatch): Exclude<StatusRecord['config_rejected'], undefined> {
  return rejection === undefined ? null : { at: toTimestamp(rejection.at), problems: rejection.problems };
}
