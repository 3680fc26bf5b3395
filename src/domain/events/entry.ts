import type { Instant } from '../time.js';

/** Writes an instant for a person. */
export type InstantFormat = (instant: Instant) => string;

/** The levels of events. `--log-level` accepts more levels. */
export type EventLevel = 'debug' | 'info' | 'warn' | 'error';

/** The mark before a row in the pretty log. `sinks/rows` defines how each mark looks. */
export type Mark =
  | 'started'
  | 'stdout'
  | 'stderr'
  | 'success'
  | 'canceled'
  | 'failure'
  | 'retry'
  | 'not_run'
  | 'error'
  | 'warning'
  | 'note';

/**
 * The facts that select a mark. Names are plain strings, because the pretty log also shows records of other processes,
 * perhaps of newer versions.
 */
export interface MarkedRecord {
  readonly event: string;
  readonly level: string;
  readonly status?: string | undefined;
  readonly stream?: string | undefined;
}

/** A public field of an event's record. */
export interface EventField {
  /** Type of the JSON value. A `timestamp` is a string: RFC 3339 in UTC with milliseconds. */
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'timestamp' | 'strings' | 'object';
  readonly unit?: 'ms';
  /** One sentence. */
  readonly summary: string;
  /** The only possible values. */
  readonly values?: readonly string[];
  /** The field may be absent. */
  readonly optional?: true;
  /** The value may be `null`. */
  readonly nullable?: true;
  /** Its name in the Elastic Common Schema. Absent if that is `timers.` and its own name. */
  readonly ecs?: string;
}

export type EventFields = Readonly<Record<string, EventField>>;

/** The level of an event, if it depends on its facts. */
export interface LevelRule<Event> {
  of(event: Event): EventLevel;
  /** Describes the rule, for the reference. */
  readonly summary: string;
}

/** Everything about one event. To add an event, write its interface and its entry; see `index.ts`. */
export interface EventEntry<Event> {
  /** When the event is emitted, in one or two sentences. */
  readonly summary: string;
  readonly level: EventLevel | LevelRule<Event>;
  /** Absent if the level selects the mark. */
  readonly mark?: Mark | ((record: MarkedRecord) => Mark);
  /** Every field that {@link toFields} may return. */
  readonly fields: EventFields;
  /** Returns the event's own fields under their public names, without absent facts. */
  toFields(event: Event): Readonly<Record<string, unknown>>;
  /**
   * Returns the event as one sentence, without a period. It begins with the timer's name if the event has one. The same
   * event always returns the same sentence.
   */
  sentence(event: Event, format: InstantFormat): string;
  /** What the ledger records: the event and its timer's memory, only the memory, or nothing. */
  readonly recorded: 'event' | 'memory' | false;
  /** The timers whose status the event may change. */
  readonly concerns: 'timer' | 'every timer' | 'scheduler';
  /** The first version that emits the event. */
  readonly since: string;
  readonly example: Event;
}

/** The events of a union with a given name. */
export type EventNamed<Event, Name> = Event extends { readonly event: infer Names }
  ? Name extends Names
    ? Event
    : never
  : never;

/** An entry for each name in a union of events. */
export type EventEntries<Event extends { readonly event: string }> = {
  readonly [Name in Event['event']]: EventEntry<EventNamed<Event, Name>>;
};
