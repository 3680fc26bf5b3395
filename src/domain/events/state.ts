import type { Instant } from '../time.js';
import type { EventEntries, EventField } from './entry.js';
import { counted } from '../../text/counted.js';

/** The ledger cannot be written. Timers continue from memory. */
export interface StateUnavailable {
  readonly event: 'state.unavailable';
  readonly at: Instant;
  readonly file: string;
  readonly reason: string;
  /** Whether several machines share the state. If so, nothing starts before it can be written. */
  readonly isShared?: true;
}

/** The ledger can be written again. */
export interface StateRecovered {
  readonly event: 'state.recovered';
  readonly at: Instant;
  readonly file: string;
  readonly lost: number;
  /** How many ad-hoc timers in the file only the next scheduler resumes; absent if there are none. */
  readonly adHoc?: number;
}

/** The ledger still could not be written when the scheduler stopped. */
export interface StateUnrecorded {
  readonly event: 'state.unrecorded';
  readonly at: Instant;
  readonly file: string;
  readonly reason: string;
  readonly lost: number;
}

/** Some values in the state are invalid. The scheduler ignores them, and the affected items start from scratch. */
export interface StateInvalid {
  readonly event: 'state.invalid';
  readonly at: Instant;
  readonly file: string;
  readonly count: number;
  /** The first invalid values, each as a sentence. */
  readonly problems: readonly string[];
}

/** A state file could not be used and was renamed to `aside`. */
export interface StateSetAside {
  readonly event: 'state.set_aside';
  readonly at: Instant;
  readonly file: string;
  readonly aside: string;
  readonly reason: string;
}

export type StateTrouble = StateUnavailable | StateRecovered | StateUnrecorded | StateInvalid | StateSetAside;

const FILE = { type: 'string', ecs: 'file.path', summary: 'The state file.' } as const satisfies EventField;
const REASON = {
  type: 'string',
  ecs: 'event.reason',
  summary: 'The reason, in plain words.',
} as const satisfies EventField;

const example = { at: Date.parse('2026-11-23T04:30:00.021Z'), file: '/var/lib/timers/timers.db' } as const;

export const stateEvents: EventEntries<StateTrouble> = {
  'state.unavailable': {
    summary:
      'The state cannot be written, and `timers` retries. Timers keep running from memory; with a shared state, nothing starts.',
    level: 'error',
    fields: { file: FILE, reason: REASON },
    toFields: ({ file, reason }) => ({ file, reason }),
    sentence: ({ file, reason, isShared }) =>
      `cannot write the state ${file}; ${isShared ? 'nothing starts until it can be written' : 'timers keep running from memory'}: ${reason}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'state.unavailable', ...example, reason: 'the disk is full' },
  },
  'state.recovered': {
    summary: 'The state can be written again.',
    level: 'info',
    fields: {
      file: FILE,
      lost: { type: 'integer', summary: 'The number of records that did not fit in memory and are lost.' },
      ad_hoc: {
        type: 'integer',
        optional: true,
        summary: 'How many ad-hoc timers in the file wait for the next start.',
      },
    },
    toFields: ({ file, lost, adHoc }) => ({ file, lost, ...(adHoc !== undefined && { ad_hoc: adHoc }) }),
    sentence: describeRecovery,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'state.recovered', ...example, lost: 0 },
  },
  'state.unrecorded': {
    summary:
      'The scheduler stopped while the state could not be written. The next start does not know the last changes.',
    level: 'error',
    fields: {
      file: FILE,
      reason: REASON,
      lost: { type: 'integer', summary: 'How many outcomes and failed attempts are lost.' },
    },
    toFields: ({ file, reason, lost }) => ({ file, reason, lost }),
    sentence({ file, reason, lost }) {
      const what = lost === 0 ? 'the last changes' : counted(lost, 'record');
      return `could not write ${what} to the state ${file}; the next start will not know ${lost === 1 ? 'it' : 'them'}: ${reason}`;
    },
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'state.unrecorded', ...example, reason: 'the disk is full', lost: 4 },
  },
  'state.invalid': {
    summary: 'The state has invalid values. `timers` ignores them, and whatever they describe starts from scratch.',
    level: 'warn',
    fields: {
      file: FILE,
      count: { type: 'integer', summary: 'How many values are invalid.' },
      problems: { type: 'strings', summary: 'The first invalid values, each as a sentence.' },
    },
    toFields: ({ file, count: invalid, problems }) => ({ file, count: invalid, problems }),
    sentence: ({ file, count: invalid, problems }) =>
      `ignoring ${counted(invalid, 'invalid value')} in the state ${file}: ${problems[0] ?? ''}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'state.invalid', ...example, count: 1, problems: ['timer backup: breaker is "opem"'] },
  },
  'state.set_aside': {
    summary: 'The state file could not be used. `timers` renamed it and started a new one.',
    level: 'warn',
    fields: { file: FILE, aside: { type: 'string', summary: 'The new name of the old file.' }, reason: REASON },
    toFields: ({ file, aside, reason }) => ({ file, aside, reason }),
    sentence: ({ file, aside, reason }) => `could not use the state ${file} and renamed it to ${aside}: ${reason}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: {
      event: 'state.set_aside',
      ...example,
      aside: `${example.file}.bad-1`,
      reason: 'it is not an SQLite database',
    },
  },
};

function describeRecovery({ file, lost, adHoc }: StateRecovered): string {
  const gone =
    lost === 0 ? '' : `; ${counted(lost, 'record')} did not fit in memory and ${lost === 1 ? 'is' : 'are'} lost`;
  const later = adHoc === undefined ? '' : `; ${counted(adHoc, 'ad-hoc timer')} in it will run after the next start`;
  return `can write the state ${file} again${gone}${later}`;
}
