import type { ClockRule } from '../calendar-schedule.js';

/** The differences between yacron and its successor cronstable. */
export interface Dialect {
  readonly name: 'yacron' | 'cronstable';
  /** Whether the seconds field of a 7-field expression is used. */
  readonly firesInSeconds: boolean;
  readonly clockRule: Omit<ClockRule, 'timezone'>;
  readonly whenDifferent: string;
  /** Whether `${NAME}` in its values is a variable of the environment. */
  readonly expandsVariables: boolean;
}

/** yacron compares each minute with the clock. */
export const YACRON: Dialect = {
  name: 'yacron',
  firesInSeconds: false,
  clockRule: { gap: 'skip', repeat: 'both' },
  whenDifferent: 'yacron fires at each minute whose local time matches all fields.',
  expandsVariables: false,
};

/** cronstable computes the next local time, and fires once for it. */
export const CRONSTABLE: Dialect = {
  name: 'cronstable',
  firesInSeconds: true,
  clockRule: { gap: 'shift', repeat: 'first' },
  whenDifferent:
    'cronstable moves times that a clock change skips by the length of the gap, and fires repeated times once.',
  expandsVariables: true,
};
