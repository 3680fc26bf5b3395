import { toTimestamp } from '../time.js';
import { attemptEvents, type AttemptEvent } from './attempts.js';
import { breakerEvents, type BreakerMoved } from './breaker.js';
import { clockEvents, type ClockEvent } from './clock.js';
import { configEvents, type ConfigEvent } from './config.js';
import { deliveryEvents, type DeliveryEvent } from './delivery.js';
import type { EventEntries, EventEntry, EventLevel, InstantFormat, Mark, MarkedRecord } from './entry.js';
import { firingEvents, type FiringEvent } from './firings.js';
import { forwardEvents, type ForwardEvent } from './forward.js';
import { httpEvents, type HttpMoved } from './http.js';
import { internalEvents, type InternalEvent } from './internal.js';
import { launcherEvents, type LauncherEvent } from './launcher.js';
import { logFileEvents, type LogFileEvent } from './log.js';
import { runEvents, type RunEvent } from './runs.js';
import { schedulerEvents, type SchedulerEvent } from './scheduler.js';
import { stateEvents, type StateTrouble } from './state.js';
import { termEvents, type TermEvent } from './terms.js';
import { timerEvents, type TimerControlled } from './timers.js';
import { workerEvents, type WorkerEvent } from './workers.js';

export type * from './attempts.js';
export type * from './breaker.js';
export type * from './clock.js';
export type * from './config.js';
export type * from './delivery.js';
export type * from './entry.js';
export type * from './firings.js';
export type * from './forward.js';
export type * from './http.js';
export type * from './internal.js';
export type * from './launcher.js';
export type * from './log.js';
export type * from './runs.js';
export type * from './scheduler.js';
export type * from './state.js';
export type * from './terms.js';
export type * from './timers.js';
export type * from './workers.js';

export { durationOf, ownCauseOf } from './runs.js';

/**
 * Everything that happens, as plain data. The log, the metrics, the history and the page are only listeners of this
 * stream. `at` is the scheduler's own time. To add an event, write its interface and its entry in the file of its
 * family. A new family is one line in each list here.
 */
export type TimerEvent =
  | SchedulerEvent
  | TermEvent
  | RunEvent
  | AttemptEvent
  | FiringEvent
  | BreakerMoved
  | TimerControlled
  | ConfigEvent
  | DeliveryEvent
  | ForwardEvent
  | HttpMoved
  | LauncherEvent
  | LogFileEvent
  | StateTrouble
  | ClockEvent
  | WorkerEvent
  | InternalEvent;

/** The entry of every event, by name. A missing entry is a compile error. */
export const EVENTS: EventEntries<TimerEvent> = {
  ...schedulerEvents,
  ...termEvents,
  ...runEvents,
  ...attemptEvents,
  ...firingEvents,
  ...breakerEvents,
  ...timerEvents,
  ...configEvents,
  ...deliveryEvents,
  ...forwardEvents,
  ...httpEvents,
  ...launcherEvents,
  ...logFileEvents,
  ...stateEvents,
  ...clockEvents,
  ...workerEvents,
  ...internalEvents,
};

/** Returns the entry of an event. */
export const entryOf = (event: TimerEvent): EventEntry<TimerEvent> => EVENTS[event.event];

export function levelOf(event: TimerEvent): EventLevel {
  const { level } = entryOf(event);
  return typeof level === 'string' ? level : level.of(event);
}

const MARKS: Readonly<Record<string, Mark>> = { error: 'error', warn: 'warning' };

export function markOf(record: MarkedRecord): Mark {
  const mark = isEventName(record.event) ? EVENTS[record.event].mark : undefined;
  if (typeof mark === 'function') return mark(record);
  return mark ?? MARKS[record.level] ?? 'note';
}

const isEventName = (name: string): name is TimerEvent['event'] => Object.hasOwn(EVENTS, name);

/**
 * Returns the event as one sentence for a person, without a period; for `run.output`, its lines. The same event always
 * returns the same sentence.
 */
export const messageOf = (event: TimerEvent, format: InstantFormat = toTimestamp): string =>
  entryOf(event).sentence(event, format);

/** Returns the name of the job that an event is about; `undefined` if it is about the scheduler. */
export function jobNameOf(event: TimerEvent): string | undefined {
  if ('firing' in event) return event.firing.jobName;
  return 'jobName' in event ? event.jobName : undefined;
}
