import type { TimerFile } from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import type { Executor } from '../domain/executor.js';
import type { Sink } from '../domain/sink.js';
import { MINUTE, type Cancel } from '../domain/time.js';
import type { Scheduler } from '../engine/scheduler.js';
import { ConditionWatch } from '../health/condition-watch.js';
import { AdHocTimers } from './ad-hoc-timers.js';
import { composeScheduler, type Composition } from './compose.js';
import { openControl } from './control.js';
import type { Http, HttpContext } from './http.js';
import { openLastResort } from './last-resort.js';
import { otherSchedulerOf } from './other-scheduler.js';
import { recordedAdHoc } from './recorded-ad-hoc.js';
import { Reloader } from './reloader.js';
import { openStateOf } from './state.js';
import { statusContext } from './status.js';
import type { Surroundings } from './surroundings.js';
import { watchTimerFile } from './watch-file.js';

export interface DaemonOptions {
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  /** Listeners besides those that the timer file asks for, such as the log. */
  readonly sinks: readonly Sink[];
  /** Whether it keeps running when no timer can fire any more. */
  readonly keepAlive: boolean;
  /** The state's file as the command line names it. */
  readonly state: string | undefined;
  /** Whether it reads the timer file again whenever that changes. */
  readonly watches: boolean;
  /** Where requests by signal come from. */
  readonly onRequest: OnRequest;
}

/** Registers the one receiver of requests; `signal` is what they came by. */
export type OnRequest = (receive: (request: 'stop' | 'reload', signal: NodeJS.Signals) => void) => void;

/**
 * Runs a scheduler in this process, with all that a timer file asks for around it: state, control socket, HTTP server, tracing. Resolves, with the
 * exit code, when a request or the last firing has ended it: 1 when the state is not ours to use, or after too many bugs.
 */
export async function startDaemon(timerFile: TimerFile, options: DaemonOptions): Promise<number> {
  const { surroundings, clock, keepAlive, state: named, watches } = options;
  const other = await otherSchedulerOf(timerFile, { surroundings, clock, named });
  let stop: (code?: number) => void = () => undefined;
  const onTaken = () => void scheduler.stop().finally(() => stop(1));
  const state = openStateOf(timerFile, { surroundings, clock, named, other, onTaken });
  if (state.kind === 'refused') {
    surroundings.err(`timers: ${state.message}`);
    return 1;
  }
  const condition = new ConditionWatch(clock);
  const running = (): Scheduler => scheduler;
  const reloader = new Reloader(timerFile, { running, clock });
  const adHoc = new AdHocTimers({ file: () => reloader.current, scheduler: running });
  const status = statusContext(timerFile, condition);
  const parts = { surroundings, clock, condition, status, scheduler: running, recorded: state.recorded };
  const control = await openControl(timerFile, { ...parts, named, reloader, adHoc, stopped: () => stop() });
  const around = await openAround(timerFile, { ...parts, control });
  const scheduler = composeScheduler(withRecorded(timerFile, state.ledger, options), {
    clock,
    ...around,
    environment: surroundings.env,
    sinks: [...control.sinks, ...around.sinks, ...options.sinks],
    ...(state.ledger && { ledger: state.ledger }),
    socket: control.socket,
    onSinkError: (sink, error) =>
      surroundings.err(`timers: the ${sink} log failed, and goes on as it can: ${String(error)}`),
  });
  const ended = new Promise<number>((resolve) => {
    stop = (code = 0) => resolve(code);
    receiveRequests(scheduler, options.onRequest, { stopped: () => stop(), reload: () => void reloader.reload() });
    if (!keepAlive)
      void scheduler
        .idle()
        .then(() => scheduler.stop())
        .finally(() => stop());
  });
  const release = keepAlive ? stayAwake(clock) : undefined;
  const lastResort = openLastResort(scheduler, { surroundings, clock, stopped: () => stop() });
  scheduler.start();
  for (const trouble of state.troubles) scheduler.tellTrouble(trouble);
  const unwatch = watches
    ? watchTimerFile(timerFile.named, { clock, surroundings, changed: () => void reloader.reload() })
    : undefined;
  const code = await ended;
  unwatch?.();
  await control.close();
  release?.();
  return Math.max(code, lastResort.exitCode);
}

/** The timer file with the timers that an earlier scheduler was given and has left to do; says of which nothing can be made. */
function withRecorded(
  timerFile: TimerFile,
  state: Composition['ledger'],
  { surroundings, clock }: DaemonOptions,
): TimerFile {
  if (state === undefined) return timerFile;
  const { jobs, unreadable } = recordedAdHoc(state.ledger.recall().jobs.values(), timerFile, clock.now());
  for (const name of unreadable)
    surroundings.err(`timers: ${name}, an ad-hoc timer, cannot be read and does not run; it stays in ${state.file}`);
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
  const watched = http && (await import('./http.js')).openHttp(http, context);
  const traced = tracing && (await import('./tracing.js')).openTracing(tracing, context);
  return {
    sinks: [context.condition, ...(watched?.sinks ?? []), ...(traced ? [traced.sink] : [])],
    companions: [context.condition, ...(watched?.companions ?? [])],
    executor: traced?.executor,
  };
}

/** What follows a request. */
interface Follows {
  /** The scheduler has stopped. */
  readonly stopped: () => void;
  /** The timer file is to be read again. */
  readonly reload: () => void;
}

/** Does what requests ask for. A second one to stop stops at once. */
export function receiveRequests(scheduler: Scheduler, onRequest: OnRequest, { stopped, reload }: Follows): void {
  let isStopping = false;
  onRequest((request, signal) => {
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
