import { toTimestamp, type Instant } from '../time.js';
import { humanDuration } from '../human-duration.js';
import type { EventEntries, EventField } from './entry.js';
import { counted } from '../../text/counted.js';

/** The `forward` server does not accept outcomes. They wait in the state. Emitted once. */
export interface ForwardUnavailable {
  readonly event: 'forward.unavailable';
  readonly at: Instant;
  readonly receiver: string;
  readonly reason: string;
  /** How many outcomes wait to be sent. */
  readonly unsent: number;
}

/** The `forward` server accepts outcomes again. */
export interface ForwardRecovered {
  readonly event: 'forward.recovered';
  readonly at: Instant;
  readonly receiver: string;
  /** When the server first failed to accept outcomes. */
  readonly since: Instant;
}

/** Outcomes that were never forwarded were deleted, because they were too old. */
export interface ForwardDropped {
  readonly event: 'forward.dropped';
  readonly at: Instant;
  readonly receiver: string;
  /** The numbers of the first and the last deleted outcome. */
  readonly from: number;
  readonly to: number;
}

/** The `forward` server permanently rejected an outcome. The outcome is not sent again, and stays in the state. */
export interface ForwardRefused {
  readonly event: 'forward.refused';
  readonly at: Instant;
  readonly receiver: string;
  /** The number of the outcome. */
  readonly number: number;
  /** The firing of the outcome; empty if it is unknown. */
  readonly of: string;
  /** The reason, in the server's words. */
  readonly reason: string;
}

export type ForwardEvent = ForwardUnavailable | ForwardRecovered | ForwardDropped | ForwardRefused;

const RECEIVER = { type: 'string', summary: 'The host of `forward`.' } as const satisfies EventField;

const example = { at: Date.parse('2026-11-23T02:00:01Z'), receiver: 'timers.example.org' } as const;

export const forwardEvents: EventEntries<ForwardEvent> = {
  'forward.unavailable': {
    summary:
      'The `forward` server does not accept outcomes. They wait in the state. Logged once, until it accepts them.',
    level: 'warn',
    fields: {
      receiver: RECEIVER,
      reason: { type: 'string', ecs: 'event.reason', summary: 'The reason, in plain words.' },
      unsent: { type: 'integer', summary: 'How many outcomes wait to be sent.' },
    },
    toFields: ({ receiver, reason, unsent }) => ({ receiver, reason, unsent }),
    sentence: ({ receiver, reason, unsent }) =>
      `cannot forward ${counted(unsent, 'outcome')} to ${receiver}, and will retry: ${reason}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'forward.unavailable', ...example, reason: 'it does not respond', unsent: 12 },
  },
  'forward.recovered': {
    summary: 'The `forward` server accepts outcomes again.',
    level: 'info',
    fields: {
      receiver: RECEIVER,
      since: { type: 'timestamp', summary: 'When the server first failed to accept outcomes.' },
    },
    toFields: ({ receiver, since }) => ({ receiver, since: toTimestamp(since) }),
    sentence: ({ receiver, at, since }) =>
      `forwarding outcomes to ${receiver} again after ${humanDuration(Math.max(0, at - since))}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'forward.recovered', ...example, since: Date.parse('2026-11-23T01:00:01Z') },
  },
  'forward.dropped': {
    summary:
      'Outcomes were deleted because they became older than `history.keep` before the `forward` server accepted them.',
    level: 'error',
    fields: {
      receiver: RECEIVER,
      from: { type: 'integer', summary: 'The number of the first deleted outcome.' },
      to: { type: 'integer', summary: 'The number of the last deleted outcome.' },
      count: { type: 'integer', summary: 'How many outcomes were deleted.' },
    },
    toFields: ({ receiver, from, to }) => ({ receiver, from, to, count: to - from + 1 }),
    sentence: ({ receiver, from, to }) =>
      from === to
        ? `1 outcome was deleted before ${receiver} accepted it (number ${from})`
        : `${to - from + 1} outcomes were deleted before ${receiver} accepted them (numbers ${from} to ${to})`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'forward.dropped', ...example, from: 41, to: 97 },
  },
  'forward.refused': {
    summary:
      'The `forward` server permanently rejected an outcome, which is not sent again but stays in the history of this machine.',
    level: 'error',
    fields: {
      receiver: RECEIVER,
      number: { type: 'integer', summary: 'The number of the outcome.' },
      firing_id: { type: 'string', summary: 'The firing of the outcome.' },
      reason: { type: 'string', ecs: 'event.reason', summary: 'The reason, as the server gives it.' },
    },
    toFields: ({ receiver, number, of, reason }) => ({ receiver, number, firing_id: of, reason }),
    sentence: ({ receiver, number, of, reason }) =>
      `${receiver} rejected the outcome of ${of} (number ${number}), so it is not sent again: ${reason}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: {
      event: 'forward.refused',
      ...example,
      number: 41,
      of: 'backup@2026-11-23T02:00:00.000Z',
      reason: '"status" takes success, failure, timeout, canceled, lost',
    },
  },
};
