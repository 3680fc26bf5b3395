/**
 * The library's face. The program is built on the same parts, so a schedule, a timer and a scheduler behave here as they do there.
 *
 * @packageDocumentation
 */
import { createSystemClock } from './clocks/system.js';
import { composeScheduler } from './daemon/compose.js';
import { openStateOf as openState, type OpenedState } from './daemon/state.js';
import type { Surroundings } from './daemon/surroundings.js';
import { loadTimerFile, type Diagnostic, type Loaded, type TimerFile } from './config/index.js';
import { levelOf, type TimerEvent } from './domain/events/index.js';
import { toRecord, type LogRecord } from './domain/record.js';
import type { Schedule as CountedSchedule } from './domain/schedule.js';
import { toTimestamp, type Duration, type Instant } from './domain/time.js';
import { LoopTimer } from './engine/timer.js';
import { TimerLoop } from './engine/timer-loop.js';
import { parseScheduleAt, type ScheduleSpec } from './schedules/index.js';
import { localZone, thisMachine } from './this-machine.js';

export type { Diagnostic, Duration, Instant, Loaded, LogRecord, ScheduleSpec };

/** When something is due: a pure function of time. */
export type Schedule = Omit<CountedSchedule, 'count'>;

const clock = createSystemClock();
const now = () => clock.monotonic();
const loop = new TimerLoop(clock, now);

/**
 * Reads a schedule.
 *
 * @param spec exactly one of `cron`, `every`, `in`, `at`, as in a timer file; `timezone` (IANA; default: the system default) and `dst`.
 * @param options `start`: what `in` counts from, in epoch milliseconds; default: now. `seed`: what `H` in `cron` is a hash of, such as the
 * name of a timer; default: the empty text, the same for all callers.
 * @returns a schedule whose `next(after)` answers the first due instant strictly after `after`, in epoch milliseconds, or `undefined`;
 * it throws a TypeError when `after` is no number.
 * @throws TypeError a key or a value of the wrong kind. RangeError a value that says no schedule. Both with a sentence a user can act on.
 */
export function parseSchedule(
  spec: ScheduleSpec,
  options: { readonly start?: Instant; readonly seed?: string } = {},
): Schedule {
  const { start = clock.now(), seed = '' } = options;
  if (typeof seed !== 'string') throw new TypeError('seed takes a text, such as the name of a timer.');
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

/** Throws what reading a schedule throws as the plain error it is, the way out in the same sentence. */
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
 * A restartable, cancellable timer. Counts elapsed time, so a wall clock that is set does not move it, and takes any delay
 * (`setTimeout` ends at 24.8 days). All timers of a process share one queue and one armed timeout; an active one keeps the process alive.
 */
export class Timer extends LoopTimer {
  /**
   * @param delay milliseconds, 0 or more. The timer is not active until `start()`.
   * @param callback called once per start or reset, never before the delay is over.
   * @throws RangeError when `delay` is no number ≥ 0; TypeError when `callback` is no function.
   */
  constructor(delay: Duration, callback: () => void) {
    super(loop, now, delay, callback);
  }
}

/** Which timer file to load; without `file` the nearest one from `cwd` upwards. */
export interface LoadRequest {
  readonly file?: string;
  /** Default: the process's working directory. */
  readonly cwd?: string;
}

/**
 * Loads and checks a timer file. Resolves for every file, however broken: what is wrong stands in `problems`, with line and column, and
 * `timerFile` is absent when any of it is an error.
 */
export function loadTimers({ file, cwd = process.cwd() }: LoadRequest = {}): Promise<Loaded> {
  return loadTimerFile({ cwd, ...(file !== undefined && { file }) }, thisMachine(clock.now()));
}

export interface SchedulerOptions {
  /** Told everything that happens, under the names of the log, in order and off the firing path. What it throws is reported on standard error once. */
  readonly onEvent?: (record: LogRecord & { readonly timestamp: string }) => void;
}

/** A scheduler in this process. Installs no signal handlers. */
export interface TimerScheduler {
  /** Arms every enabled timer. To be called once. */
  start(): void;
  /** Ends what waits and what runs, and resolves when nothing runs any more. Bounded; a second call joins the first. */
  stop(): Promise<void>;
  /** Resolves when no timer can fire any more and nothing runs. */
  idle(): Promise<void>;
  /** Fires a timer now. Returns whether there is one of that name. */
  trigger(name: string): boolean;
}

/** Opens the state that a file names; where it names none, nothing outlives the process. @throws Error when that state is not ours to use. */
function openStateOf(timerFile: TimerFile, onTaken: () => void): Extract<OpenedState, { kind: 'ready' }> {
  if (timerFile.settings.state.kind !== 'file') return { kind: 'ready', recorded: () => undefined, troubles: [] };
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
 * Creates a scheduler for a loaded timer file. It records into the file's `state`, if that names one; it must be stopped then, even if it was
 * never started.
 * @throws TypeError when the file has errors; the message holds the first. Error when another scheduler uses the state, or its file is not one of timers.
 */
export function createScheduler({ timerFile, problems, path }: Loaded, options: SchedulerOptions = {}): TimerScheduler {
  if (timerFile === undefined) throw new TypeError(firstError(path, problems));
  const { onEvent } = options;
  const accept = (event: TimerEvent) => {
    if (levelOf(event) !== 'debug') onEvent?.({ timestamp: toTimestamp(event.at), ...toRecord(event) });
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
