import type { Pause } from '../../../domain/ledger.js';
import { when } from './when.js';
import type { Why } from './why-timer.js';

/** Describes a pause: `paused until 09:00:00 (disk swap)`. */
export function pauseInWords({ until, reason }: Pause, why: Why): string {
  const end = until === undefined ? 'until it is resumed' : `until ${when(until, why)}`;
  return `paused ${end}${reason === undefined ? '' : ` (${reason})`}`;
}
