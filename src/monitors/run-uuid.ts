import { createHash } from 'node:crypto';

/** An arbitrary namespace. Never change it: a run that outlives an update would end under a different UUID. */
const NAMESPACE = 'timers-run:';

/**
 * Returns the UUID that identifies a run to services. It is derived from the run id, so start and end match even if
 * another scheduler reports the end. UUID version 8 (RFC 9562: a custom format).
 */
export function runUuid(runId: string): string {
  const hex = createHash('sha256').update(`${NAMESPACE}${runId}`).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
