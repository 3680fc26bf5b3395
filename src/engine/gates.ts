import type { PlanLimits } from '../domain/controls.js';
import type { Job } from '../domain/job.js';
import { Gate } from './gate.js';

/** The gates of a scheduler: one for each group, and one for all jobs. */
export class Gates {
  readonly #overall = new Gate(Number.POSITIVE_INFINITY);
  readonly #groups = new Map<string, Gate>();
  #sizes: ReadonlyMap<string, number> = new Map();

  /** Applies the limits. Runs that have passed a gate keep their places. */
  resize({ concurrency = Number.POSITIVE_INFINITY, groups = new Map<string, number>() }: PlanLimits): void {
    this.#overall.resize(concurrency);
    this.#sizes = groups;
    for (const [name, gate] of this.#groups) gate.resize(groups.get(name) ?? 1);
  }

  /** Returns the gates that a run of this job passes, in this order. */
  of({ group }: Job): readonly Gate[] {
    if (group === undefined) return [this.#overall];
    const gate = this.#groups.get(group) ?? new Gate(this.#sizes.get(group) ?? 1);
    this.#groups.set(group, gate);
    return [gate, this.#overall];
  }
}
