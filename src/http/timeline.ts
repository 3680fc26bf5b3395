import { toOutcome, type LaneRecord, type TimelineRecord } from '../domain/api-record.js';
import type { Ending } from '../domain/ledger.js';
import { toTimestamp, type Instant } from '../domain/time.js';
import type { Past } from './history-sources.js';

/** A lane has at most this many outcomes, and as many upcoming firings. */
const MOST_MARKS = 250;

/** An upcoming firing. */
export interface Coming {
  readonly jobName: string;
  readonly scheduledFor: Instant;
  readonly startsAt: Instant;
}

export interface TimelineSources {
  readonly past: Past;
  /** Returns the next `most` firings of one timer, or of all timers, up to `until`. */
  readonly coming: (jobName: string | undefined, until: Instant, most: number) => readonly Coming[];
  readonly causeOf: (ending: Ending) => string;
  /** Resolves in a later turn of the event loop. */
  readonly turn: () => Promise<void>;
}

export interface TimelineQuery {
  readonly from: Instant;
  readonly until: Instant;
  readonly now: Instant;
  /** Each timer has its own lane. Without names, all timers share one lane. */
  readonly jobNames: readonly string[];
}

/** Assembles a timeline, one lane per turn of the event loop. */
export async function readTimeline(sources: TimelineSources, query: TimelineQuery): Promise<TimelineRecord> {
  const lanes: LaneRecord[] = [];
  for (const jobName of query.jobNames.length === 0 ? [undefined] : query.jobNames) {
    lanes.push(laneOf(jobName, sources, query));
    await sources.turn();
  }
  const { from, until, now } = query;
  return { from: toTimestamp(from), until: toTimestamp(until), now: toTimestamp(now), lanes };
}

function laneOf(jobName: string | undefined, sources: TimelineSources, { from, until }: TimelineQuery): LaneRecord {
  const past = sources.past.latest({ ...(jobName !== undefined && { jobName }), since: from, limit: MOST_MARKS + 1 });
  const coming = sources.coming(jobName, until, MOST_MARKS + 1);
  return {
    task_name: jobName ?? null,
    past: past
      .slice(-MOST_MARKS)
      .filter(({ at }) => at <= until)
      .map((ending) => toOutcome(ending, sources.causeOf)),
    is_past_cut: past.length > MOST_MARKS,
    coming: coming.slice(0, MOST_MARKS).map(({ jobName: task_name, scheduledFor, startsAt }) => ({
      task_name,
      scheduled_at: toTimestamp(scheduledFor),
      starts_at: toTimestamp(startsAt),
    })),
    is_coming_cut: coming.length > MOST_MARKS,
  };
}
