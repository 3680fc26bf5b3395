import type { Firing } from '../domain/firing.js';
import type { Verdict } from '../domain/policy.js';
import type { Breakers } from './breakers.js';
import type { Emitter } from './context.js';
import type { RunEnding } from './run-ending.js';
import type { JobState } from './job-state.js';
import type { Run } from './run.js';

const ADMIT: Verdict = { kind: 'admit' };

/** Decides whether a firing may run now: the job's pause, breaker and `max_runs` come first, then its policies. */
export class Admission {
  readonly #context: Emitter;
  readonly #breakers: Breakers;

  constructor(context: Emitter, breakers: Breakers) {
    this.#context = context;
    this.#breakers = breakers;
  }

  /** The first verdict that is not "admit" counts. A user who fires manually has seen the pause and the breaker. */
  verdictOn(state: JobState, firing: Firing, policies = state.job.admission): Verdict {
    if (firing.trigger !== 'manual') {
      if (this.#isPaused(state)) return { kind: 'skip', reason: 'paused' };
      if (!this.#breakers.pass(state)) return { kind: 'skip', reason: 'breaker_open' };
      if (state.isSpokenFor) return { kind: 'skip', reason: 'max_runs' };
    }
    for (const policy of policies) {
      const verdict = policy.admit(firing, state);
      if (verdict.kind !== 'admit') return verdict;
    }
    return ADMIT;
  }

  /** Called before a run starts. */
  started(state: JobState, run: Run): void {
    this.#breakers.started(state, run);
  }

  /** Called after a run has ended. */
  ended(state: JobState, run: Run, ending: RunEnding): void {
    this.#breakers.ended(state, run, ending);
  }

  /** A pause that has expired ends here. */
  #isPaused(state: JobState): boolean {
    const { paused } = state;
    const at = this.#context.now();
    if (paused === undefined || paused.until === undefined || at < paused.until) return paused !== undefined;
    state.paused = undefined;
    this.#context.emit({ event: 'timer.resumed', at, jobName: state.job.name });
    return false;
  }
}
