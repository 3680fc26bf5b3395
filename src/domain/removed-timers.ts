import { jobNameOf, type TimerEvent } from './events/index.js';

/**
 * Recognizes events of timers that a reload has removed. A status shows such a timer only until its runs have ended, so
 * its events concern the whole list.
 */
export class RemovedTimers {
  readonly #names = new Set<string>();

  /** Returns whether an event is one of a removed timer. Call it with every event. */
  isOne(event: TimerEvent): boolean {
    if (event.event === 'config.reloaded') {
      for (const name of event.removed) this.#names.add(name);
      for (const name of event.added) this.#names.delete(name);
    }
    const name = jobNameOf(event);
    return name !== undefined && this.#names.has(name);
  }
}
