import type { Clock } from '../domain/clock.js';
import { entryOf, type TimerEvent } from '../domain/events/index.js';
import type { Committed } from '../domain/ledger.js';
import type { Sink } from '../domain/sink.js';
import type { Duration } from '../domain/time.js';
import { lineCount } from '../domain/output-lines.js';
import { Fifo } from '../turns/fifo.js';
import { raiseLater } from '../turns/raise-later.js';
import { contain } from './contain.js';

/** The number of events (a line of output counts as one) that sinks receive before timers and processes get a turn. */
const BATCH = 64;
/**
 * How many events (a line of output counts as one) may wait for the sinks before commands are asked to pause their
 * output.
 */
const HIGH_WATER = 2_000;

/**
 * Carries events to the sinks, in order and off the firing path: `emit` only queues them. A sink can neither delay nor
 * stop a firing. Its first error goes to `onSinkError`, and it still receives every later event.
 *
 * Sinks receive an event after it is recorded. If the state belongs to another scheduler, they never receive the events
 * that this scheduler could not record.
 */
export class EventBus {
  readonly #clock: Clock;
  readonly #sinks: readonly Sink[];
  readonly #record: () => Promise<Committed> | undefined;
  readonly #onSinkError: (sink: string, error: unknown) => void;
  readonly #broken = new Set<Sink>();
  readonly #pending = new Fifo<TimerEvent>();
  /** The number of pending events, where a line of output counts as one. */
  #waiting = 0;
  #scheduled = false;
  /** A delivery that waits for a commit. */
  #delivering: Promise<void> | undefined;
  /** Whether the state belongs to another scheduler. */
  #isLost = false;
  #drained: PromiseWithResolvers | undefined;

  /**
   * `record` records everything emitted so far. It is called before the sinks receive any event, and returns a promise
   * if it takes time.
   */
  constructor(
    clock: Clock,
    sinks: readonly Sink[],
    record: () => Promise<Committed> | undefined,
    onSinkError: (sink: string, error: unknown) => void,
  ) {
    this.#clock = clock;
    this.#record = record;
    this.#sinks = sinks;
    this.#onSinkError = onSinkError;
  }

  emit(event: TimerEvent): void {
    this.#pending.add(event);
    this.#waiting += weightOf(event);
    this.#schedule();
  }

  /** Passes an event to the sinks immediately, ahead of events that wait until they are recorded. */
  emitNow(event: TimerEvent): void {
    this.#handOut([event]);
  }

  /** Returns `undefined` while output is accepted, and otherwise a promise that resolves when it is accepted again. */
  drained(): Promise<void> | undefined {
    if (this.#waiting >= HIGH_WATER) return (this.#drained ??= withResolvers()).promise;
    for (const sink of this.#sinks) {
      const wait = this.#drainedOf(sink);
      if (wait !== undefined) return wait;
    }
    return undefined;
  }

  /** Returns what {@link Sink.drained} returns. If a sink throws instead, output does not wait for it. */
  #drainedOf(sink: Sink): Promise<void> | undefined {
    try {
      return sink.drained?.()?.catch((error: unknown) => this.#tell(sink, error));
    } catch (error) {
      this.#tell(sink, error);
      return undefined;
    }
  }

  /**
   * Delivers all pending events, and resolves when the sinks' own work is done, or has been ended after `patience`.
   * Never rejects.
   */
  async settle(patience: Duration): Promise<void> {
    await this.#deliverAll();
    await Promise.all(this.#sinks.map((sink) => this.#wait(sink, () => sink.settle?.(patience))));
  }

  /** Delivers all pending events, and resolves when every sink has flushed. Never rejects. */
  async flush(): Promise<void> {
    await this.#deliverAll();
    await Promise.all(this.#sinks.map((sink) => this.#wait(sink, () => sink.flush?.())));
  }

  /** Delivers all pending events. Those beyond one batch are left to the turns that are scheduled for them. */
  async #deliverAll(): Promise<void> {
    while (this.#pending.size > 0) {
      const delivering = this.#delivering ?? (this.#waiting <= BATCH ? this.#deliver(BATCH) : undefined);
      if (delivering !== undefined) await delivering;
      else if (this.#pending.size > 0) await new Promise<void>((resolve) => this.#clock.soon(resolve));
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.soon(this.#goOn);
  }

  readonly #goOn = (): void => {
    this.#scheduled = false;
    const delivering = this.#delivering ?? this.#deliver(BATCH);
    if (delivering !== undefined) void delivering.then(() => this.#scheduleRest());
    else this.#scheduleRest();
  };

  #scheduleRest(): void {
    if (this.#pending.size > 0) this.#schedule();
  }

  /** Delivers up to `most` events. Returns a promise if recording them first takes time. */
  #deliver(most: number): Promise<void> | undefined {
    const recording = this.#record();
    if (recording === undefined) {
      this.#handOut(this.#take(most));
      return undefined;
    }
    const recorded = this.#pending.size;
    return (this.#delivering = recording.then((committed) => {
      this.#delivering = undefined;
      this.#isLost ||= committed === 'lost';
      this.#handOut(this.#take(most, recorded));
    }));
  }

  #handOut(taken: readonly TimerEvent[]): void {
    const events = this.#isLost ? taken.filter((event) => entryOf(event).recorded === false) : taken;
    for (const event of events) for (const sink of this.#sinks) this.#accept(sink, event);
    if (this.#waiting < HIGH_WATER / 2) {
      this.#drained?.resolve();
      this.#drained = undefined;
    }
  }

  /** Removes and returns the oldest of the first `among` events, until their weights add up to `most`. */
  #take(most: number, among = this.#pending.size): readonly TimerEvent[] {
    let [count, weight] = [0, 0];
    for (; count < among && weight < most; count++) weight += weightOf(this.#pending.at(count));
    this.#waiting -= weight;
    return this.#pending.take(count);
  }

  #accept(sink: Sink, event: TimerEvent): void {
    try {
      sink.accept(event);
    } catch (error) {
      this.#tell(sink, error);
    }
  }

  async #wait(sink: Sink, over: () => Promise<void> | undefined): Promise<void> {
    try {
      await over();
    } catch (error) {
      this.#tell(sink, error);
    }
  }

  #tell(sink: Sink, error: unknown): void {
    if (this.#broken.has(sink)) return;
    this.#broken.add(sink);
    contain(
      () => this.#onSinkError(sink.name, error),
      (worse) => raiseLater(this.#clock, worse),
    );
  }
}

const weightOf = (event: TimerEvent | undefined): number =>
  event?.event === 'run.output' ? lineCount(event.lines) : 1;

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  resolve(): void;
}

/** Does what `Promise.withResolvers` does, which Node 20 lacks. */
function withResolvers(): PromiseWithResolvers {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((resolved) => {
    resolve = resolved;
  });
  return { promise, resolve };
}
