import type { RunFinished, RunStarted } from './events/index.js';
import { momentOf, type Moment, type MonitorKind } from './monitor-moment.js';
import type { WebRequest } from './web-request.js';

/** A web service that watches a job from outside, and reports missing signals. */
export interface Monitor {
  readonly kind: MonitorKind;
  /** Returns the request for a run's start (its first attempt) or end; `undefined` if none is sent. Pure. */
  requestFor(event: RunStarted | RunFinished): WebRequest | undefined;
}

/** Returns the moment that an event of a run reports. */
export const momentOfRun = (event: RunStarted | RunFinished): Moment =>
  momentOf(event.event === 'run.finished' ? event.outcome : undefined);
