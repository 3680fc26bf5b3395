import type { TimerEvent } from '../domain/event.js';
import type { Sink } from '../domain/sink.js';
import type { Cancel } from '../domain/time.js';

/** How much of the past is kept: so many events, with so many characters of output at most. */
const MOST_EVENTS = 2_000;
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** Which events somebody wants; absent: all. */
export interface Interest {
  readonly jobName?: string | undefined;
  /** A run's id, or its beginning. */
  readonly runId?: string | undefined;
}

/** Keeps the recent events for who asks later, and hands new ones to who follows. Bounded. */
export class EventFeed implements Sink {
  readonly name = 'control';
  readonly #isTold: (event: TimerEvent) => boolean;
  readonly #listeners = new Set<(event: TimerEvent) => void>();
  #recent: TimerEvent[] = [];
  /** Where the kept events begin in `#recent`; what is before them is let go of now and then. */
  #first = 0;
  #characters = 0;

  constructor(isTold: (event: TimerEvent) => boolean) {
    this.#isTold = isTold;
  }

  accept(event: TimerEvent): void {
    if (!this.#isTold(event)) return;
    this.#keep(event);
    for (const listener of this.#listeners) listener(event);
  }

  /** The latest `most` of the kept events that are of interest, in order. */
  past(interest: Interest, most: number): readonly TimerEvent[] {
    const wanted = this.#recent.slice(this.#first).filter((event) => isOfInterest(event, interest));
    return wanted.slice(Math.max(0, wanted.length - most));
  }

  /** Calls `listener` with every event of interest from now on. It must not throw. */
  follow(interest: Interest, listener: (event: TimerEvent) => void): Cancel {
    const filtered = (event: TimerEvent) => {
      if (isOfInterest(event, interest)) listener(event);
    };
    this.#listeners.add(filtered);
    return () => this.#listeners.delete(filtered);
  }

  #keep(event: TimerEvent): void {
    this.#recent.push(event);
    this.#characters += sizeOf(event);
    while (this.#recent.length - this.#first > MOST_EVENTS || this.#characters > MOST_CHARACTERS) {
      const oldest = this.#recent[this.#first++];
      if (oldest === undefined) break;
      this.#characters -= sizeOf(oldest);
    }
    if (this.#first < MOST_EVENTS) return;
    this.#recent = this.#recent.slice(this.#first);
    this.#first = 0;
  }
}

const sizeOf = (event: TimerEvent): number => (event.event === 'run.output' ? event.line.length : 0);

function isOfInterest(event: TimerEvent, { jobName, runId }: Interest): boolean {
  if (jobName !== undefined && jobNameOf(event) !== jobName) return false;
  return runId === undefined || ('runId' in event && event.runId.startsWith(runId));
}

function jobNameOf(event: TimerEvent): string | undefined {
  if ('firing' in event) return event.firing.jobName;
  return 'jobName' in event ? event.jobName : undefined;
}
