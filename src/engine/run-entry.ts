import type { Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { Outcome } from '../domain/outcome.js';
import type { Claim, Coordinator } from '../domain/policy.js';
import type { EngineContext } from './context.js';
import type { RunEnding } from './ending.js';
import { GatePass, type Gate, type PassOwner } from './gate.js';
import type { RunTimes } from './run-times.js';
import type { Alarm } from './timer-loop.js';

/** The run that enters. An interface, because `run.ts` imports this file. */
export interface EntryOwner {
  readonly job: Job;
  readonly firing: Firing;
  readonly hasBegun: boolean;
  readonly times: RunTimes;
  /** Through every gate, its firing is being claimed. */
  claiming(): void;
  /** Through every gate, and its firing is claimed. */
  entered(): void;
  /** It will not run. */
  dismiss(ending: RunEnding): void;
  /** Does a step of the run, which fails by what it throws. */
  step(doing: string, work: () => void): void;
  failed(doing: string, error: unknown): void;
}

interface EntryContext extends Pick<EngineContext, 'elapsed'> {
  readonly coordinator: Coordinator;
}

/** What comes before an attempt of a run: its gates and, before the first one, its deadline and the claim, which it keeps. */
export class RunEntry implements PassOwner {
  readonly #run: EntryOwner;
  readonly #context: EntryContext;
  readonly #pass: GatePass;
  #deadline: Alarm | undefined;
  #claim: Extract<Claim, { kind: 'ours' }> | undefined;

  constructor(run: EntryOwner, gates: readonly Gate[], context: EntryContext) {
    this.#run = run;
    this.#context = context;
    this.#pass = new GatePass(run.job.name, gates, this);
  }

  /** Enters for the first attempt. */
  start(): void {
    this.#pass.walk();
    const { deadline } = this.#run.job;
    if (deadline === undefined || !this.#pass.isWaiting) return;
    this.#deadline = this.#context.elapsed.after(this.#run.times.timeUntil(deadline), () => this.#missDeadline());
  }

  /** Enters for a further attempt. */
  again(): void {
    this.#pass.walk();
  }

  /** Leaves the gates, or gives up waiting for them. */
  leave(): void {
    this.#clearDeadline();
    this.#pass.release();
  }

  /** The run has ended. */
  releaseClaim(outcome: Outcome): void {
    this.#claim?.release?.(outcome);
  }

  /** Called by the pass: a place at every gate is ours. */
  passed(): void {
    this.#run.step('starting', () => this.#passed());
  }

  #passed(): void {
    this.#clearDeadline();
    const { job, firing, hasBegun, times } = this.#run;
    if (this.#claim !== undefined) this.#run.entered();
    else if (!hasBegun && job.deadline !== undefined && times.latenessNow > job.deadline) this.#missDeadline();
    else this.#claimFiring(firing);
  }

  #claimFiring(firing: Firing): void {
    this.#run.claiming();
    const claim = this.#context.coordinator.claim(firing);
    if (claim instanceof Promise)
      void claim.then(
        (answer) => this.#run.step('starting', () => this.#claimed(answer)),
        (error: unknown) => this.#run.failed('claiming', error),
      );
    else this.#claimed(claim);
  }

  #claimed(claim: Claim): void {
    if (claim.kind === 'theirs') {
      this.#run.dismiss({ kind: 'skipped', reason: claim.reason });
      return;
    }
    this.#claim = claim;
    this.#run.entered();
  }

  #missDeadline(): void {
    this.#run.dismiss({ kind: 'missed', reason: 'deadline' });
  }

  #clearDeadline(): void {
    if (this.#deadline !== undefined) this.#context.elapsed.clear(this.#deadline);
    this.#deadline = undefined;
  }
}
