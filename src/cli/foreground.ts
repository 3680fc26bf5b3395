import { hostname } from 'node:os';
import { composeScheduler, type Composition } from '../compose.js';
import type { TimerFile } from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import type { Executor } from '../domain/executor.js';
import type { Sink } from '../domain/sink.js';
import { MINUTE, SECOND, type Cancel } from '../domain/time.js';
import type { Companion } from '../engine/scheduler-parts.js';
import type { Scheduler } from '../engine/scheduler.js';
import { ConditionWatch } from '../sinks/condition.js';
import { chance } from '../this-machine.js';
import { AdHocTimers } from './ad-hoc.js';
import { openControl } from './control.js';
import type { Http, HttpContext } from './http.js';
import { openLastResort } from './last-resort.js';
import { openLog } from './log.js';
import { otherSchedulerOf } from './other-scheduler.js';
import type { LogOptions } from './options.js';
import { recordedAdHoc } from './recorded-ad-hoc.js';
import { Reloader } from './reload.js';
import { watchStop } from './render/stop-spinner.js';
import { closeInspector, obey } from './signals.js';
import { openStateOf } from './state.js';
import type { Terminal } from './terminal.js';
import { version } from './version.js';
import type { UnhinderedTerminal } from './unhindered.js';
import { watchTimerFile } from './watch.js';

export interface Foreground {
  readonly terminal: UnhinderedTerminal;
  readonly clock: Clock;
  readonly log: LogOptions;
  readonly keepAlive: boolean;
  /** The state's file as the command line names it. */
  readonly state: string | undefined;
  /** Whether the timer file is read anew whenever it changes. */
  readonly watches: boolean;
}

/** Runs a scheduler in this process until a signal or the last firing ends it. Answers the exit code. */
export async function runInForeground(timerFile: TimerFile, foreground: Foreground): Promise<number> {
  const { terminal, clock, log, keepAlive, state: named, watches } = foreground;
  const other = await otherSchedulerOf(timerFile, { terminal, clock, named });
  let stop: (code?: number) => void = () => undefined;
  const onTaken = () => void scheduler.stop().finally(() => stop(1));
  const state = openStateOf(timerFile, { terminal, clock, named, other, onTaken });
  if (state.kind === 'refused') {
    terminal.err(`timers: ${state.message}`);
    return 1;
  }
  const condition = new ConditionWatch(clock);
  const running = (): Scheduler => scheduler;
  const reloader = new Reloader(timerFile, { running, clock });
  const adHoc = new AdHocTimers({ file: () => reloader.current, scheduler: running });
  const parts = { terminal, clock, condition, scheduler: running, recorded: state.recorded };
  const control = await openControl(timerFile, { ...parts, named, reloader, adHoc, stopped: () => stop() });
  const around = await openAround(timerFile, { ...parts, control });
  const spinner = terminal.isWatched.err ? watchStop(terminal.screen, clock) : undefined;
  const sink = openLog(log, terminal, clock, timerFile.settings);
  const scheduler = compose(withRecorded(timerFile, state.ledger, foreground), {
    terminal,
    clock,
    ...around,
    sinks: [...control.sinks, ...around.sinks, ...(spinner ? [spinner] : []), sink],
    ...(state.ledger && { ledger: state.ledger }),
    socket: control.socket,
  });
  const ended = new Promise<number>((resolve) => {
    stop = (code = 0) => resolve(code);
    obeySignals(scheduler, { stopped: () => stop(), reload: () => void reloader.reload() });
    if (!keepAlive)
      void scheduler
        .idle()
        .then(() => scheduler.stop())
        .finally(() => stop());
  });
  const release = keepAlive ? stayAwake(clock) : undefined;
  const lastResort = openLastResort(scheduler, { terminal, clock, stopped: () => stop() });
  scheduler.start();
  settleIn(terminal, clock);
  for (const trouble of state.troubles) scheduler.tellTrouble(trouble);
  const unwatch = watches
    ? watchTimerFile(timerFile.named, { clock, terminal, changed: () => void reloader.reload() })
    : undefined;
  const code = await ended;
  unwatch?.();
  await control.close();
  release?.();
  return Math.max(code, lastResort.exitCode);
}

/** What the process needs because Node runs it: no inspector that was late to open; an init, since Node reaps its own children only. */
function settleIn(terminal: Terminal, clock: Clock): void {
  clock.after(SECOND, closeInspector);
  if (process.pid !== 1) return;
  terminal.err(
    'timers: running as PID 1, but timers does not reap processes that commands leave behind: they stay as zombies. Use an init, such as docker run --init or tini.',
  );
}

/** The timer file with the timers that an earlier scheduler was given and has left to do; says of which nothing can be made. */
function withRecorded(timerFile: TimerFile, state: Composition['ledger'], { terminal, clock }: Foreground): TimerFile {
  if (state === undefined) return timerFile;
  const { jobs, unreadable } = recordedAdHoc(state.ledger.recall().jobs.values(), timerFile, clock.now());
  for (const name of unreadable)
    terminal.err(`timers: ${name}, an ad-hoc timer, cannot be read and does not run; it stays in ${state.file}`);
  return { ...timerFile, jobs: [...timerFile.jobs, ...jobs] };
}

/** What stands around a scheduler. */
interface Around extends Http {
  /** Absent: the usual one. */
  readonly executor?: Executor | undefined;
}

/** Watches its condition, and opens the HTTP server and the tracing a file asks for; where it asks for none, their packages are not even loaded. */
async function openAround(timerFile: TimerFile, context: HttpContext): Promise<Around> {
  const { http, tracing } = timerFile.settings;
  const watched = http && (await import('./http.js')).openHttp(http, timerFile, context);
  const traced = tracing && (await import('./tracing.js')).openTracing(tracing, context);
  return {
    sinks: [context.condition, ...(watched?.sinks ?? []), ...(traced ? [traced.sink] : [])],
    companions: [context.condition, ...(watched?.companions ?? [])],
    executor: traced?.executor,
  };
}

/** Composes a scheduler that lives in this process. */
export function compose(
  timerFile: TimerFile,
  {
    terminal,
    clock,
    executor,
    sinks,
    ledger,
    socket,
    companions = [],
  }: {
    terminal: Terminal;
    clock: Clock;
    executor?: Executor | undefined;
    sinks: readonly Sink[];
    ledger?: Composition['ledger'];
    socket?: string | undefined;
    companions?: readonly Companion[];
  },
): Scheduler {
  return composeScheduler(timerFile, {
    clock,
    ...(executor && { executor }),
    sinks,
    ...(ledger && { ledger }),
    companions,
    environment: terminal.env,
    facts: { version, pid: process.pid, ...(socket !== undefined && { socket }) },
    host: hostname(),
    random: chance,
    onSinkError: (sink, error) =>
      terminal.err(`timers: the ${sink} log failed, and goes on as it can: ${String(error)}`),
  });
}

/** What is to be done after a signal. */
interface OnSignal {
  /** The scheduler has stopped. */
  readonly stopped: () => void;
  /** The timer file is to be read again. */
  readonly reload: () => void;
}

/** Does what signals ask for. A second one that asks for a stop stops at once. */
export function obeySignals(scheduler: Scheduler, { stopped, reload }: OnSignal): void {
  let isStopping = false;
  obey((request, signal) => {
    if (request === 'reload') reload();
    else if (isStopping) scheduler.forceStop();
    else {
      isStopping = true;
      void scheduler.stop(signal).finally(stopped);
    }
  });
}

/** Keeps the process alive though nothing is armed. */
function stayAwake(clock: Clock): Cancel {
  let cancel: Cancel;
  const again = () => {
    cancel = clock.after(MINUTE, again);
  };
  again();
  return () => cancel();
}
