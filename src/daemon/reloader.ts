import { planOf } from './compose.js';
import {
  aboutBug,
  loadArrivedFile,
  loadTimerFile,
  type Diagnostic,
  type Loaded,
  type TimerFile,
} from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import type { StatePlace } from '../domain/state-place.js';
import type { PlanSource, SchedulerPlan } from '../domain/controls.js';
import { finishInTurns } from '../turns/steps.js';
import type { Scheduler } from '../engine/scheduler.js';
import { thisMachine } from '../this-machine.js';
import { changesBetween, keysForRestart, type TimerChange } from './plan-change.js';
import { rejectionOf } from './rejection.js';

/** The result of reading a timer file for a running scheduler. JSON-safe. */
export type Reading =
  | {
      readonly valid: true;
      readonly file: string;
      readonly changes: readonly TimerChange[];
      /** Keys of the file as a whole that differ, and take effect at the next start. */
      readonly needs_restart: readonly string[];
    }
  /** The file has errors, so it changes nothing. */
  | {
      readonly valid: false;
      readonly file: string;
      readonly problems: readonly Diagnostic[];
      /** The file's text, to show the positions of the problems. */
      readonly source: string;
    };

/** A version of the timer file that is not yet stored at its path. */
export interface Arrival {
  /** Its name in messages. */
  readonly shown: string;
  readonly bytes: Buffer;
  readonly etag: string | undefined;
  /** Stores the version at its path before it is used. Returns the reason if that fails. Never rejects. */
  readonly keep: () => Promise<Diagnostic | undefined>;
  /** Returns whether a rejection repeats an earlier one, so that it is not reported again. */
  readonly isRepeated: (rejection: Rejection) => boolean;
}

type Rejection = Reading & { readonly valid: false };

export interface ReloaderOptions {
  readonly running: () => Scheduler;
  readonly clock: Clock;
  /** The state that the command line names. Default: the state of the first file, which stays in use. */
  readonly state?: StatePlace | undefined;
  /** Called when a reload begins. `config.reloaded` or `config.rejected` ends it, unless the scheduler stops. */
  readonly begins?: (() => void) | undefined;
  /** Applies a new plan. Default: the running scheduler applies it. */
  readonly apply?: ((plan: SchedulerPlan, source: PlanSource) => void) | undefined;
  /** Called with the timer file that is in use from now on. */
  readonly used?: ((timerFile: TimerFile) => void) | undefined;
}

/**
 * Reloads the timer file of a running scheduler. Reads and checks the whole file, then applies all of it at once, or
 * nothing.
 */
export class Reloader {
  readonly #first: TimerFile;
  readonly #running: () => Scheduler;
  readonly #apply: (plan: SchedulerPlan, source: PlanSource) => void;
  readonly #clock: Clock;
  readonly #state: StatePlace;
  readonly #begins: () => void;
  readonly #used: (timerFile: TimerFile) => void;
  #current: TimerFile;
  /** The last reload. Reloads run one at a time, in the order of the requests. */
  #last: Promise<unknown> = Promise.resolve();

  /** `first` is the file that the scheduler started with. */
  constructor(
    first: TimerFile,
    { running, clock, state, apply, begins = () => undefined, used = () => undefined }: ReloaderOptions,
  ) {
    this.#first = first;
    this.#current = first;
    this.#running = running;
    this.#apply = apply ?? ((plan, source) => running().controls.reload(plan, source));
    this.#clock = clock;
    this.#state = state ?? first.settings.state;
    this.#begins = begins;
    this.#used = used;
  }

  /** The file as last loaded. */
  get current(): TimerFile {
    return this.#current;
  }

  /**
   * Loads the file as it is now, or a new version of it, and emits `config.reloaded`. If the file has errors, emits
   * `config.rejected` and changes nothing. SIGHUP, `--watch` and the `reload` verb all use this, so a bug here is
   * reported as an error of the file.
   */
  reload(arrival?: Arrival): Promise<Reading> {
    const reading = this.#last.then(() => this.#reload(arrival));
    this.#last = reading.catch(() => undefined);
    return reading;
  }

  /** Returns what loading `file` (by default the current timer file) would change. Changes nothing. */
  compare(file = this.#first.named): Promise<Reading> {
    return this.#contain(file, async () => this.#read(await this.#load(file)));
  }

  /** Reports a rejected file. Changes nothing. */
  reject({ file, problems }: Rejection): void {
    const scheduler = this.#running();
    for (const event of rejectionOf({ file, problems }, scheduler.now())) scheduler.emit(event);
  }

  async #reload(arrival?: Arrival): Promise<Reading> {
    const scheduler = this.#running();
    await scheduler.begun();
    this.#begins();
    const reading = await this.#contain(arrival?.shown ?? this.#first.named, () => this.#take(arrival));
    if (!reading.valid && !scheduler.isStopping && arrival?.isRepeated(reading) !== true) this.reject(reading);
    return reading;
  }

  async #take(arrival?: Arrival): Promise<Reading> {
    const loaded = await this.#load(this.#first.named, arrival);
    const reading = await this.#read(loaded, arrival?.shown);
    const { timerFile } = loaded;
    if (timerFile === undefined || !reading.valid || this.#running().isStopping) return reading;
    const problem = await arrival?.keep();
    if (arrival && problem) return { valid: false, file: arrival.shown, problems: [problem], source: '' };
    this.#use(timerFile, reading, arrival?.etag);
    return reading;
  }

  #use(
    timerFile: TimerFile,
    { file, needs_restart: needsRestart }: Reading & { readonly valid: true },
    etag?: string,
  ): void {
    const scheduler = this.#running();
    // The scheduler may have stopped while the file was stored.
    if (scheduler.isStopping) return;
    const before = this.#current;
    // A standby machine assembles its next scheduler from this file.
    this.#current = timerFile;
    try {
      this.#apply(planOf(timerFile), {
        file,
        ...(etag !== undefined && { etag }),
        ...(needsRestart.length > 0 && { needsRestart }),
      });
    } catch (error) {
      this.#current = before;
      throw error;
    }
    this.#used(timerFile);
  }

  async #contain(file: string, read: () => Promise<Reading>): Promise<Reading> {
    try {
      return await read();
    } catch (error) {
      return { valid: false, file, problems: [aboutBug(error)], source: '' };
    }
  }

  /**
   * Loads the file at `file`, or an arrival. A new delay counts from now. A new state takes effect at the next start;
   * until then, the file is interpreted with the present state.
   */
  #load(file: string, arrival?: Arrival): Promise<Loaded> {
    const machine = thisMachine(this.#running().now(), this.#state);
    const inTurns = this.#clock;
    if (arrival === undefined) return loadTimerFile({ file, cwd: '/', inTurns }, machine);
    return loadArrivedFile({ path: file, ...arrival, inTurns }, machine);
  }

  /** Compares a loaded file with the running timers. `shown`: the name of a file with errors. */
  async #read({ path: file = this.#first.named, ...loaded }: Loaded, shown = file): Promise<Reading> {
    const { timerFile, problems, source } = loaded;
    if (timerFile === undefined) return { valid: false, file: shown, problems, source };
    const { at, jobs } = this.#running().controls.status();
    const running = jobs.filter(({ job }) => job.adHoc === undefined);
    const changes = await finishInTurns(changesBetween(running, timerFile.jobs, at), this.#clock);
    return { valid: true, file, changes, needs_restart: keysForRestart(this.#first.settings, timerFile.settings) };
  }
}
