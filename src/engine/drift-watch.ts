import type { Clock } from '../domain/clock.js';
import type { ClockDrift } from '../domain/events/index.js';
import type { ClockOffset, ClockSettings, TimeSample, TimeSource, TimeTrouble } from '../domain/time-source.js';
import { HOUR, type Cancel, type Duration } from '../domain/time.js';
import type { Emitter } from './context.js';
import { majorityOffset } from './majority-offset.js';

/** Whether the wall clock is certainly off by more than the limit. */
export type DriftState = 'within' | 'beyond';

/**
 * Returns the state after a measurement: `beyond` if even the smallest possible offset exceeds the limit, `within` if
 * the likeliest offset does not. In between, the state does not change.
 */
export function judgeDrift(
  was: DriftState,
  { offsetMs, errorMs }: Pick<ClockOffset, 'offsetMs' | 'errorMs'>,
  limit: Duration,
): DriftState {
  const size = Math.abs(offsetMs);
  if (size - errorMs > limit) return 'beyond';
  return size <= limit ? 'within' : was;
}

/**
 * Returns how much of a measured offset the scheduler's time should follow: all of it, or nothing if 0 is just as
 * likely.
 */
export const offsetToFollow = ({ offsetMs, errorMs }: Pick<ClockOffset, 'offsetMs' | 'errorMs'>): Duration =>
  Math.abs(offsetMs) > errorMs ? offsetMs : 0;

/**
 * Returns the pause before the next measurement. It doubles with every consecutive failure, up to an hour. `random`,
 * from [0, 1), adds up to a tenth.
 */
export const pauseBetween = (poll: Duration, failures: number, random: number): Duration =>
  Math.min(poll * 2 ** failures, Math.max(poll, HOUR)) * (1 + random / 10);

interface DriftParts extends Emitter {
  readonly sources: readonly TimeSource[];
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /**
   * Makes the scheduler's time follow the offset, and returns whether it does. Called with 0 after a failed
   * measurement. Absent if steering is not allowed.
   */
  readonly steer?: (offset: Duration) => boolean;
}

/**
 * Measures the wall clock's offset repeatedly, and reports when it exceeds the limit and when it is within the limit
 * again.
 */
export class DriftWatch {
  readonly #settings: Pick<ClockSettings, 'limit' | 'poll'>;
  readonly #parts: DriftParts;
  readonly #stopping = new AbortController();
  /** The last reported reason of each source for not returning the time. */
  readonly #told = new Map<string, string>();
  #state: DriftState = 'within';
  #latest: ClockOffset | undefined;
  #failures = 0;
  #disarm: Cancel | undefined;

  constructor(settings: Pick<ClockSettings, 'limit' | 'poll'>, parts: DriftParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /** The last successful measurement; `undefined` before the first. */
  get latest(): ClockOffset | undefined {
    return this.#latest;
  }

  /** Starts with a measurement. Call it once. */
  start(): void {
    void this.#measureOn();
  }

  /** Stops measuring and reporting, and immediately releases sockets, processes and timers. */
  stop(): void {
    this.#disarm?.();
    this.#stopping.abort();
  }

  /** Measures, and schedules the next measurement whatever the result. */
  async #measureOn(): Promise<void> {
    const { clock, random } = this.#parts;
    try {
      await this.#measure();
    } finally {
      const pause = pauseBetween(this.#settings.poll, this.#failures, random());
      if (!this.#stopping.signal.aborted) this.#disarm = clock.after(pause, () => void this.#measureOn());
    }
  }

  async #measure(): Promise<void> {
    const { sources } = this.#parts;
    const { signal } = this.#stopping;
    const answers = (await Promise.all(sources.map((source) => source.measure(signal)))).filter(
      (answer) => answer !== undefined,
    );
    if (signal.aborted) return;
    if (answers.length > 0) this.#take(answers);
  }

  #take(answers: readonly (TimeSample | TimeTrouble)[]): void {
    const { offset, truechimers, falsetickers } = majorityOffset(answers.filter((answer) => answer.kind === 'sample'));
    for (const answer of answers) if (answer.kind === 'trouble') this.#tellTrouble(answer.source, answer.reason);
    for (const { source } of falsetickers) this.#tellTrouble(source, 'does not agree with the other sources of time');
    for (const { source } of truechimers) this.#told.delete(source);
    if (offset === undefined) {
      this.#failures++;
      this.#parts.steer?.(0);
      return;
    }
    this.#failures = 0;
    const source = truechimers.map((sample) => sample.source).join(', ');
    this.#latest = { ...offset, source, at: this.#parts.now() };
    this.#judge(this.#latest);
  }

  #judge(latest: ClockOffset): void {
    const { limit } = this.#settings;
    const followed = this.#parts.steer?.(offsetToFollow(latest));
    const was = this.#state;
    this.#state = judgeDrift(was, latest, limit);
    if (this.#state === was) return;
    const event = this.#state === 'beyond' ? 'clock.drift' : 'clock.synchronised';
    const told: ClockDrift = { event, ...latest, limitMs: limit };
    this.#parts.emit(followed === undefined ? told : { ...told, followed });
  }

  #tellTrouble(source: string, reason: string): void {
    if (this.#told.get(source) === reason) return;
    this.#told.set(source, reason);
    this.#parts.emit({ event: 'clock.unmeasured', at: this.#parts.now(), source, reason });
  }
}
