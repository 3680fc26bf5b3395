import { Judge, type RuleVerdict } from './judge.js';
import type { Rule } from './rules.js';
import { simulate, type Scenario } from './simulate.js';
import type { Tally } from './tally.js';

/** The result of a simulation, with the verdicts on its rules. */
export interface Outlook {
  readonly tally: Tally;
  /** In the order of the rules. */
  readonly verdicts: readonly RuleVerdict[];
}

/** Simulates a scenario while watching these rules. */
export async function simulateWithRules(scenario: Scenario, rules: readonly Rule[]): Promise<Outlook> {
  const judges = rules.map((rule) => new Judge(rule));
  const tally = await simulate(scenario, (moment) => {
    for (const judge of judges) judge.watch(moment);
  });
  return { tally, verdicts: judges.map((judge) => judge.verdict(tally)) };
}
