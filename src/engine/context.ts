import { bugOf } from '../domain/bug.js';
import type { TimerEvent } from '../domain/events/index.js';
import type { Committed } from '../domain/ledger.js';
import type { Duration, Instant } from '../domain/time.js';
import type { TimerLoop } from './timer-loop.js';

/** What the parts of a scheduler share: its time, and the one way to report and record events. */
export interface EngineContext {
  /** Returns the scheduler's own time. */
  now(): Instant;
  /** Alarms by elapsed time: timeouts, retry pauses, grace periods. */
  readonly elapsed: TimerLoop;
  /** Passes an event to the ledger first, then to the sinks. */
  emit(event: TimerEvent): void;
  /** Calls `then` when everything emitted so far is in the ledger, or the state belongs to another scheduler. */
  whenRecorded(then: (committed: Committed) => void): void;
}

/** The context of parts that only emit events. */
export type Emitter = Pick<EngineContext, 'now' | 'emit'>;

interface BugFacts {
  readonly jobName?: string;
  readonly retryInMs?: Duration;
}

/** Reports a bug: what failed, what was thrown, and for which job. The caller handles the consequences. */
export function reportBug(context: Emitter, doing: string, thrown: unknown, about: BugFacts = {}): void {
  context.emit({ event: 'internal.error', at: context.now(), doing, ...bugOf(thrown), ...about });
}
