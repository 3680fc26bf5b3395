import type { Instant } from '../time.js';
import type { EventEntries, EventField } from './entry.js';

/** The HTTP server is listening. Emitted each time it starts to listen. */
export interface HttpListening {
  readonly event: 'http.listening';
  readonly at: Instant;
  /** `host:port`, with the actual port. */
  readonly address: string;
}

/** The HTTP server cannot listen, and keeps trying. Emitted at the first failure, and when the reason changes. */
export interface HttpUnavailable {
  readonly event: 'http.unavailable';
  readonly at: Instant;
  readonly address: string;
  readonly reason: string;
}

export type HttpMoved = HttpListening | HttpUnavailable;

const ADDRESS = {
  type: 'string',
  ecs: 'server.address',
  summary: 'The address, as `host:port`.',
} as const satisfies EventField;

const example = { at: Date.parse('2026-11-23T00:00:00.125Z'), address: '127.0.0.1:9464' } as const;

export const httpEvents: EventEntries<HttpMoved> = {
  'http.listening': {
    summary: 'The HTTP server is listening.',
    level: 'info',
    fields: { address: ADDRESS },
    toFields: ({ address }) => ({ address }),
    sentence: ({ address }) => `the HTTP server is listening on ${address}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'http.listening', ...example },
  },
  'http.unavailable': {
    summary: 'The HTTP server cannot listen and retries every few seconds. Logged once per reason.',
    level: 'error',
    fields: {
      address: ADDRESS,
      reason: { type: 'string', ecs: 'event.reason', summary: 'The reason, in plain words.' },
    },
    toFields: ({ address, reason }) => ({ address, reason }),
    sentence: ({ address, reason }) =>
      `the HTTP server cannot listen on ${address} and retries every few seconds: ${reason}`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'http.unavailable', ...example, reason: 'another program is using that port (EADDRINUSE)' },
  },
};
