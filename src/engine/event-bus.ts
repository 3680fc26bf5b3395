import type { Clock } from '../domain/clock.js';
import type { TimerEvent } from '../domain/events/index.js';
import type { Sink } from '../domain/sink.js';
import type { Duration } from '../domain/time.js';
import { lineCount } from '../domain/output-lines.js';
import { contain, raiseLater } from './bugs.js';

/** The number of events, each line of output one, that the sinks get before timers and processes get a turn. */
const BATCH = 256;
/** How many events, each line of output one, may wait for the sinks before commands are asked to hold their output back. */
const HIGH_WATER = 2_000;

/**
 * Carries events to the sinks, in order and off the firing path: `emit` only notes them. A sink can neither delay a firing nor stop one;
 * its first error goes to `onSinkError`, and it still gets every later event.
 */
export class EventBus {
  readonly #clock: Clock;
  readonly #sinks: readonly Sink[];
  readonly #beforeDelivery: () => void;
  readonly #onSinkError: (sink: string, error: unknown) => void;
  readonly #broken = new Set<Sink>();
  #pending: TimerEvent[] = [];
  /** The number of pending events, each line of output one. */
  #waiting = 0;
  #scheduled = false;
  #drained: PromiseWithResolvers | undefined;

  /** `beforeDelivery` is called before the sinks get any event. */
  constructor(
    clock: Clock,
    sinks: readonly Sink[],
    beforeDelivery: () => void,
    onSinkError: (sink: string, error: unknown) => void,
  ) {
    this.#clock = clock;
    this.#beforeDelivery = beforeDelivery;
    this.#sinks = sinks;
    this.#onSinkError = onSinkError;
  }

  emit(event: TimerEvent): void {
    this.#pending.push(event);
    this.#waiting += weightOf(event);
    this.#schedule();
  }

  /** `undefined` while output is welcome; else resolves when it is again. */
  drained(): Promise<void> | undefined {
    if (this.#waiting >= HIGH_WATER) return (this.#drained ??= withResolvers()).promise;
    for (const sink of this.#sinks) {
      const wait = this.#drainedOf(sink);
      if (wait !== undefined) return wait;
    }
    return undefined;
  }

  /** A sink that can't say whether it wants more holds nobody back. */
  #drainedOf(sink: Sink): Promise<void> | undefined {
    try {
      return sink.drained?.()?.catch((error: unknown) => this.#tell(sink, error));
    } catch (error) {
      this.#tell(sink, error);
      return undefined;
    }
  }

  /** Delivers what is pending and resolves when what the sinks have started themselves is over, or `patience` and it was ended. Never rejects. */
  async settle(patience: Duration): Promise<void> {
    await this.#deliverAll();
    await Promise.all(this.#sinks.map((sink) => this.#wait(sink, () => sink.settle?.(patience))));
  }

  /** Delivers what is pending and resolves when every sink has flushed. Never rejects. */
  async flush(): Promise<void> {
    await this.#deliverAll();
    await Promise.all(this.#sinks.map((sink) => this.#wait(sink, () => sink.flush?.())));
  }

  /** What is more than a batch is left to the turns that are scheduled for it. */
  async #deliverAll(): Promise<void> {
    while (this.#pending.length > 0) {
      if (this.#waiting <= BATCH) this.#deliver(BATCH);
      else await new Promise<void>((resolve) => this.#clock.soon(resolve));
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.soon(() => {
      this.#scheduled = false;
      this.#deliver(BATCH);
      if (this.#pending.length > 0) this.#schedule();
    });
  }

  #deliver(most: number): void {
    this.#beforeDelivery();
    const events = this.#take(most);
    for (const event of events) for (const sink of this.#sinks) this.#accept(sink, event);
    if (this.#waiting < HIGH_WATER / 2) {
      this.#drained?.resolve();
      this.#drained = undefined;
    }
  }

  /** The oldest events, up to the one with which they are `most`. */
  #take(most: number): readonly TimerEvent[] {
    let [count, taken] = [0, 0];
    for (let event = this.#pending[0]; event !== undefined && taken < most; event = this.#pending[++count]) {
      taken += weightOf(event);
    }
    const events = this.#pending.slice(0, count);
    this.#pending = this.#pending.slice(count);
    this.#waiting -= taken;
    return events;
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

const weightOf = (event: TimerEvent): number => (event.event === 'run.output' ? lineCount(event.lines) : 1);

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  resolve(): void;
}

/** `Promise.withResolvers` is not in Node 20. */
function withResolvers(): PromiseWithResolvers {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((resolved) => {
    resolve = resolved;
  });
  return { promise, resolve };
}
