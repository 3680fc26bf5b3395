import type { Clock } from '../domain/clock.js';
import type { TimerEvent } from '../domain/events/index.js';
import type { Condition } from './judge.js';
import type { Sink } from '../domain/sink.js';
import { SECOND, type Cancel, type Duration, type Instant } from '../domain/time.js';

const BEAT: Duration = SECOND;
/** How long a blocked event loop is remembered: long enough for a probe every 10 s to see it. */
const REMEMBERED: Duration = 30 * SECOND;

/** A timer file that the scheduler rejected. */
type Rejection = Pick<Extract<TimerEvent, { event: 'config.rejected' }>, 'at' | 'problems'>;

/** Watches the scheduler's condition: follows its events, and checks whether the event loop runs. */
export class ConditionWatch implements Sink {
  readonly name = 'condition';
  readonly #clock: Clock;
  /** When the next check is due, by the monotonic clock. */
  #beatAt: Duration;
  #disarm: Cancel = () => undefined;
  #stood: Duration = 0;
  #stoodUntil: Duration = Number.NEGATIVE_INFINITY;
  #rejection: Rejection | undefined;
  #stateTrouble: string | undefined;
  #httpTrouble: string | undefined;
  #logTrouble: string | undefined;
  #standsBy = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#beatAt = clock.monotonic() + BEAT;
  }

  start(): void {
    this.#beat();
  }

  /** Stops checking whether the loop runs. Past observations are remembered until they expire. */
  stop(): void {
    this.#disarm();
    this.#beatAt = Number.POSITIVE_INFINITY;
  }

  /** The condition at this moment. */
  get condition(): Condition {
    const now = this.#clock.monotonic();
    const remembered = now - this.#stoodUntil < REMEMBERED ? this.#stood : 0;
    return {
      loopStood: Math.round(Math.max(remembered, now - this.#beatAt, 0)),
      ...(this.#rejection !== undefined && { rejected: this.#rejection.problems[0] ?? 'it has errors' }),
      ...(this.#stateTrouble !== undefined && { stateTrouble: this.#stateTrouble }),
      ...(this.#httpTrouble !== undefined && { httpTrouble: this.#httpTrouble }),
      ...(this.#logTrouble !== undefined && { logTrouble: this.#logTrouble }),
      ...(this.#standsBy && { standsBy: true as const }),
    };
  }

  /** The rejection of the current timer file; `undefined` if the file was accepted. */
  get rejection(): Rejection | undefined {
    return this.#rejection;
  }

  accept(event: TimerEvent): void {
    this.#acceptOfLog(event);
    switch (event.event) {
      case 'config.rejected':
        this.#rejection = event;
        return;
      case 'config.reloaded':
        this.#rejection = undefined;
        return;
      case 'state.unavailable':
        this.#stateTrouble = event.reason;
        return;
      case 'state.recovered':
        this.#stateTrouble = undefined;
        return;
      case 'scheduler.standing_by':
      case 'scheduler.lost_state':
        this.#standsBy = true;
        return;
      case 'scheduler.took_over':
        this.#standsBy = false;
        return;
      case 'http.unavailable':
        this.#httpTrouble = `${event.reason}, at ${event.address}`;
        return;
      case 'http.listening':
        this.#httpTrouble = undefined;
        return;
      default:
    }
  }

  #acceptOfLog(event: TimerEvent): void {
    if (event.event === 'log.unavailable') this.#logTrouble = event.reason;
    else if (event.event === 'log.recovered') this.#logTrouble = undefined;
  }

  #beat(): void {
    const now = this.#clock.monotonic();
    const stood = now - this.#beatAt;
    if (stood >= BEAT) {
      this.#stood = stood;
      this.#stoodUntil = now;
    }
    const pause = untilWholeSecond(this.#clock.now());
    this.#beatAt = now + pause;
    this.#disarm = this.#clock.after(pause, () => this.#beat());
  }
}

/**
 * Returns the time to a whole second, from 500 to 1,500 ms. Most timers are due at whole seconds, so the process wakes
 * only once for a timer and this check.
 */
const untilWholeSecond = (now: Instant): Duration => SECOND - ((now + SECOND / 2) % SECOND) + SECOND / 2;
