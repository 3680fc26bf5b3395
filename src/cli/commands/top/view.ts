import type { EventRecord } from '../../../control/index.js';
import type { SharedRecord, TimerRecord } from '../../../domain/status-record.js';
import type { Instant } from '../../../domain/time.js';

/** Everything that the live view shows: data without behavior. */
export interface View {
  /** The timer file, as the user would write it. */
  readonly file: string;
  readonly size: Size;
  /** The scheduler's own time, as far as it is known. */
  readonly now: Instant;
  readonly scheduler: TopFacts | undefined;
  readonly link: LinkState;
  readonly timers: ReadonlyMap<string, Seen>;
  readonly order: Order;
  /** The text that a timer's name or tags must contain, in upper or lower case. */
  readonly filter: string;
  /** The name of the selected timer. Actions apply only to a timer that the user selected. */
  readonly selected: string | undefined;
  /** The order of the names when a timer was selected, so that rows do not move under the selection. */
  readonly held: readonly string[] | undefined;
  /** The first visible row. */
  readonly top: number;
  readonly mode: Mode;
  readonly pane: Pane | undefined;
  /** The result of the last action. */
  readonly said: Said | undefined;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface TopFacts {
  readonly pid: number;
  /** When it started, counted back from its last status, because its clock may have been set since. */
  readonly startedAt: Instant | undefined;
  readonly isStopping: boolean;
  /** Absent without a shared state. */
  readonly shared: SharedRecord | undefined;
}

/** Whether the scheduler responds. Instants are in its own time. */
export type LinkState =
  | { readonly kind: 'up' }
  /** The scheduler exists but does not respond. */
  | { readonly kind: 'silent'; readonly since: Instant }
  | { readonly kind: 'lost'; readonly since: Instant };

/** The state of a timer at an instant. */
export interface Seen {
  readonly timer: TimerRecord;
  readonly at: Instant;
}

/** Every order of the rows, in the order in which they are offered. */
export const ORDERS = ['next', 'name', 'last', 'failing'] as const;
export type Order = (typeof ORDERS)[number];

/** What keys currently mean. */
export type Mode =
  | { readonly kind: 'list' }
  | { readonly kind: 'help' }
  | { readonly kind: 'filter'; readonly before: string }
  | { readonly kind: 'pause'; readonly name: string; readonly text: string }
  | { readonly kind: 'cancel'; readonly name: string; readonly runs: number };

/** The output of one timer, below the list or replacing it. */
export interface Pane {
  readonly name: string;
  readonly isTall: boolean;
  /** The latest lines, oldest first. Their number is bounded. */
  readonly lines: readonly PaneLine[];
}

/** A record of the log, or the number of records that were left out. */
export type PaneLine = { readonly record: EventRecord } | { readonly dropped: number };

export interface Said {
  readonly text: string;
  readonly isTrouble: boolean;
}

/** The actions to take, besides drawing. */
export type Wish =
  | { readonly kind: 'trigger'; readonly name: string }
  /** Without a length, the pause lasts until the timer is resumed. */
  | { readonly kind: 'pause'; readonly name: string; readonly length?: number }
  | { readonly kind: 'resume'; readonly name: string }
  | { readonly kind: 'cancel'; readonly name: string }
  /** Without a name, stops following. */
  | { readonly kind: 'follow'; readonly name: string | undefined }
  | { readonly kind: 'redraw' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'quit' };

/** The result of an input: the next view, and the actions to take. */
export interface Step {
  readonly view: View;
  readonly wishes: readonly Wish[];
}

/** Returns the initial view, before anything is known. */
export const emptyView = (file: string, size: Size, now: Instant): View => ({
  file,
  size,
  now,
  scheduler: undefined,
  link: { kind: 'up' },
  timers: new Map(),
  order: 'next',
  filter: '',
  selected: undefined,
  held: undefined,
  top: 0,
  mode: { kind: 'list' },
  pane: undefined,
  said: undefined,
});

/** Returns the instant that the screen shows. It stops when the scheduler disappears. */
export const asOf = ({ now, link }: View): Instant => (link.kind === 'lost' ? Math.min(now, link.since) : now);
