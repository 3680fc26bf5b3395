/**
 * The public library. The program uses the same parts, so a schedule, a timer and a scheduler behave the same in both.
 *
 * @packageDocumentation
 */
import { createSystemClock } from './clocks/system.js';
import { composeScheduler } from './daemon/compose.js';
import { openStateOf as openState, type OpenedState } from './daemon/state.js';
import type { Surroundings } from './daemon/surroundings.js';
import { loadTimerFile, type TimerFile } from './config/index.js';
import type { Diagnostic } from './config/text/diagnostic.js';
import { levelOf, type TimerEvent } from './domain/events/index.js';
import { toRecord, type LogRecord } from './domain/record.js';
import type { Job } from './domain/job.js';
import { lineByLine } from './domain/output-lines.js';
import type { Schedule as CountedSchedule } from './domain/schedule.js';
import { toTimestamp, type Duration, type Instant } from './domain/time.js';
import { LoopTimer } from './engine/timer.js';
import { TimerLoop } from './engine/timer-loop.js';
import { parseScheduleAt, type ScheduleSpec } from './schedules/index.js';
import { localZone, thisMachine } from './this-machine.js';

export type { Diagnostic, Duration, Instant, LogRecord, ScheduleSpec };

/** When something is due: a pure function of time. */
export type Schedule = Omit<CountedSchedule, 'count'>;

const clock = createSystemClock();
const now = () => clock.monotonic();
const loop = new TimerLoop(clock, now);

/**
 * Reads a schedule.
 *
 * @param spec exactly one schedule key, as in a timer file, with optional `timezone` (IANA; default: the system
 * default) and `dst`.
 * @param options `start`: what `in` counts from, in epoch milliseconds; default: now. `seed`: the input of the hash for
 * `H` in `cron`, such as the name of a timer. By default it is empty, so that `H` means the same for all callers.
 * @returns a schedule. Its `next(after)` returns the first due instant strictly after `after`, in epoch milliseconds,
 * or `undefined`. It throws a TypeError if `after` is not a number.
 * @throws TypeError for a key or a value of the wrong type. RangeError for an invalid schedule. The message says how to
 * fix it.
 */
export function parseSchedule(
  spec: ScheduleSpec,
  options: { readonly start?: Instant; readonly seed?: string } = {},
): Schedule {
  const { start = clock.now(), seed = '' } = options;
  if (typeof seed !== 'string') throw new TypeError('seed must be a string, such as the name of a timer.');
  const schedule = plainly(() => parseScheduleAt(spec, { start, seed, defaultTimezone: localZone().name }));
  return {
    ...schedule,
    next(after) {
      if (typeof after !== 'number' || Number.isNaN(after)) {
        throw new TypeError('next takes a point in time in epoch milliseconds, such as Date.now().');
      }
      return schedule.next(after);
    },
  };
}

/** Calls `read`, and rethrows its errors as plain errors, with the hint in the same sentence. */
function plainly(read: () => Schedule): Schedule {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError && 'hint' in error) throw new RangeError(inOneSentence(error.message, error.hint));
    if (error instanceof TypeError && 'hint' in error) throw new TypeError(inOneSentence(error.message, error.hint));
    throw error;
  }
}

/** `25 is out of range. Midnight is hour 0.` → `25 is out of range; midnight is hour 0.` */
function inOneSentence(message: string, hint: unknown): string {
  if (typeof hint !== 'string') return message;
  return `${message.replace(/\.$/, '')}; ${hint.replace(/^(?:[A-Z](?=[a-z])|A(?= ))/, (letter) => letter.toLowerCase())}`;
}

/**
 * A restartable, cancelable timer. It counts elapsed time, so setting the wall clock does not move it, and accepts any
 * delay (`setTimeout` stops at 24.8 days). All timers of a process share one queue and one armed timeout; an active one
 * keeps the process alive.
 */
export class Timer extends LoopTimer {
  /**
   * @param delay milliseconds, 0 or more. The timer is inactive until `start()`.
   * @param callback called once per start or reset, never before the delay has passed.
   * @throws RangeError if `delay` is not a finite number ≥ 0; TypeError if `callback` is not a function.
   */
  constructor(delay: Duration, callback: () => void) {
    super(loop, now, delay, callback);
  }
}

/** Which timer file to load; default: the nearest one from `cwd` upward. */
export interface LoadRequest {
  readonly file?: string;
  /** Default: the process's working directory. */
  readonly cwd?: string;
}

/** The result of loading a timer file. None of its types come from a package, so a project need not install any. */
export interface Loaded {
  /** Absolute, symbolic links followed; `undefined` if no file was found. */
  readonly path: string | undefined;
  /** Errors and warnings, in the order of the file. */
  readonly problems: readonly Diagnostic[];
  /** Absent if any problem is an error. */
  readonly timerFile?: { readonly path: string; readonly jobs: readonly Job[] };
  /** The number of entries under `timers`, including invalid ones. */
  readonly timerCount: number;
}

/**
 * Loads and checks a timer file. Resolves for every file, however broken: `problems` has every error, with line and
 * column, and `timerFile` is absent if any of them is an error.
 */
export function loadTimers({ file, cwd = process.cwd() }: LoadRequest = {}): Promise<Loaded> {
  return loadTimerFile({ cwd, ...(file !== undefined && { file }) }, thisMachine(clock.now()));
}

export interface SchedulerOptions {
  /**
   * Receives every event, under its name in the log, in order and off the firing path. The first error it throws is
   * reported on standard error.
   */
  readonly onEvent?: (record: LogRecord & { readonly timestamp: string }) => void;
}

/** A scheduler in this process. It installs no signal handlers. */
export interface TimerScheduler {
  /** Arms every enabled timer. Call it once. */
  start(): void;
  /**
   * Ends waiting and active runs, and resolves when no run is active any longer. Bounded; a second call joins the
   * first.
   */
  stop(): Promise<void>;
  /** Resolves when no timer can fire again and no run is active. */
  idle(): Promise<void>;
  /** Fires a timer now. Returns whether a timer with that name exists. */
  trigger(name: string): boolean;
}

/**
 * Opens the state that a file names; without one, nothing outlives the process.
 * @throws Error if this process may not use that state.
 */
function openStateOf(timerFile: TimerFile, onTaken: () => void): Extract<OpenedState, { kind: 'ready' }> {
  if (timerFile.settings.state.kind === 'shared')
    throw new Error('a shared state works only with the command timers start, not in the library');
  if (timerFile.settings.state.kind !== 'file')
    return { kind: 'ready', recorded: () => undefined, outcomes: () => undefined, troubles: [] };
  const surroundings: Surroundings = {
    cwd: process.cwd(),
    env: process.env,
    err: (...lines) => lines.forEach((line) => process.emitWarning(line)),
  };
  const state = openState(timerFile, { surroundings, clock, named: undefined, other: undefined, onTaken });
  if (state.kind === 'refused') throw new Error(state.message);
  return state;
}

function firstError(path: string | undefined, problems: Loaded['problems']): string {
  const first = problems.find(({ severity }) => severity === 'error');
  return `${path ?? 'the timer file'}:${first?.line ?? 1}:${first?.column ?? 1}: ${first?.message ?? 'not valid'}`;
}

/**
 * Creates a scheduler for a loaded timer file. It records outcomes if the file sets `state`. In that case, you must
 * stop it, even if you never started it.
 * @throws TypeError if the file has errors; the message has the first one. Error if another scheduler uses the state,
 * or if its file is not a state file of `timers`.
 */
export function createScheduler(loaded: Loaded, options: SchedulerOptions = {}): TimerScheduler {
  const { problems, path } = loaded;
  // Only `loadTimers` creates a timer file.
  const timerFile = loaded.timerFile as TimerFile | undefined;
  if (timerFile === undefined) throw new TypeError(firstError(path, problems));
  const { onEvent } = options;
  const accept = (event: TimerEvent) => {
    if (onEvent === undefined || levelOf(event) === 'debug') return;
    const timestamp = toTimestamp(event.at);
    const events = event.event === 'run.output' ? lineByLine(event) : [event];
    for (const one of events) onEvent({ timestamp, ...toRecord(one) });
  };
  const state = openStateOf(timerFile, () => void scheduler.stop());
  const scheduler = composeScheduler(timerFile, {
    clock,
    ...(state.ledger && { ledger: state.ledger }),
    sinks: [{ name: 'onEvent', accept }],
    environment: process.env,
    onSinkError: (_sink, error) => process.emitWarning(`timers: onEvent threw: ${String(error)}`),
  });
  return {
    start: () => {
      scheduler.start();
      for (const trouble of state.troubles) scheduler.tellTrouble(trouble);
    },
    stop: () => scheduler.stop(),
    idle: () => scheduler.idle(),
    trigger: (name) => scheduler.controls.trigger(name) !== undefined,
  };
}
