import type { Clock } from '../../src/domain/clock.js';
import type { Cancel, Duration, Instant } from '../../src/domain/time.js';

interface Alarm {
  readonly at: Duration;
  readonly wake: () => void;
}

/** Runs the promise callbacks that are ready, and those that they create. */
async function followUp(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** A clock that the test turns manually: the wall clock can be set, the monotonic clock only advanced. */
export class FakeClock implements Clock {
  #wall: Instant;
  #monotonic: Duration = 1_000;
  #uptime: Duration = 5_000;
  #alarms: Alarm[] = [];
  #soon: (() => void)[] = [];
  #arrived: (() => void)[] = [];

  constructor(start: string | Instant = '2026-01-01T00:00:00Z') {
    this.#wall = typeof start === 'string' ? Date.parse(start) : start;
  }

  now(): Instant {
    return Math.floor(this.#wall);
  }

  monotonic(): Duration {
    return this.#monotonic;
  }

  uptime(): Duration | undefined {
    return this.#uptime;
  }

  after(delay: Duration, wake: () => void): Cancel {
    const alarm = { at: this.#monotonic + Math.max(delay, 0), wake };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm);
    };
  }

  soon(task: () => void): void {
    this.#soon.push(task);
  }

  /** Forgets everything that is armed, as if its process had died. */
  forgetAll(): void {
    this.#alarms = [];
    this.#soon = [];
  }

  /** How many timers are armed. */
  get armed(): number {
    return this.#alarms.length;
  }

  /** When the next armed timer wakes, in ms from now; `undefined` if none is armed. */
  get nextWakeIn(): Duration | undefined {
    return this.#alarms.length === 0 ? undefined : Math.min(...this.#alarms.map((alarm) => alarm.at)) - this.#monotonic;
  }

  /** Sets the wall clock; the monotonic clock stays. Wakes nobody. */
  setWall(instant: string | Instant): void {
    this.#wall = typeof instant === 'string' ? Date.parse(instant) : instant;
  }

  /** Moves the wall clock by `delta` against the monotonic one. */
  stepWall(delta: Duration): void {
    this.#wall += delta;
  }

  /** Suspends the machine: wall clock and uptime advance, the monotonic clock stops. */
  suspend(duration: Duration): void {
    this.#wall += duration;
    this.#uptime += duration;
  }

  /**
   * Blocks the event loop: time passes, and nothing is woken. `happened` is the input that arrives in between (a
   * process has ended). It is served in the next turn, before anything is woken and before anything that is due {@link
   * soon}.
   */
  block(duration: Duration, happened?: () => void): void {
    this.#pass(duration);
    if (happened) this.#arrived.push(happened);
  }

  /**
   * Lets `duration` pass: wakes what comes due and runs everything that follows from it. `rate` is the speed of the
   * wall clock relative to the monotonic one.
   */
  async advance(duration: Duration, rate = 1): Promise<void> {
    const end = this.#monotonic + duration;
    if (this.#arrived.length === 0) await this.settle();
    for (;;) {
      const next = this.#alarms.reduce<Alarm | undefined>(
        (first, alarm) => (!first || alarm.at < first.at ? alarm : first),
        undefined,
      );
      if (!next || next.at > end) break;
      this.#pass(Math.max(next.at - this.#monotonic, 0), rate);
      await this.#serve();
      if (!this.#alarms.includes(next)) continue;
      this.#alarms = this.#alarms.filter((alarm) => alarm !== next);
      next.wake();
      await this.settle();
    }
    this.#pass(end - this.#monotonic, rate);
    await this.settle();
  }

  /** Runs all promise callbacks and `soon` tasks that are ready, and those that they create. */
  async settle(): Promise<void> {
    do {
      await this.#serve();
      for (const task of this.#soon.splice(0)) task();
      await followUp();
    } while (this.#soon.length + this.#arrived.length > 0);
  }

  /** Later input is served in the next turn. */
  async #serve(): Promise<void> {
    await followUp();
    for (const task of this.#arrived.splice(0)) task();
    await followUp();
  }

  #pass(duration: Duration, rate = 1): void {
    this.#monotonic += duration;
    this.#uptime += duration;
    this.#wall += duration * rate;
  }
}
