import { HOUR, SECOND, type Duration } from '../domain/time.js';
import type { WebAnswer } from './web-client.js';

/** The longest pause: a wrong number must not silence a machine for days. */
const LONGEST: Duration = HOUR;

/**
 * Returns how long a busy server asks its clients to wait: the `Retry-After` of a 429 or 503, or 0. At most 1 h. A date
 * is compared with the date of the response, because the clock of this machine may be wrong.
 * https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfter({ status, header }: Pick<WebAnswer, 'status' | 'header'>): Duration {
  const written = status === 429 || status === 503 ? (header('Retry-After') ?? '') : '';
  const pause = /^\d+$/.test(written)
    ? Number(written) * SECOND
    : Date.parse(written) - Date.parse(header('Date') ?? '');
  return Math.min(LONGEST, Math.max(0, pause || 0));
}
