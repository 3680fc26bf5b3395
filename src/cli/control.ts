import { homedir, hostname, tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import {
  answerStatus,
  Changes,
  ControlServer,
  EventFeed,
  RecentOutcomes,
  socketPaths,
  type Controlled,
  type EventRecord,
} from '../control/index.js';
import type { TimerFile } from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import type { TimerEvent } from '../domain/event.js';
import type { History } from '../domain/ledger.js';
import { toRecord } from '../domain/record.js';
import type { Sink } from '../domain/sink.js';
import { toTimestamp } from '../domain/time.js';
import type { Scheduler } from '../engine/scheduler.js';
import { overlap } from '../policies/index.js';
import { levelOf, messageOf } from '../sinks/index.js';
import { defaultStatePath, readState } from '../stores/index.js';
import type { Reloader } from './reload.js';
import { scheduleInWords } from './render/schedule-words.js';
import { statePathOf } from './state.js';
import type { Terminal } from './terminal.js';
import { readVersion } from './version.js';

/** The open control socket of a scheduler in this process. */
export interface Control {
  /** From which followers are told, and who looks again. */
  readonly sinks: readonly Sink[];
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
  /** Asked for when the first client has come. */
  readonly scheduler: () => Scheduler;
  /** Told when a stop that was asked for over the socket is done. */
  readonly stopped: () => void;
}

/** Opens the control socket. A scheduler without one runs as well, and says so. */
export async function openControl(timerFile: TimerFile, opening: Opening): Promise<Control> {
  const { terminal, clock, named } = opening;
  const feed = new EventFeed((event) => levelOf(event) !== 'debug');
  const recent = new RecentOutcomes(clock, () => openHistory(timerFile, terminal, named));
  const changes = new Changes();
  const sinks = [feed, recent, changes];
  const host = hostname();
  const server = new ControlServer(
    {
      controlled: controlledBy(timerFile, opening, { recent, changes }),
      feed,
      toRecord: (event) => toLogRecord(event, host),
      onBug: (error) => terminal.err(`timers: internal error, please report it: ${String(error)}`),
    },
    clock,
  );
  const listening = await server.listen(socketPathsOf(timerFile, terminal, named), userId());
  if (listening.kind === 'listening') return { sinks, socket: listening.path, close: () => server.close() };
  terminal.err(
    `timers: no control socket, so that status, pause and the like cannot reach this scheduler: ${listening.reason}`,
  );
  return { sinks, close: () => Promise.resolve() };
}

/** Where the scheduler of a timer file can be reached. */
export function socketPathsOf(
  place: Pick<TimerFile, 'path' | 'settings'>,
  terminal: Terminal,
  named: string | undefined,
): readonly string[] {
  const { env } = terminal;
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  const folders = [
    ...(isAbsolute(runtime) ? [join(runtime, 'timers')] : []),
    dirname(defaultStatePath(place.path, { HOME: homedir(), ...env })),
    join(tmpdir(), `timers-${userId()}`),
  ];
  return socketPaths({ state: statePathOf(place, terminal, named), file: place.path, folders });
}

/** The user this process acts for. */
export const userId = (): number => process.getuid?.() ?? -1;

function openHistory(timerFile: TimerFile, terminal: Terminal, named: string | undefined): History | undefined {
  const path = statePathOf(timerFile, terminal, named);
  const state = path === undefined ? undefined : readState(path);
  return state?.kind === 'open' ? state.history : undefined;
}

function controlledBy(
  { path: file }: TimerFile,
  { reloader, scheduler, stopped }: Opening,
  watched: { readonly recent: RecentOutcomes; readonly changes: Changes },
): Controlled {
  const context = { facts: { pid: process.pid, version: readVersion(), file }, words: scheduleInWords };
  const kinds = ['skip', 'queue', 'allow', 'replace'] as const;
  return {
    get controls() {
      return scheduler().controls;
    },
    file,
    isStopping: () => scheduler().isStopping,
    status: (asked) => answerStatus({ controls: scheduler().controls, context, ...watched }, asked),
    overlap: (word) => {
      const kind = kinds.find((other) => other === word);
      return kind && overlap(kind);
    },
    reload: () => reloader.reload(),
    compare: (other) => reloader.compare(other),
    stop: ({ drain }) => void (drain ? scheduler().drain() : scheduler().stop()).then(stopped),
  };
}

/** The very record of the JSON log. */
const toLogRecord = (event: TimerEvent, host: string): EventRecord =>
  Object.assign({ level: levelOf(event), timestamp: toTimestamp(event.at), host }, toRecord(event), {
    msg: messageOf(event),
  });
