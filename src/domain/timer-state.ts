import type { BreakerState } from './breaker.js';
import type { RunView } from './controls.js';
import type { FiringStatus } from './outcome.js';

/** The facts that determine the state of a timer, under their public names. */
export interface TimerFacts {
  readonly enabled: boolean;
  readonly removed?: true;
  readonly next_at: string | null;
  readonly runs: readonly ActiveRun[];
  readonly paused: object | null;
  readonly breaker: { readonly state: BreakerState['kind'] };
  readonly last_status: FiringStatus | null;
}

interface ActiveRun {
  readonly state: RunView['state'];
  readonly elapsed_ms: number;
}

const RUN_WORDS = {
  parked: 'waiting',
  waiting: 'waiting',
  attempting: 'running',
  pausing: 'retrying',
} as const;

/** A short phrase for what a timer is doing. */
export type TimerState =
  | (typeof RUN_WORDS)[ActiveRun['state']]
  | 'paused'
  | 'breaker open'
  | 'breaker half open'
  | 'disabled'
  | 'removed'
  | ReturnType<typeof wordWithoutNext>;

/** Returns everything that a timer is doing, most urgent first; empty if it only waits for its next firing. */
export function timerStatesOf({
  runs,
  paused,
  breaker,
  enabled,
  removed,
  ...facts
}: TimerFacts): readonly TimerState[] {
  const longest = longestRunOf(runs);
  const states: readonly TimerState[] = [
    ...(longest ? [RUN_WORDS[longest.state]] : []),
    ...(paused ? (['paused'] as const) : []),
    ...(breaker.state === 'open' ? (['breaker open'] as const) : []),
    ...(breaker.state === 'half_open' ? (['breaker half open'] as const) : []),
    ...(enabled ? [] : (['disabled'] as const)),
    ...(removed ? (['removed'] as const) : []),
  ];
  return states.length === 0 && facts.next_at === null ? [wordWithoutNext(facts.last_status)] : states;
}

/** Returns the run that has been active for the longest. */
export const longestRunOf = <R extends ActiveRun>(runs: readonly R[]): R | undefined =>
  [...runs].sort((one, other) => other.elapsed_ms - one.elapsed_ms)[0];

/** Returns the state of a timer without a next firing. It is not `done` if its last firing did not run. */
export function wordWithoutNext(
  lastStatus: FiringStatus | null | undefined,
): 'done' | 'never ran' | 'missed' | 'skipped' {
  if (lastStatus == null) return 'never ran';
  return lastStatus === 'missed' || lastStatus === 'skipped' ? lastStatus : 'done';
}
