import { CLOSED, type BreakerState } from '../domain/breaker.js';
import type { Emitter } from './context.js';
import type { RunEnding } from './ending.js';
import type { JobState } from './job-state.js';

/** Moves the circuit breakers of the jobs, with an event for each move. */
export class Breakers {
  readonly #context: Emitter;

  constructor(context: Emitter) {
    this.#context = context;
  }

  /** Closes a job's breaker, if it is not closed, and counts failures from 0 again. */
  reset(state: JobState): void {
    state.failuresInARow = 0;
    this.#set(state, CLOSED);
  }

  /** Whether a firing may pass the job's breaker now. */
  pass(state: JobState): boolean {
    const { breaker } = state.job;
    if (breaker === undefined || state.breaker.kind === 'closed') return true;
    this.#set(state, breaker.at(state.breaker, this.#context.now()));
    return state.breaker.kind === 'half_open' && state.trial === undefined;
  }

  /** A run has ended. */
  move(state: JobState, ending: RunEnding, isTrial: boolean): void {
    const { breaker } = state.job;
    if (breaker === undefined || ending.kind !== 'finished') return;
    const { failuresInARow } = state;
    const ended = { outcome: ending.outcome, failuresInARow, isTrial };
    this.#set(state, breaker.after(state.breaker, ended, this.#context.now()));
  }

  #set(state: JobState, breaker: BreakerState): void {
    const hasMoved = breaker.kind !== state.breaker.kind;
    state.breaker = breaker;
    if (!hasMoved) return;
    this.#context.emit({
      event: breaker.kind === 'open' ? 'breaker.opened' : `breaker.${breaker.kind}`,
      at: this.#context.now(),
      jobName: state.job.name,
      failures: state.failuresInARow,
      cooldownMs: breaker.kind === 'closed' ? 0 : breaker.cooldown,
    });
  }
}
