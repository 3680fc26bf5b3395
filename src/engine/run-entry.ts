import type { Job } from '../domain/job.js';
import type { EngineContext } from './context.js';
import type { RunEnding } from './run-ending.js';
import { GatePass, type Gate, type PassOwner } from './gate.js';
import type { RunTimes } from './run-times.js';
import type { Alarm } from './timer-loop.js';

/** The run that enters. It is an interface, because `run.ts` imports this file. */
export interface EntryOwner {
  readonly job: Job;
  readonly hasBegun: boolean;
  readonly times: RunTimes;
  /** Called when the run has passed every gate. */
  entered(): void;
  /** Ends a run that will not start. */
  end(ending: RunEnding): void;
  /** Runs a step; if it throws, the run fails with that error. */
  step(doing: string, work: () => void): void;
}

/** What precedes an attempt of a run: its gates and, for the first attempt, its deadline. */
export class RunEntry implements PassOwner {
  readonly #run: EntryOwner;
  readonly #context: Pick<EngineContext, 'elapsed'>;
  readonly #pass: GatePass;
  #deadline: Alarm | undefined;

  constructor(run: EntryOwner, gates: readonly Gate[], context: Pick<EngineContext, 'elapsed'>) {
    this.#run = run;
    this.#context = context;
    this.#pass = new GatePass(run.job.name, gates, this);
  }

  /** Enters for the first attempt. */
  start(): void {
    this.#pass.walk();
    const { job, times } = this.#run;
    // The run may already have waited for earlier runs of its timer.
    const left = times.left(job.deadline);
    if (left === undefined || !this.#pass.isWaiting) return;
    if (left === 0) this.#missDeadline();
    else this.#deadline = this.#context.elapsed.after(left, () => this.#missDeadline());
  }

  /** Enters for a further attempt. */
  again(): void {
    this.#pass.walk();
  }

  /** Enters for an attempt that is active already. Its owner is not called. */
  rejoin(): void {
    this.#pass.passAnyway();
  }

  /** Leaves the gates, or stops waiting for them. */
  leave(): void {
    this.#clearDeadline();
    this.#pass.release();
  }

  /** Called by the pass when the run has a place at every gate. */
  passed(): void {
    this.#run.step('starting', () => this.#passed());
  }

  #passed(): void {
    this.#clearDeadline();
    const { job, hasBegun, times } = this.#run;
    if (!hasBegun && job.deadline !== undefined && times.latenessNow > job.deadline) this.#missDeadline();
    else this.#run.entered();
  }

  #missDeadline(): void {
    this.#run.end({ kind: 'missed', reason: 'deadline' });
  }

  #clearDeadline(): void {
    if (this.#deadline !== undefined) this.#context.elapsed.clear(this.#deadline);
    this.#deadline = undefined;
  }
}
