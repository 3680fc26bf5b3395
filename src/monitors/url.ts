import type { Moment } from '../domain/monitor-moment.js';
import { momentOfRun, type Monitor } from '../domain/monitor.js';
import type { RunFinished, RunStarted } from '../domain/events/index.js';
import type { WebRequest } from '../domain/web-request.js';
import { fill, fillUrl } from './placeholders.js';

/** The settings for any service that only needs a request. */
export interface UrlOptions {
  /** May contain placeholders, such as `{status}`. */
  readonly url: string;
  readonly method: WebRequest['method'];
  readonly on: ReadonlySet<Moment>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, a map as JSON, both with placeholders filled. */
  readonly body?: string | Readonly<Record<string, unknown>>;
}

/** Creates a monitor that requests one address at the configured moments. */
export const url = ({ url: address, method, on, headers, body }: UrlOptions): Monitor => ({
  kind: 'url',
  requestFor(event) {
    if (!on.has(momentOfRun(event))) return undefined;
    return {
      method,
      url: fillUrl(address, event),
      headers: { ...(typeof body === 'object' && { 'Content-Type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: fillBody(body, event) }),
    };
  },
});

function fillBody(body: NonNullable<UrlOptions['body']>, event: RunStarted | RunFinished): string {
  const asIs = (text: string) => text;
  if (typeof body === 'string') return fill(body, event, asIs);
  return JSON.stringify(body, (_key, value: unknown) => (typeof value === 'string' ? fill(value, event, asIs) : value));
}
