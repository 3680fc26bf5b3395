import { jobNameOf, type TimerEvent } from '../domain/events/index.js';
import { isEnding } from '../domain/ledger.js';
import type { Sink } from '../domain/sink.js';
import type { Instant } from '../domain/time.js';

/** How many events are kept for clients that ask later. */
const RECENT_EVENTS = 2_000;
/** How many events are kept for followers that have yet to read them. */
const MOST_EVENTS = 16_000;
/** In bytes, about: the events and their records as JSON. */
const MOST_BYTES = 8 * 1024 * 1024;
/** In bytes, about: an event and its record, apart from what was printed. */
const BYTES_OF_EVENT = 500;
/** How many outcomes are kept for a follower that falls out of the ring. */
const MOST_ENDINGS = 16;

/** Which events a client wants; absent: all. */
export interface Interest {
  readonly jobName?: string | undefined;
  /** A run's id, or its beginning. */
  readonly runId?: string | undefined;
  /** By the scheduler's time, both inclusive. */
  readonly since?: Instant | undefined;
  readonly until?: Instant | undefined;
}

export interface Following extends Interest {
  /** How many of the recent events come first; absent: all. */
  readonly last?: number | undefined;
  /** Called when there is something to read after {@link Follower.next} had nothing. Must not throw. */
  readonly onNews: () => void;
}

/** An event in the ring. */
export interface RingEntry {
  readonly kind: 'event';
  readonly event: TimerEvent;
  readonly bytes: number;
  /** The JSON of its record, once a client has read it. */
  json: string | undefined;
}

/** What a follower reads: an event, or how many it lost because it read too slowly. */
export type Told = RingEntry | { readonly kind: 'lost'; readonly count: number };

/**
 * The recent events, kept once for all followers: each is a position in the ring. An event's record is written once, and only if somebody reads it.
 * Bounded in events and bytes, whatever followers do.
 */
export class EventRing implements Sink {
  readonly name = 'control';
  readonly #isTold: (event: TimerEvent) => boolean;
  readonly #write: (event: TimerEvent) => string;
  readonly #followers = new Set<Follower>();
  /** Each at its number modulo the length of the ring. */
  readonly #entries: (RingEntry | undefined)[] = [];
  /** The number of the oldest event. */
  #first = 0;
  #end = 0;
  #bytes = 0;

  /** Keeps the events that `isTold` accepts. `write` makes the JSON of an event's record. */
  constructor(isTold: (event: TimerEvent) => boolean, write: (event: TimerEvent) => string) {
    this.#isTold = isTold;
    this.#write = write;
  }

  /** The number of the next event. */
  get end(): number {
    return this.#end;
  }

  accept(event: TimerEvent): void {
    if (!this.#isTold(event)) return;
    const bytes = bytesOf(event);
    while (this.#isFull(bytes)) this.#dropOldest();
    this.#entries[this.#end++ % MOST_EVENTS] = { kind: 'event', event, bytes, json: undefined };
    this.#bytes += bytes;
    for (const follower of this.#followers) follower.hear(event);
  }

  /** The latest `most` of the kept events that are of interest, in order. */
  past(interest: Interest, most: number): readonly TimerEvent[] {
    const events: TimerEvent[] = [];
    for (let number = this.#end - 1; number >= this.#first && events.length < most; number--) {
      const event = this.at(number)?.event;
      if (event !== undefined && isOfInterest(event, interest)) events.push(event);
    }
    return events.reverse();
  }

  /** Follows what comes, after the `last` of the recent events. Close the follower in the end. */
  follow({ last, onNews, ...interest }: Following): Follower {
    const position = last === undefined ? this.#first : this.#startOf(interest, last);
    const follower = new Follower(this, { position, interest, onNews });
    this.#followers.add(follower);
    return follower;
  }

  /** The event of that number, which the ring must still hold. */
  at(number: number): RingEntry | undefined {
    return this.#entries[number % MOST_EVENTS];
  }

  /** The JSON of an event's record, the same text for every follower. */
  jsonOf(entry: RingEntry): string {
    return (entry.json ??= this.#write(entry.event));
  }

  forget(follower: Follower): void {
    this.#followers.delete(follower);
  }

  #startOf(interest: Interest, last: number): number {
    let start = this.#end;
    for (let number = start - 1, found = 0; number >= this.#first && found < last; number--) {
      const event = this.at(number)?.event;
      if (event === undefined || !isOfInterest(event, interest)) continue;
      found++;
      start = number;
    }
    return start;
  }

  #isFull(more: number): boolean {
    const count = this.#end - this.#first;
    if (count === 0) return false;
    if (count >= MOST_EVENTS || this.#bytes + more > MOST_BYTES) return true;
    return count >= RECENT_EVENTS && !this.#isAwaited(this.#first);
  }

  #isAwaited(number: number): boolean {
    for (const follower of this.#followers) if (follower.position <= number) return true;
    return false;
  }

  #dropOldest(): void {
    const entry = this.at(this.#first);
    this.#entries[this.#first % MOST_EVENTS] = undefined;
    if (entry !== undefined) {
      this.#bytes -= entry.bytes;
      for (const follower of this.#followers) follower.lose(this.#first, entry);
    }
    this.#first++;
  }
}

interface Place {
  readonly position: number;
  readonly interest: Interest;
  readonly onNews: () => void;
}

/** A client's position in the ring. */
export class Follower {
  readonly #ring: EventRing;
  readonly #interest: Interest;
  readonly #onNews: () => void;
  #position: number;
  /** Nothing from this number on is read. */
  #until = Number.POSITIVE_INFINITY;
  #lost = 0;
  /** Outcomes among the lost events: a client that follows a run must see its end. */
  #endings: RingEntry[] = [];
  #isWaiting = false;

  constructor(ring: EventRing, { position, interest, onNews }: Place) {
    this.#ring = ring;
    this.#interest = interest;
    this.#onNews = onNews;
    this.#position = position;
  }

  /** The number of the event that is read next. */
  get position(): number {
    return this.#position;
  }

  /** Whether all is read that was to be read. */
  get isOver(): boolean {
    return this.#lost === 0 && this.#endings.length === 0 && this.#position >= this.#until;
  }

  /** What is to be read next; `undefined` when that is nothing yet. */
  next(): Told | undefined {
    if (this.#lost > 0) {
      const count = this.#lost;
      this.#lost = 0;
      return { kind: 'lost', count };
    }
    return this.#endings.shift() ?? this.#nextOfRing();
  }

  /** Reads what is there by now, and nothing that comes later. */
  finish(): void {
    this.#until = Math.min(this.#until, this.#ring.end);
  }

  close(): void {
    this.#ring.forget(this);
  }

  /** The ring has one more event. */
  hear(event: TimerEvent): void {
    if (!this.#isWaiting) return;
    if (isOfInterest(event, this.#interest)) {
      this.#isWaiting = false;
      this.#onNews();
    } else {
      this.#position = this.#ring.end;
    }
  }

  /** The ring drops an event, perhaps before it was read. */
  lose(number: number, entry: RingEntry): void {
    if (number < this.#position) return;
    this.#position = number + 1;
    if (number >= this.#until || !isOfInterest(entry.event, this.#interest)) return;
    if (!isEnding(entry.event)) {
      this.#lost++;
      return;
    }
    this.#endings.push(entry);
    if (this.#endings.length <= MOST_ENDINGS) return;
    this.#endings.shift();
    this.#lost++;
  }

  #nextOfRing(): Told | undefined {
    const end = Math.min(this.#until, this.#ring.end);
    while (this.#position < end) {
      const entry = this.#ring.at(this.#position++);
      if (entry !== undefined && isOfInterest(entry.event, this.#interest)) return entry;
    }
    this.#isWaiting = true;
    return undefined;
  }
}

/** Lines of output are the many, and their records have them twice; of the rest, all texts count. */
function bytesOf(event: TimerEvent): number {
  if (event.event === 'run.output') return BYTES_OF_EVENT + event.line.length * (event.data === undefined ? 3 : 9);
  let bytes = BYTES_OF_EVENT;
  for (const value of Object.values(event) as unknown[]) bytes += 2 * lengthOf(value);
  return bytes;
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return Array.isArray(value) ? value.reduce<number>((sum, item) => sum + lengthOf(item), 8 * value.length) : 0;
}

function isOfInterest(event: TimerEvent, { jobName, runId, since, until }: Interest): boolean {
  if ((since !== undefined && event.at < since) || (until !== undefined && event.at > until)) return false;
  if (jobName !== undefined && jobNameOf(event) !== jobName) return false;
  return runId === undefined || ('runId' in event && event.runId.startsWith(runId));
}
