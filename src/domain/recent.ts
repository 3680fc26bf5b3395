import type { TimerEvent } from './event.js';
import type { FiringStatus } from './outcome.js';
import type { Duration, Instant } from './time.js';

/** The bare facts of how one firing ended: small, for many of them are kept. */
export interface RecentOutcome {
  readonly status: FiringStatus;
  readonly scheduledFor: Instant;
  readonly at: Instant;
  /** Absent where nothing ran; so is lateness. */
  readonly durationMs: Duration | undefined;
  readonly latenessMs: Duration | undefined;
  readonly runId: string | undefined;
}

/** What an event tells of how a firing ended; `undefined` when it tells of something else. */
export function recentOutcomeOf(event: TimerEvent): RecentOutcome | undefined {
  switch (event.event) {
    case 'run.finished': {
      const { at, firing, runId, outcome, durationMs, latenessMs, attempts } = event;
      // Of a run that never had a process nothing was late, and nothing took time.
      const ran = attempts > 0;
      return {
        status: outcome.status,
        scheduledFor: firing.scheduledFor,
        at,
        durationMs: ran ? durationMs : undefined,
        latenessMs: ran ? latenessMs : undefined,
        runId,
      };
    }
    case 'firing.skipped':
    case 'firing.missed': {
      const { at, firing, runId } = event;
      const status = event.event === 'firing.skipped' ? 'skipped' : 'missed';
      return { status, scheduledFor: firing.scheduledFor, at, durationMs: undefined, latenessMs: undefined, runId };
    }
    default:
      return undefined;
  }
}
