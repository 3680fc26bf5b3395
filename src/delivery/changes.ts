import type { RunFinished, TimerEvent } from '../domain/events/index.js';
import type { Change } from '../domain/notify.js';

/**
 * Finds changes of a job's condition among events. Failures and recoveries follow from the events alone, so they work
 * across restarts. Missed firings and an open breaker are reported once, until a run succeeds or the breaker closes. A
 * restarted scheduler reports them again.
 */
export class Changes {
  readonly #missing = new Set<string>();
  readonly #open = new Set<string>();

  /** Returns the change that an event makes; `undefined` when nothing changes. */
  of(event: TimerEvent, stillFailingAfter: number): Change | undefined {
    switch (event.event) {
      case 'run.finished':
        if (event.outcome.status === 'success') this.#missing.delete(event.firing.jobName);
        return changeByRun(event, stillFailingAfter);
      case 'firing.missed':
        // Stopping a scheduler is deliberate, so firings missed because of it need no notification.
        return event.reason !== 'shutdown' && isNew(this.#missing, event.firing.jobName) ? 'missed' : undefined;
      case 'breaker.opened':
        return isNew(this.#open, event.jobName) ? 'breaker_opened' : undefined;
      case 'breaker.closed':
        this.#open.delete(event.jobName);
        return undefined;
      default:
        return undefined;
    }
  }

  /** Forgets a job. */
  forget(jobName: string): void {
    this.#missing.delete(jobName);
    this.#open.delete(jobName);
  }
}

function isNew(known: Set<string>, jobName: string): boolean {
  const isKnown = known.has(jobName);
  known.add(jobName);
  return !isKnown;
}

function changeByRun({ outcome, failuresInARow, isRecovery }: RunFinished, after: number): Change | undefined {
  switch (outcome.status) {
    case 'success':
      return isRecovery ? 'recovered' : undefined;
    case 'canceled':
      return undefined;
    case 'failure':
    case 'timeout':
    case 'lost':
      if (failuresInARow === 1) return 'failed';
      return isPowerOfTwo(failuresInARow / after) ? 'still_failing' : undefined;
  }
}

/** Returns whether a number is a power of two: 1, 2, 4 … */
const isPowerOfTwo = (number: number): boolean => number >= 1 && Number.isInteger(Math.log2(number));
