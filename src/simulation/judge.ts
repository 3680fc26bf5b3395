import type { Rule } from './rules.js';
import type { SimulatedMoment, Tally } from './tally.js';

/** The verdict of a simulation on one rule. */
export interface RuleVerdict {
  readonly rule: Rule;
  readonly holds: boolean;
  /** How often the rule was broken. */
  readonly breaches: number;
  /** The first breaches. */
  readonly first: readonly SimulatedMoment[];
  /** Describes a breach that is found only at the end of the simulation. */
  readonly sentence: string | undefined;
}

/** The maximum number of breaches of a rule that are shown. */
const SHOWN = 3;

/** Watches one rule during a simulation. */
export class Judge {
  readonly #rule: Rule;
  readonly #first: SimulatedMoment[] = [];
  #breaches = 0;

  constructor(rule: Rule) {
    this.#rule = rule;
  }

  watch(moment: SimulatedMoment): void {
    if (!this.#rule.breaks(moment)) return;
    this.#breaches += moment.count;
    if (this.#first.length < SHOWN) this.#first.push(moment);
  }

  /** Returns the verdict on the rule. Call it when the simulation has ended. */
  verdict(tally: Tally): RuleVerdict {
    const sentence = this.#rule.breaksAtEnd?.(tally);
    return {
      rule: this.#rule,
      holds: this.#breaches === 0 && sentence === undefined,
      breaches: this.#breaches,
      first: this.#first,
      sentence,
    };
  }
}
