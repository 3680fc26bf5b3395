import { humanDuration } from '../human-duration.js';
import type { Duration, Instant } from '../time.js';
import type { EventEntries, EventField } from './entry.js';
import { counted } from '../../text/counted.js';

/** Another machine is the active one of a shared state. This scheduler starts nothing until it takes over. */
export interface StandingBy {
  readonly event: 'scheduler.standing_by';
  readonly at: Instant;
  /** The name of the active machine. */
  readonly active: string;
  /** Where the shared state is, without secrets. */
  readonly state: string;
}

/** This scheduler became the active one of a shared state. */
export interface TookOver {
  readonly event: 'scheduler.took_over';
  readonly at: Instant;
  /** The previously active machine; absent for a new state. */
  readonly from?: string;
  /** Time since that machine was last seen; absent for a new state. */
  readonly gapMs?: Duration;
  readonly fence: number;
}

/** This scheduler is no longer the active one. It ends its commands or leaves them running, and stands by. */
export interface LostState {
  readonly event: 'scheduler.lost_state';
  readonly at: Instant;
  readonly why: 'fenced' | 'expired';
  /** How many runs were active. */
  readonly running: number;
  /** What happens to those runs: the value of `orphans` in the timer file. */
  readonly action: 'kill' | 'keep';
}

/** The store of the shared state lost acknowledged records. */
export interface StateWentBack {
  readonly event: 'state.went_back';
  readonly at: Instant;
  readonly file: string;
  /** The number of missing commits; absent if the store does not know. */
  readonly behind?: number;
  /** Whether this scheduler had the commits in memory and wrote them again. After a takeover, no machine has them. */
  readonly isRestored: boolean;
}

/** A standby machine has a different timer file from the active one. Emitted once per version of that file. */
export interface ConfigDiffers {
  readonly event: 'config.differs';
  readonly at: Instant;
  /** The name of the other machine. */
  readonly node: string;
  /** The names of the timers in which that file differs; absent if the machine does not report them. */
  readonly differences?: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly string[];
  };
}

export type TermEvent = StandingBy | TookOver | LostState | StateWentBack | ConfigDiffers;

const STATE = { type: 'string', summary: 'Where the shared state is, without secrets.' } as const satisfies EventField;

const example = { at: Date.parse('2026-11-23T04:30:00.021Z') } as const;
const place = 'redis://db.example:6379/0 (timers)';

export const termEvents: EventEntries<TermEvent> = {
  'scheduler.standing_by': {
    summary: 'Another machine is active. This machine takes over when the active one stops or becomes unreachable.',
    level: 'info',
    fields: { active: { type: 'string', summary: 'The name of the active machine.' }, state: STATE },
    toFields: ({ active, state }) => ({ active, state }),
    sentence: ({ active, state }) => `standing by: ${active} is active on ${state}`,
    recorded: false,
    concerns: 'every timer',
    since: '0.1.0',
    example: { event: 'scheduler.standing_by', ...example, active: 'night-1', state: place },
  },
  'scheduler.took_over': {
    summary: 'This machine became the active one of a shared state.',
    level: 'info',
    fields: {
      from: { type: 'string', optional: true, summary: 'The previously active machine; absent for a new state.' },
      gap_ms: {
        type: 'integer',
        unit: 'ms',
        optional: true,
        summary: 'The time since that machine was last seen; absent for a new state.',
      },
      fence: { type: 'integer', summary: 'The fence of this term, higher than those of all earlier terms.' },
    },
    toFields: ({ from, gapMs, fence }) => ({
      ...(from !== undefined && { from }),
      ...(gapMs !== undefined && { gap_ms: gapMs }),
      fence,
    }),
    sentence({ from, gapMs }) {
      if (from === undefined) return 'became the active machine of a new state';
      return `took over from ${from}${gapMs === undefined ? '' : `, ${humanDuration(gapMs)} after it was last seen`}`;
    },
    recorded: false,
    concerns: 'every timer',
    since: '0.1.0',
    example: { event: 'scheduler.took_over', ...example, from: 'night-1', gapMs: 15_200, fence: 1_764_000_000_000_000 },
  },
  'scheduler.lost_state': {
    summary:
      'This machine is no longer the active one. It stands by, and ends its commands unless the file has `orphans: keep`.',
    level: 'error',
    fields: {
      why: {
        type: 'string',
        values: ['fenced', 'expired'],
        summary: '`fenced`: another machine took over. `expired`: the lease ran out before the store responded.',
      },
      running: { type: 'integer', summary: 'How many runs were active.' },
      action: {
        type: 'string',
        values: ['kill', 'keep'],
        summary: '`kill`: it ends their commands. `keep` (`orphans: keep`): the commands continue without a record.',
      },
    },
    toFields: ({ why, running, action }) => ({ why, running, action }),
    sentence: ({ why, running, action }) =>
      `lost the shared state: ${why === 'fenced' ? 'another machine took over' : 'the lease ran out'}` +
      (running === 0 ? '' : `; ${action === 'kill' ? 'ending' : 'leaving'} ${counted(running, 'run')}`),
    recorded: false,
    concerns: 'every timer',
    since: '0.1.0',
    example: { event: 'scheduler.lost_state', ...example, why: 'expired', running: 2, action: 'kill' },
  },
  'state.went_back': {
    summary:
      'The store of the shared state lost records that it had confirmed. Those that `timers` still has in memory are written again.',
    level: 'warn',
    fields: {
      file: STATE,
      behind: {
        type: 'integer',
        optional: true,
        summary: 'The number of missing commits; absent if the store does not know.',
      },
      restored: { type: 'boolean', summary: 'Whether `timers` still has the records and writes them again.' },
    },
    toFields: ({ file, behind, isRestored }) => ({
      file,
      ...(behind !== undefined && { behind }),
      restored: isRestored,
    }),
    sentence({ file, behind, isRestored }) {
      const lost = `the state ${file} lost ${behind === undefined ? 'records' : counted(behind, 'commit')}`;
      return `${lost}; ${isRestored ? 'they are written again' : 'what they recorded may run again'}`;
    },
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'state.went_back', ...example, file: place, behind: 3, isRestored: true },
  },
  'config.differs': {
    summary: 'A standby machine has a different timer file, which would apply after a takeover.',
    level: 'warn',
    fields: {
      node: { type: 'string', summary: 'The name of the other machine.' },
      added: { type: 'strings', optional: true, summary: 'Timers that only the other file has.' },
      removed: { type: 'strings', optional: true, summary: 'Timers that the other file does not have.' },
      changed: { type: 'strings', optional: true, summary: 'Timers that are in both files, but differ.' },
    },
    toFields: ({ node, differences }) => ({ node, ...differences }),
    sentence: describeDifferences,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: {
      event: 'config.differs',
      ...example,
      node: 'night-2',
      differences: { added: [], removed: ['report'], changed: ['backup'] },
    },
  },
};

/** At most this many names appear in one sentence. */
const MOST_NAMES = 5;

function describeDifferences({ node, differences }: ConfigDiffers): string {
  const { added = [], removed = [], changed = [] } = differences ?? {};
  const parts = [
    ['adds', added],
    ['lacks', removed],
    ['changes', changed],
  ] as const;
  const how = parts.flatMap(([verb, names]) => (names.length === 0 ? [] : [`${verb} ${someOf(names)}`]));
  const which = how.length === 0 ? '' : ` (${how.join('; ')})`;
  return `${node} stands by with a different timer file${which}, which would apply after a takeover`;
}

function someOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
