import type { Clock } from '../domain/clock.js';
import { Slicer } from '../turns/slicer.js';
import { MINUTE, SECOND, type Cancel, type Duration } from '../domain/time.js';
import { raiseLater } from '../turns/raise-later.js';
import { contain } from './contain.js';
import { TimerQueue, type Queued } from './timer-queue.js';

/** An entry that knows what to do when it is due. */
export interface Alarm extends Queued {
  /**
   * Called once per insertion, never before `dueAt`. By then, the alarm has left the queue and may queue itself again.
   */
  ring(now: number): void;
}

interface LoopListeners {
  /** Called at every wake-up, before `now` is read and any alarm rings; it may set alarms. */
  readonly onWake?: () => void;
  /**
   * Called with the error that an alarm or `onWake` threw; later alarms ring anyway. By default, the error is thrown
   * again in a separate turn, where the process sees it as uncaught.
   */
  readonly onError?: (error: unknown, alarm: Alarm | undefined) => void;
}

/** The longest sleep. The clock is checked at least this often, whatever is armed. */
const LONGEST_SLEEP: Duration = 30 * SECOND;
/** The longest sleep while something is due within the minute. */
const WATCHFUL_SLEEP: Duration = SECOND;

/**
 * One queue, one armed timer. Wakes when the first alarm is due by `now`, or to check the clock again. Sleeps are
 * bounded, so one rule covers clock steps, suspended machines and delays beyond the limit of `setTimeout`, 2³¹ − 1 ms.
 *
 * Past events come before due alarms. Between waking and ringing, the event loop serves its input, above all ends of
 * processes. After that, only alarms that were due before the input was served ring. However long the loop was delayed,
 * a timeout therefore never preempts the end of a run that has already ended.
 */
export class TimerLoop {
  readonly #queue = new TimerQueue<Alarm>();
  readonly #clock: Clock;
  readonly #now: () => number;
  readonly #onWake: () => void;
  readonly #onError: (error: unknown, alarm: Alarm | undefined) => void;
  /** When the armed timer wakes, in terms of `now`; Infinity if none is armed. */
  #wakesAt = Number.POSITIVE_INFINITY;
  #disarm: Cancel | undefined;
  /** Rings the due alarms; nothing is armed in the meantime. */
  readonly #ringing: Slicer;
  /** Alarms that are due at this time ring. */
  #due = 0;
  #running = true;

  /** `now` is the clock that the alarms use. */
  constructor(clock: Clock, now: () => number, { onWake, onError }: LoopListeners = {}) {
    this.#clock = clock;
    this.#now = now;
    this.#onWake = onWake ?? (() => undefined);
    this.#onError = onError ?? ((error) => raiseLater(clock, error));
    this.#ringing = new Slicer({
      clock,
      plan: (most) => this.#look(most),
      step: () => this.#ringNext(),
      done: () => this.#arm(),
    });
  }

  get size(): number {
    return this.#queue.size;
  }

  /** When the first alarm is due; `undefined` without one. */
  get firstDueAt(): number | undefined {
    return this.#queue.nextDueAt();
  }

  /** Arms `alarm` for `dueAt`; an alarm that is already armed is moved. */
  set(alarm: Alarm, dueAt: number): void {
    this.#queue.insert(alarm, dueAt);
    if (dueAt < this.#wakesAt && !this.#ringing.isBusy) this.#arm();
  }

  /** Disarms `alarm`. Returns whether it was armed. */
  clear(alarm: Alarm): boolean {
    const wasArmed = this.#queue.remove(alarm);
    if (wasArmed && this.#queue.size === 0 && !this.#ringing.isBusy) this.#sleep();
    return wasArmed;
  }

  /** Calls `ring` once, `delay` ms from now; returns the alarm, so that it can be cleared. */
  after(delay: Duration, ring: () => void): Alarm {
    const alarm: Alarm = { dueAt: 0, slot: -1, turn: 0, ring };
    this.set(alarm, this.#now() + delay);
    return alarm;
  }

  /** False after {@link stop}. */
  get isRunning(): boolean {
    return this.#running;
  }

  /** Stops ringing alarms, for good. */
  stop(): void {
    this.#running = false;
    this.#sleep();
  }

  #sleep(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    this.#wakesAt = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    this.#sleep();
    const dueAt = this.#queue.nextDueAt();
    if (!this.#running || dueAt === undefined) return;
    const now = this.#now();
    const untilDue = dueAt - now;
    // At least 1 ms: a clock that does not advance must not cause a busy loop.
    const delay = Math.max(1, Math.ceil(Math.min(untilDue, this.#longestSleep(untilDue))));
    this.#wakesAt = now + delay;
    this.#disarm = this.#clock.after(delay, () => this.#wake());
  }

  #longestSleep(untilDue: Duration): Duration {
    if (this.#clock.isSteady) return Number.POSITIVE_INFINITY;
    return untilDue <= MINUTE ? WATCHFUL_SLEEP : LONGEST_SLEEP;
  }

  #wake(): void {
    this.#sleep();
    this.#ringing.start();
  }

  /** Reads the time, and returns how many alarms are due, up to `most`. */
  #look(most: number): number {
    contain(this.#onWake, (error) => this.#onError(error, undefined));
    this.#due = this.#now();
    return this.#queue.countDue(this.#due, most);
  }

  /** Rings the next due alarm. Returns whether other alarms are due. */
  #ringNext(): boolean {
    const alarm = this.#running ? this.#queue.takeDue(this.#due) : undefined;
    if (alarm !== undefined) this.#ringOne(alarm, this.#due);
    return this.#running && (this.#queue.nextDueAt() ?? Number.POSITIVE_INFINITY) <= this.#due;
  }

  #ringOne(alarm: Alarm, now: number): void {
    try {
      alarm.ring(now);
    } catch (error) {
      this.#onError(error, alarm);
    }
  }
}
