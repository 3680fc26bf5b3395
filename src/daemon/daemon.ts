import type { TimerFile } from '../config/index.js';
import type { Args } from '../control/index.js';
import type { Clock } from '../domain/clock.js';
import type { Sink } from '../domain/sink.js';
import { MINUTE, type Cancel } from '../domain/time.js';
import type { Scheduler } from '../engine/scheduler.js';
import type { Forward, ServiceManager } from '../delivery/index.js';
import { ConditionWatch } from '../health/condition-watch.js';
import { AdHocTimers } from './ad-hoc-timers.js';
import { composeScheduler, type Composition } from './compose.js';
import { openControl, type Control, type Runner } from './control.js';
import type { Http, HttpContext } from './http.js';
import { loadAhead } from './load-ahead.js';
import { openLastResort } from './last-resort.js';
import type { SchedulerLog } from './log.js';
import { openLauncher, type OpenLauncher } from './launcher.js';
import { otherSchedulerOf } from './other-scheduler.js';
import { recordedAdHoc } from './recorded-ad-hoc.js';
import { openReloading, type ReloadingOptions } from './reloading.js';
import type { Service } from './service-variables.js';
import type { Operation } from './operation.js';
import type { OpenedShared } from './shared/state.js';
import { namedPlace, sharedPlaceOf } from './shared/place.js';
import { openStateOf, statePathOf, type OpenedState } from './state.js';
import { statusContext } from './status.js';
import type { Surroundings } from './surroundings.js';

export interface DaemonOptions extends ReloadingOptions {
  readonly surroundings: Surroundings;
  /** Listeners in addition to those of the timer file. */
  readonly sinks: readonly Sink[];
  readonly log: SchedulerLog;
  /** Whether the scheduler keeps running after the last possible firing. */
  readonly keepAlive: boolean;
  /** The value of `--state`, if it is set. */
  readonly state: string | undefined;
  /** What starts commands, if the command line sets it. Default: the choice of the timer file. */
  readonly launcher?: 'auto' | 'execa' | undefined;
  /** The service manager that started this process, if any. */
  readonly service?: Service | undefined;
  /** The source of requests that arrive as signals. */
  readonly onRequest: OnRequest;
}

/** Registers the only receiver of requests. `signal` is the signal that made the request. */
export type OnRequest = (receive: (request: 'stop' | 'reload', signal: NodeJS.Signals) => void) => void;

/**
 * Runs a scheduler in this process, with everything its timer file requires: state, control socket, HTTP server,
 * tracing. Resolves with the exit code after a request or the last firing has ended the scheduler. The code is 1 if the
 * scheduler must not use the state, or stops after too many internal errors.
 */
export async function startDaemon(timerFile: TimerFile, options: DaemonOptions): Promise<number> {
  const { surroundings, clock, keepAlive, state: named } = options;
  const running = (): Scheduler => operation.scheduler;
  const launching = launcherOf(timerFile, options, running);
  let stop: (code?: number) => void = () => undefined;
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  // Another scheduler may take the state before this one exists.
  const onTaken = () => void begun.then(() => operation.runner.stop()).finally(() => stop(1));
  const state = await openStateFor(timerFile, options, onTaken);
  if (state.kind === 'refused') return refuse(options, state.message, launching);
  const condition = new ConditionWatch(clock);
  const begins = () => around.service?.reloading();
  const apply = (...change: Parameters<Operation['reload']>) => operation.reload(...change);
  const reloading = openReloading(timerFile, { ...options, begins, apply, place: placeOf(options) }, running);
  const { reloader, reload, origin } = reloading;
  const adHoc = new AdHocTimers({ file: () => reloader.current, scheduler: running });
  const launcher = await launching;
  const shared = () => operation.membership?.record;
  const record = { launcher: () => launcher.record(), forward: () => around.forward?.record, shared };
  const status = statusContext(timerFile, condition, { ...record, origin });
  const { recorded, outcomes } = state;
  const parts = { surroundings, clock, condition, status, origin, scheduler: running, recorded, outcomes };
  const runner = () => operation.runner;
  const elsewhere = (verb: string, args: Args) => operation.membership?.elsewhere(verb, args);
  const sharing = state.kind === 'shared' ? { elsewhere, onCommitted: state.onCommitted } : {};
  const opening = { ...parts, ...sharing, named, reloader, reload, adHoc, runner, stopped: () => stop() };
  const control = await openControl(timerFile, opening);
  const around = await openAround(timerFile, { ...parts, ...sharing, control }, { launcher, service: options.service });
  const operation = operate(() => reloader.current, options, { state, control, around });
  const ended = new Promise<number>((resolve) => {
    stop = (code = 0) => resolve(code);
    receiveRequests(operation.runner, options.onRequest, { stopped: () => stop(), reload: () => void reload() });
    if (!keepAlive) void stopWhenIdle(operation.runner).finally(() => stop());
  });
  const release = keepAlive ? stayAwake(clock) : undefined;
  const lastResort = openLastResort(
    { runner: operation.runner, scheduler: running },
    { surroundings, clock, stopped: () => stop() },
  );
  operation.runner.start();
  begin();
  reportTroubles(running, state.troubles, options.log);
  reloading.start();
  void loadAhead(running(), { surroundings, clock });
  const code = await ended;
  reloading.stop();
  await control.close();
  release?.();
  return Math.max(code, lastResort.exitCode);
}

const placeOf = ({ state, surroundings }: DaemonOptions) =>
  state === undefined ? undefined : namedPlace(state, surroundings.cwd);

/** Reports trouble with the state from before the start and, from now on, trouble with the log. */
function reportTroubles(running: () => Scheduler, troubles: Assembled['state']['troubles'], log: SchedulerLog): void {
  log.emitTo(running);
  for (const trouble of troubles) running().tellTrouble(trouble);
}

/** Opens the state, unless another scheduler of this machine uses it. */
async function openStateFor(
  timerFile: TimerFile,
  options: DaemonOptions,
  onTaken: () => void,
): Promise<OpenedForDaemon> {
  const { surroundings, clock, state: named } = options;
  const place = sharedPlaceOf(timerFile, named);
  if (place !== undefined) return (await import('./shared/state.js')).openSharedState(place, timerFile, clock);
  const other = await otherSchedulerOf(timerFile, { surroundings, clock, named });
  return openStateOf(timerFile, { surroundings, clock, named, other, onTaken });
}

type OpenedForDaemon = OpenedState | OpenedShared;

interface Assembled {
  readonly state: Exclude<OpenedForDaemon, { readonly kind: 'refused' }>;
  readonly control: Control;
  readonly around: Around;
}

/** Assembles what runs the timers and everything around it. `file` returns the timer file as last loaded. */
function operate(file: () => TimerFile, options: DaemonOptions, { state, control, around }: Assembled): Operation {
  const { companions, sinks, ...rest } = around;
  const shared = [...control.sinks, ...sinks, ...options.sinks, options.log];
  const compose = (
    more: Pick<Composition, 'ledger' | 'term' | 'workers' | 'sinks'> & Partial<Composition>,
  ): Scheduler =>
    composeScheduler(withRecorded(file(), more.ledger, options), {
      clock: options.clock,
      ...rest,
      environment: options.surroundings.env,
      socket: control.socket,
      onSinkError: (sink, error) =>
        options.surroundings.err(`timers: the ${sink} log failed; it continues as far as possible: ${String(error)}`),
      ...more,
    });
  if (state.kind === 'shared') return state.operate({ compose, companions, sinks: shared, control, file });
  const scheduler = compose({ companions, sinks: shared, ...(state.ledger && { ledger: state.ledger }) });
  return { scheduler, runner: scheduler, reload: (plan, source) => scheduler.controls.reload(plan, source) };
}

async function refuse({ surroundings }: DaemonOptions, message: string, launching: Promise<unknown>): Promise<number> {
  surroundings.err(`timers: ${message}`);
  await launching;
  return 1;
}

/**
 * Starts the launcher before other parts, so that its test command runs while the state opens. Await it before the
 * control socket opens: that command may take seconds, and no request can be served before there is a scheduler.
 */
function launcherOf(timerFile: TimerFile, options: DaemonOptions, scheduler: () => Scheduler): Promise<OpenLauncher> {
  const { settings } = timerFile;
  const { clock, surroundings, state, launcher = settings.launcher } = options;
  const stateFile = statePathOf(timerFile, surroundings, state);
  return openLauncher(launcher, { scheduler, stateFile, clock, surroundings, orphans: settings.orphans });
}

/**
 * Returns the timer file with the pending ad-hoc timers of an earlier scheduler. Reports timers that cannot be built.
 */
function withRecorded(
  timerFile: TimerFile,
  state: Composition['ledger'],
  { surroundings, clock }: DaemonOptions,
): TimerFile {
  if (state === undefined) return timerFile;
  const { jobs, unreadable } = recordedAdHoc(state.ledger.recall().jobs.values(), timerFile, clock.now());
  for (const name of unreadable)
    surroundings.err(`timers: the ad-hoc timer ${name} cannot be read and does not run; it stays in ${state.file}`);
  return { ...timerFile, jobs: [...timerFile.jobs, ...jobs] };
}

/** The parts around a scheduler. */
interface Around extends Http {
  /** Absent for the default executor. */
  readonly createExecutor?: Composition['createExecutor'];
  readonly launcher: OpenLauncher;
  /** Absent without `forward`. */
  readonly forward: Forward | undefined;
  /** Absent without a service manager. */
  readonly service: ServiceManager | undefined;
}

/**
 * Watches the scheduler's condition, and opens the HTTP server and tracing if the file configures them. Otherwise,
 * their packages are not even loaded.
 */
async function openAround(
  timerFile: TimerFile,
  context: HttpContext,
  { launcher, service: manager }: { readonly launcher: OpenLauncher; readonly service: Service | undefined },
): Promise<Around> {
  const { settings } = timerFile;
  const { http, tracing } = settings;
  const forward = await forwardOf(settings, context);
  const watched = http && (await import('./http.js')).openHttp(http, { ...context, forward });
  const traced = tracing && (await import('./tracing.js')).openTracing(tracing, context);
  const around = { ...context, launcher: launcher.launcher };
  const service = manager && (await import('./service.js')).openService(manager, timerFile, around);
  return {
    launcher,
    forward,
    service,
    sinks: [context.condition, ...present<Sink>(forward, service), ...(watched?.sinks ?? []), ...present(traced?.sink)],
    companions: [launcher, context.condition, ...present(forward), ...(watched?.companions ?? [])],
    createExecutor: traced?.createExecutor,
  };
}

const present = <T>(...all: readonly (T | undefined)[]): readonly T[] => all.filter((one) => one !== undefined);

async function forwardOf({ forward }: TimerFile['settings'], context: HttpContext): Promise<Forward | undefined> {
  return forward && (await import('./forward.js')).openForward(forward, context);
}

/** The actions that requests trigger. */
interface Follows {
  /** Called when the scheduler has stopped. */
  readonly stopped: () => void;
  /** Reloads the timer file. */
  readonly reload: () => void;
}

/** Executes requests. A second request to stop ends everything immediately. */
export function receiveRequests(
  scheduler: Pick<Runner, 'stop' | 'forceStop'>,
  onRequest: OnRequest,
  { stopped, reload }: Follows,
): void {
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

async function stopWhenIdle(scheduler: Runner): Promise<void> {
  await scheduler.idle();
  await scheduler.stop();
}

/** Keeps the process alive while no timer is armed, until canceled. */
function stayAwake(clock: Clock): Cancel {
  let cancel: Cancel;
  const again = () => {
    cancel = clock.after(MINUTE, again);
  };
  again();
  return () => cancel();
}
