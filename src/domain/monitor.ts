import type { RunFinished, RunStarted } from './events/index.js';
import { momentOf, type Moment, type MonitorKind } from './moment.js';
import type { WebRequest } from './web.js';

/** A service on the web that watches a job from outside, and misses it when it is silent. */
export interface Monitor {
  readonly kind: MonitorKind;
  /** What it is told of a run's begin (its first attempt) or end; `undefined` when nothing. Pure. */
  requestFor(event: RunStarted | RunFinished): WebRequest | undefined;
}

/** Which moment of its run an event is. */
export const momentOfRun = (event: RunStarted | RunFinished): Moment =>
  momentOf(event.event === 'run.finished' ? event.outcome : undefined);
