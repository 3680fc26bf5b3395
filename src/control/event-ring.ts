import { jobNameOf, type TimerEvent } from '../domain/events/index.js';
import { lineByLine, lineCount } from '../domain/output-lines.js';
import { isEnding } from '../domain/ledger.js';
import type { Sink } from '../domain/sink.js';
import type { Instant } from '../domain/time.js';

/** How many events (a line of output counts as one) are kept for clients that ask later. */
const RECENT_EVENTS = 2_000;
/** How many events (a block of output counts as one) are kept for followers that have not read them yet. */
const MOST_EVENTS = 16_000;
/** How many past events (a line of output counts as one) are returned at once. */
const MOST_PAST = 16_000;
/** The maximum size of all events, and of the lines and JSON records of those that were read, in approximate bytes. */
const MOST_BYTES = 8 * 1024 * 1024;
/** The size of an event and its record without its output, in approximate bytes. */
const BYTES_OF_EVENT = 500;
/** How many outcomes are kept for a follower that falls behind the ring. */
const MOST_ENDINGS = 16;

/** Which events a client wants. An absent field selects all. */
export interface Interest {
  readonly jobName?: string | undefined;
  /** A run's id, or a prefix of it. */
  readonly runId?: string | undefined;
  /** The earliest and the latest time, by the scheduler's clock; both inclusive. */
  readonly since?: Instant | undefined;
  readonly until?: Instant | undefined;
}

export interface Following extends Interest {
  /** How many of the recent events come first. Absent for all. */
  readonly last?: number | undefined;
  /** The number of the first event, instead of `last`. */
  readonly from?: number | undefined;
  /** Called when a new event arrives after {@link Follower.next} has returned `undefined`. Must not throw. */
  readonly onNews: () => void;
}

/** An entry of the ring: an event, perhaps with many lines of output. */
interface Kept {
  readonly event: TimerEvent;
  /** The number of its lines. */
  readonly count: number;
  readonly bytes: number;
  /** The event, split into lines. Set once a client has read it, until the ring needs their space. */
  entries: readonly RingEntry[] | undefined;
}

/** An event as followers read it: output is split into one event per line. */
export interface RingEntry {
  readonly kind: 'event';
  readonly event: TimerEvent;
  /** The JSON of its record. Set once a client has read it. */
  json: string | undefined;
}

/** What a follower reads: an event, or the number of events that it lost because it read too slowly. */
export type Told = RingEntry | { readonly kind: 'lost'; readonly count: number };

/**
 * The recent events, stored once for all followers: each follower is a position in the ring. An event's record is
 * written only if a client reads it, and again only if the ring needed its space. The ring is bounded in events and
 * bytes, however slowly followers read.
 */
export class EventRing implements Sink {
  readonly name = 'control';
  readonly #isTold: (event: TimerEvent) => boolean;
  readonly #write: (event: TimerEvent) => string;
  readonly #followers = new Set<Follower>();
  /** Each event is stored at its number modulo the length of the ring. */
  readonly #kept: (Kept | undefined)[] = [];
  /** The events that are split into lines, in the order in which they were first read. */
  readonly #split = new Set<Kept>();
  /** The number of the oldest event. */
  #first = 0;
  #end = 0;
  #bytes = 0;
  /** The number of events, where a line of output counts as one. */
  #count = 0;

  /** Keeps the events that `isTold` accepts. `write` makes the JSON of an event's record. */
  constructor(isTold: (event: TimerEvent) => boolean, write: (event: TimerEvent) => string) {
    this.#isTold = isTold;
    this.#write = write;
  }

  get first(): number {
    return this.#first;
  }

  /** The number of the next event. */
  get end(): number {
    return this.#end;
  }

  accept(event: TimerEvent): void {
    if (!this.#isTold(event)) return;
    const count = event.event === 'run.output' ? lineCount(event.lines) : 1;
    const kept = { event, count, bytes: bytesOf(event), entries: undefined };
    this.#forgetLines(kept.bytes);
    while (this.#isFull(kept)) this.#dropOldest();
    this.#kept[this.#end++ % MOST_EVENTS] = kept;
    this.#bytes += kept.bytes;
    this.#count += count;
    for (const follower of this.#followers) follower.hear(event);
  }

  /** Returns the latest matching events, at most `most` of them and {@link MOST_PAST}, oldest first. */
  past(interest: Interest, most: number): readonly TimerEvent[] {
    return this.#latest(interest, Math.min(most, MOST_PAST)).map(({ event }) => event);
  }

  /**
   * Returns a follower of the `last` recent events, at most {@link RECENT_EVENTS}, and of no future ones. It holds them
   * itself, so that it loses none while it reads.
   */
  snapshot(interest: Interest, last = RECENT_EVENTS): Follower {
    const begun = this.#latest(interest, Math.min(last, RECENT_EVENTS));
    const follower = new Follower(this, { position: this.#end, begun, interest, onNews: () => undefined });
    follower.finish();
    return follower;
  }

  /** Follows the `last` recent events, then future ones. Close the follower when you are done. */
  follow({ last, from = this.#first, onNews, ...interest }: Following): Follower {
    const first = { position: Math.max(from, this.#first), begun: [] };
    const start = last === undefined ? first : this.#startOf(interest, last);
    const follower = new Follower(this, { ...start, interest, onNews });
    this.#followers.add(follower);
    return follower;
  }

  /**
   * Returns the event with that number, line by line, or nothing if it does not match. The ring must still hold it.
   */
  entriesOf(number: number, interest: Interest): readonly RingEntry[] {
    const kept = this.#matching(number, interest);
    if (kept === undefined) return [];
    if (kept.entries !== undefined) return kept.entries;
    const entries = (kept.entries = entriesOf(kept.event));
    this.#split.add(kept);
    this.#bytes += bytesOnceRead(kept.event, kept.count);
    this.#forgetLines();
    return entries;
  }

  /** Returns the JSON of an event's record, the same text for every follower. */
  jsonOf(entry: RingEntry): string {
    return (entry.json ??= this.#write(entry.event));
  }

  forget(follower: Follower): void {
    this.#followers.delete(follower);
  }

  #latest(interest: Interest, most: number): readonly RingEntry[] {
    const entries: RingEntry[] = [];
    for (let number = this.#end - 1; number >= this.#first && entries.length < most; number--) {
      const kept = this.#matching(number, interest);
      if (kept !== undefined) entries.push(...(kept.entries ?? entriesOf(kept.event)).toReversed());
    }
    return entries.slice(0, most).reverse();
  }

  /**
   * Returns where the `last` matching events begin. `begun`: lines of the event before `position`, to be read first.
   */
  #startOf(interest: Interest, last: number): Pick<Place, 'position' | 'begun'> {
    let position = this.#end;
    for (let number = position - 1, missing = last; number >= this.#first && missing > 0; number--) {
      const kept = this.#matching(number, interest);
      if (kept === undefined) continue;
      if (kept.count > missing) return { position: number + 1, begun: entriesOf(kept.event).slice(-missing) };
      missing -= kept.count;
      position = number;
    }
    return { position, begun: [] };
  }

  #matching(number: number, interest: Interest): Kept | undefined {
    const kept = this.#kept[number % MOST_EVENTS];
    return kept !== undefined && isOfInterest(kept.event, interest) ? kept : undefined;
  }

  #isFull(more: Kept): boolean {
    const oldest = this.#kept[this.#first % MOST_EVENTS];
    if (this.#first === this.#end || oldest === undefined) return false;
    if (this.#end - this.#first >= MOST_EVENTS || this.#bytes + more.bytes > MOST_BYTES) return true;
    return this.#count + more.count - oldest.count >= RECENT_EVENTS && !this.#isAwaited(this.#first);
  }

  /**
   * Makes room without dropping an event: a follower that is slower than the one that read these lines splits them again.
   */
  #forgetLines(more = 0): void {
    for (const kept of this.#split) {
      if (this.#bytes + more <= MOST_BYTES) return;
      this.#forgetLinesOf(kept);
    }
  }

  #forgetLinesOf(kept: Kept): void {
    if (!this.#split.delete(kept)) return;
    kept.entries = undefined;
    this.#bytes -= bytesOnceRead(kept.event, kept.count);
  }

  #isAwaited(number: number): boolean {
    for (const follower of this.#followers) if (follower.position <= number) return true;
    return false;
  }

  #dropOldest(): void {
    const kept = this.#kept[this.#first % MOST_EVENTS];
    this.#kept[this.#first % MOST_EVENTS] = undefined;
    if (kept !== undefined) {
      this.#forgetLinesOf(kept);
      this.#bytes -= kept.bytes;
      this.#count -= kept.count;
      for (const follower of this.#followers) follower.lose(this.#first, kept);
    }
    this.#first++;
  }
}

interface Place {
  readonly position: number;
  /** Lines of the event before `position`, to be read first. */
  readonly begun: readonly RingEntry[];
  readonly interest: Interest;
  readonly onNews: () => void;
}

/** A client's position in the ring. */
export class Follower {
  /** The size of the events that it held when it was created, in approximate bytes. */
  readonly held: number;
  readonly #ring: EventRing;
  readonly #interest: Interest;
  readonly #onNews: () => void;
  #position: number;
  /** The lines that are read next, all of one event, in reverse order. */
  #begun: RingEntry[];
  /** The number of the event before which reading ends. */
  #until = Number.POSITIVE_INFINITY;
  #lost = 0;
  /** Outcomes among the lost events: a client that follows a run must see its end. */
  #endings: RingEntry[] = [];
  #isWaiting = false;

  constructor(ring: EventRing, { position, begun, interest, onNews }: Place) {
    this.#ring = ring;
    this.#interest = interest;
    this.#onNews = onNews;
    this.#position = position;
    this.#begun = begun.toReversed();
    this.held = begun.reduce((sum, { event }) => sum + bytesOf(event) + bytesOnceRead(event, 1), 0);
  }

  /** The number of the event to read next. */
  get position(): number {
    return this.#position;
  }

  /** Whether lines of the event before {@link position} are left to read. */
  get isWithin(): boolean {
    return this.#begun.length > 0;
  }

  /** Whether everything has been read. */
  get isOver(): boolean {
    return this.#begun.length + this.#lost === 0 && this.#endings.length === 0 && this.#position >= this.#until;
  }

  /** Returns what to read next, or `undefined` if there is nothing yet. */
  next(): Told | undefined {
    const begun = this.#begun.pop();
    if (begun !== undefined) return begun;
    if (this.#lost > 0) {
      const count = this.#lost;
      this.#lost = 0;
      return { kind: 'lost', count };
    }
    return this.#endings.shift() ?? this.#nextOfRing();
  }

  /** Ends reading after the events that exist now. */
  finish(): void {
    this.#until = Math.min(this.#until, this.#ring.end);
  }

  close(): void {
    this.#ring.forget(this);
  }

  /** Called when the ring has received an event. */
  hear(event: TimerEvent): void {
    if (!this.#isWaiting) return;
    if (isOfInterest(event, this.#interest)) {
      this.#isWaiting = false;
      this.#onNews();
    } else {
      this.#position = this.#ring.end;
    }
  }

  /** Called when the ring drops an event that this follower may not have read. */
  lose(number: number, { event, count }: Kept): void {
    if (number < this.#position) return;
    this.#position = number + 1;
    if (number >= this.#until || !isOfInterest(event, this.#interest)) return;
    if (!isEnding(event)) {
      this.#lost += count;
      return;
    }
    this.#endings.push(...entriesOf(event));
    if (this.#endings.length <= MOST_ENDINGS) return;
    this.#endings.shift();
    this.#lost++;
  }

  #nextOfRing(): Told | undefined {
    const end = Math.min(this.#until, this.#ring.end);
    while (this.#position < end) {
      this.#begun = this.#ring.entriesOf(this.#position++, this.#interest).toReversed();
      const entry = this.#begun.pop();
      if (entry !== undefined) return entry;
    }
    this.#isWaiting = true;
    return undefined;
  }
}

/** Estimates the bytes of an event. Only the length of output counts. Other events include their record. */
function bytesOf(event: TimerEvent): number {
  if (event.event === 'run.output') return BYTES_OF_EVENT + event.lines.length * (event.data === undefined ? 1 : 7);
  let bytes = BYTES_OF_EVENT;
  for (const value of Object.values(event) as unknown[]) bytes += 2 * lengthOf(value);
  return bytes;
}

/** Estimates the further bytes of output once it is split into lines with a record each, which contain it twice. */
const bytesOnceRead = (event: TimerEvent, count: number): number =>
  event.event === 'run.output' ? BYTES_OF_EVENT * count + 2 * event.lines.length : 0;

const entriesOf = (event: TimerEvent): readonly RingEntry[] =>
  (event.event === 'run.output' ? lineByLine(event) : [event]).map((one) => ({
    kind: 'event',
    event: one,
    json: undefined,
  }));

function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return Array.isArray(value) ? value.reduce<number>((sum, item) => sum + lengthOf(item), 8 * value.length) : 0;
}

function isOfInterest(event: TimerEvent, { jobName, runId, since, until }: Interest): boolean {
  if ((since !== undefined && event.at < since) || (until !== undefined && event.at > until)) return false;
  if (jobName !== undefined && jobNameOf(event) !== jobName) return false;
  return runId === undefined || ('runId' in event && event.runId.startsWith(runId));
}
