import type { Instant } from '../domain/time.js';
import { optionalCount, optionalText } from './arguments.js';
import type { EventRing, Follower, Interest } from './event-ring.js';
import type { Args, EventRecord } from './requests.js';

/** The size of a portion, in characters of JSON. An event is never cut, so a portion may be larger. */
const PORTION = 256 * 1024;

/** Which part of the recent log a client wants. */
export interface EventsAsked extends Interest {
  /** Only the latest events, at most this many. */
  readonly last?: number | undefined;
  /** The `position` of the previous portion; overrides `last`. */
  readonly after?: string | undefined;
}

/** A part of the recent log, for a client that polls. JSON-safe. */
export interface LogPortion {
  readonly events: readonly EventRecord[];
  /** How many events of all timers were dropped before the client asked for them. */
  readonly dropped: number;
  /** The value of `after` in the next request. */
  readonly position: string;
  readonly is_more: boolean;
  /** The name of the machine; `null` without a shared state. */
  readonly node: string | null;
}

/**
 * Reads the recent log in portions. A position in another machine's log continues after the time of the last event read
 * there.
 */
export class RecentEvents {
  readonly #ring: EventRing;
  readonly #id: string;
  readonly #now: () => Instant;

  /** `id` distinguishes this log from that of every other scheduler. Its characters are `[A-Za-z0-9.-]`. */
  constructor(ring: EventRing, id: string, now: () => Instant) {
    this.#ring = ring;
    this.#id = id;
    this.#now = now;
  }

  read({ after, last, ...interest }: EventsAsked): Omit<LogPortion, 'node'> {
    const place = after === undefined ? undefined : readPosition(after);
    const from = place?.id === this.#id ? place.number : undefined;
    const since = place === undefined || from !== undefined ? interest.since : place.at + 1;
    const onNews = () => undefined;
    const start = place === undefined ? { last } : { from };
    const follower = this.#ring.follow({ ...interest, since, onNews, ...start });
    const { events, at } = this.#portionOf(follower, place?.at ?? this.#now());
    follower.close();
    return {
      events,
      dropped: Math.max(0, this.#ring.first - (from ?? this.#ring.first)),
      position: `${this.#id}/${follower.position}/${at}`,
      is_more: follower.position < this.#ring.end,
    };
  }

  /** Reads a portion, and all lines of its last event. `at`: the time of the latest event, or `earliest`. */
  #portionOf(follower: Follower, earliest: Instant): { readonly events: EventRecord[]; readonly at: Instant } {
    const events: EventRecord[] = [];
    let [at, length] = [earliest, 0];
    while (length < PORTION || follower.isWithin) {
      const told = follower.next();
      if (told === undefined) break;
      if (told.kind === 'lost') continue;
      const json = this.#ring.jsonOf(told);
      length += json.length;
      at = Math.max(at, told.event.at);
      events.push(JSON.parse(json) as EventRecord);
    }
    return { events, at };
  }
}

function readPosition(text: string): { readonly id: string; readonly number: number; readonly at: Instant } {
  const [id = '', number, at] = text.split('/');
  return { id, number: wholeNumber(number), at: wholeNumber(at) };
}

function wholeNumber(text: string | undefined): number {
  const number = Math.floor(Number(text));
  return number >= 0 && Number.isSafeInteger(number) ? number : 0;
}

/** Returns which events the arguments of a verb ask for. @throws RefusalError */
export const interestOf = (args: Args): Interest => ({
  jobName: optionalText(args, 'task_name'),
  runId: optionalText(args, 'run_id'),
  since: optionalCount(args, 'since'),
  until: optionalCount(args, 'until'),
});
