import { CLOSED, type BreakerState } from '../domain/breaker.js';
import type { Firing } from '../domain/firing.js';
import type { Outcome } from '../domain/outcome.js';
import type { Emitter } from './context.js';
import type { RunEnding } from './run-ending.js';
import type { JobState } from './job-state.js';
import type { Run } from './run.js';

/** Moves the jobs' circuit breakers, and emits an event for each transition. */
export class Breakers {
  readonly #context: Emitter;

  constructor(context: Emitter) {
    this.#context = context;
  }

  /** Closes a job's breaker if it is not closed, and counts failures from 0 again. */
  reset(state: JobState): void {
    state.failuresInARow = 0;
    this.#set(state, CLOSED);
  }

  /** Returns whether a firing may pass the job's breaker now. */
  pass(state: JobState): boolean {
    const { breaker } = state.job;
    if (breaker === undefined || state.breaker.kind === 'closed') return true;
    this.#set(state, breaker.at(state.breaker, this.#context.now()));
    return state.breaker.kind === 'half_open' && state.trial === undefined;
  }

  /** Called before a run starts: a run that starts while the breaker is half open is its trial. */
  started(state: JobState, run: Run): void {
    if (state.breaker.kind === 'half_open' && state.trial === undefined && run.firing.trigger !== 'manual')
      state.trial = run;
  }

  /** Called after a run has ended. */
  ended(state: JobState, run: Run, ending: RunEnding): void {
    const isTrial = state.trial === run;
    if (isTrial) state.trial = undefined;
    if (ending.kind === 'finished') this.#move(state, ending.outcome, isTrial);
  }

  /**
   * Called for a run that an earlier scheduler left open. A lost trial counts as failed. Otherwise, every start would
   * retry a command that crashes the scheduler.
   */
  closed(state: JobState, { trigger }: Firing, outcome: Outcome): void {
    this.#move(state, outcome, state.breaker.kind === 'half_open' && trigger !== 'manual');
  }

  #move(state: JobState, outcome: Outcome, isTrial: boolean): void {
    const { breaker } = state.job;
    if (breaker === undefined) return;
    const ended = { outcome, failuresInARow: state.failuresInARow, isTrial };
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
