import type { Difference, ImportedTimer } from './kind.js';

interface Shared {
  /** The differences that all timers share, at the location of the first one. */
  readonly shared: readonly Difference[];
  readonly timers: readonly ImportedTimer[];
}

/** Moves out the differences that all timers share, if there are at least two timers. */
export function withoutShared(timers: readonly ImportedTimer[]): Shared {
  const [first, ...others] = timers;
  if (first === undefined || others.length === 0) return { shared: [], timers };
  const sets = others.map(({ differences }) => new Set(differences.map(wordsOf)));
  const shared = first.differences.filter((difference) => sets.every((words) => words.has(wordsOf(difference))));
  const words = new Set(shared.map(wordsOf));
  return {
    shared,
    timers: timers.map((timer) => ({
      ...timer,
      differences: timer.differences.filter((difference) => !words.has(wordsOf(difference))),
    })),
  };
}

const wordsOf = ({ severity, message, hint = '' }: Difference): string => `${severity} ${message} ${hint}`;
