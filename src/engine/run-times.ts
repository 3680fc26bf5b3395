import type { Clock } from '../domain/clock.js';
import type { OpenRun } from '../domain/ledger.js';
import type { Duration, Instant } from '../domain/time.js';

/**
 * How late a run is and how long it lasts, measured on the monotonic clock since its admission. Setting the wall clock
 * changes neither.
 */
export class RunTimes {
  readonly #clock: Clock;
  readonly #admittedAt: Duration;
  readonly #latenessWhenAdmitted: Duration;
  /** When the first attempt began; `undefined` before. */
  #startedAt: Duration | undefined;
  #latenessMs: Duration = 0;

  /** `lateness` is that of the admission: the time since the nominal instant plus the job's jitter. */
  constructor(clock: Clock, lateness: Duration) {
    this.#clock = clock;
    this.#admittedAt = clock.monotonic();
    this.#latenessWhenAdmitted = Math.max(0, lateness);
  }

  /** The lateness of the first attempt. */
  get latenessMs(): Duration {
    return this.#latenessMs;
  }

  /** The time since the first attempt began; 0 before. */
  get elapsedMs(): Duration {
    return this.#startedAt === undefined ? 0 : Math.round(this.#clock.monotonic() - this.#startedAt);
  }

  get latenessNow(): Duration {
    return this.#latenessAt(this.#clock.monotonic());
  }

  #latenessAt(monotonic: Duration): Duration {
    return Math.round(this.#latenessWhenAdmitted + monotonic - this.#admittedAt);
  }

  /** Notes that the first attempt begins now, before it has a process. Returns how late it is. */
  begin(): Duration {
    this.#startedAt = this.#clock.monotonic();
    return (this.#latenessMs = this.#latenessAt(this.#startedAt));
  }

  /** Returns the time from now to a deadline of the job, at least 0. */
  left(deadline: Duration | undefined): Duration | undefined {
    return deadline === undefined ? undefined : Math.max(0, deadline - this.latenessNow);
  }

  /**
   * Notes that the process of attempt `number` started `forMs` ago. Returns its lateness, which includes the wait for
   * a launcher or a worker.
   */
  started(forMs: Duration, number: number): Duration {
    const startedAt = this.#clock.monotonic() - forMs;
    const latenessMs = Math.max(0, this.#latenessAt(startedAt));
    if (number === 1) {
      this.#startedAt = startedAt;
      this.#latenessMs = latenessMs;
    }
    return latenessMs;
  }

  /** Continues a run of a scheduler that died. */
  resume({ startedAt, latenessMs }: OpenRun, now: Instant): void {
    this.#startedAt = this.#clock.monotonic() - Math.max(0, now - (startedAt ?? now));
    this.#latenessMs = latenessMs;
  }
}
