import type { Clock } from '../domain/clock.js';
import type { TimeSource, TimeTrouble } from '../domain/time-source.js';
import { ask } from './chrony/ask.js';
import { readTracking } from './chrony/tracking.js';
import type { TimeSourceKind } from './kind.js';

/**
 * The chronyd that disciplines this machine's clock, if there is one. It supports sources that we don't (NTS, PTP,
 * GPS).
 */
export const chrony: TimeSourceKind = {
  key: 'chrony',
  create: (settings, clock) => {
    if (settings.chrony === false) return [];
    const mayBeAbsent = settings.chrony === 'auto' && settings.servers.length > 0;
    return [createChronySource({ clock, mayBeAbsent })];
  },
};

export interface ChronyOptions {
  readonly clock: Clock;
  /** Whether chronyc may be missing without a report. */
  readonly mayBeAbsent: boolean;
  /** The chronyc command, to which the query is appended. */
  readonly command?: readonly string[];
}

/**
 * Creates the source that queries chronyd. If chronyd does not know the time, the source reports that and never
 * guesses.
 */
export function createChronySource({ clock, mayBeAbsent, command = ['chronyc'] }: ChronyOptions): TimeSource {
  return {
    async measure(signal) {
      const printed = await ask([...command, '-c', 'tracking'], clock, signal);
      if (printed.kind === 'absent' && mayBeAbsent) return undefined;
      if (printed.kind !== 'printed') return trouble(`cannot be queried: ${printed.reason}`);
      if (!printed.succeeded) return trouble(`does not respond: ${printed.text.trim() || 'chronyc failed'}`);
      const tracking = readTracking(printed.text);
      if (tracking.kind === 'trouble') return trouble(tracking.reason);
      return { kind: 'sample', source: SOURCE, offsetMs: tracking.offsetMs, errorMs: tracking.errorMs };
    },
  };
}

const SOURCE = 'chrony';

const trouble = (reason: string): TimeTrouble => ({ kind: 'trouble', source: SOURCE, reason });
