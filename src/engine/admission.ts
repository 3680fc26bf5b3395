import type { DecidedEnding } from '../domain/fallback.js';
import type { Firing } from '../domain/firing.js';
import type { AdmissionPolicy, Verdict } from '../domain/policy.js';
import type { Breakers } from './breakers.js';
import type { Emitter } from './context.js';
import type { RunEnding } from './run-ending.js';
import type { JobState } from './job-state.js';
import type { Run } from './run.js';

const ADMIT: Verdict = { kind: 'admit' };

/** A verdict on a firing. `fall_back`: only the fallback runs, and the firing ends as `decided`. */
export type Decision = Verdict | { readonly kind: 'fall_back'; readonly decided: DecidedEnding };

/** Decides whether a firing may run now: the job's pause, breaker and `max_runs` come first, then its policies. */
export class Admission {
  readonly #context: Emitter;
  readonly #breakers: Breakers;

  constructor(context: Emitter, breakers: Breakers) {
    this.#context = context;
    this.#breakers = breakers;
  }

  /**
   * Decides on a firing: the first verdict that is not "admit" counts. Manual firings ignore the pause, the breaker and
   * `max_runs`, because a person has decided to fire. An open breaker always skips the command; the fallback runs only
   * if the policies admit the firing.
   */
  verdictOn(state: JobState, firing: Firing, policies: readonly AdmissionPolicy[]): Decision {
    const reason = firing.trigger === 'manual' ? undefined : this.#whyHeld(state);
    const hasFallback = reason === 'breaker_open' && state.job.fallback !== undefined;
    if (reason !== undefined && !hasFallback) return { kind: 'skip', reason };
    for (const policy of policies) {
      const verdict = policy.admit(firing, state);
      if (verdict.kind !== 'admit') return reason === undefined ? verdict : { kind: 'skip', reason };
    }
    return reason === undefined ? ADMIT : { kind: 'fall_back', decided: { kind: 'skipped', reason } };
  }

  /** Called before a run starts. */
  started(state: JobState, run: Run): void {
    this.#breakers.started(state, run);
  }

  /** Called after a run has ended. */
  ended(state: JobState, run: Run, ending: RunEnding): void {
    this.#breakers.ended(state, run, ending);
  }

  /** Returns why the job's command must not run now; `undefined` if it may. */
  #whyHeld(state: JobState): 'paused' | 'breaker_open' | 'max_runs' | undefined {
    if (this.#isPaused(state)) return 'paused';
    if (!this.#breakers.pass(state)) return 'breaker_open';
    return state.isSpokenFor ? 'max_runs' : undefined;
  }

  /** Returns whether the job is paused. Ends a pause that has expired. */
  #isPaused(state: JobState): boolean {
    const { paused } = state;
    if (paused === undefined) return false;
    const at = this.#context.now();
    if (paused.until === undefined || at < paused.until) return true;
    state.paused = undefined;
    this.#context.emit({ event: 'timer.resumed', at, jobName: state.job.name });
    return false;
  }
}
