import type { RunStarted, TimerEvent } from '../domain/events/index.js';
import { firingId } from '../domain/firing.js';
import {
  isEnding,
  failedAttemptOf,
  type Ending,
  type OpenRun,
  type Recorded,
  type RunHistory,
} from '../domain/ledger.js';
import type { Instant } from '../domain/time.js';

/** Which of the recent events to read. Empty for all. */
export interface EventInterest {
  readonly jobName?: string;
  readonly runId?: string;
}

export type ToldEvent =
  | { readonly kind: 'event'; readonly event: TimerEvent }
  /** How many events the follower lost because it read too slowly. */
  | { readonly kind: 'lost'; readonly count: number };

/** A position among the events. */
export interface EventFollower {
  /** Returns the next event; `undefined` if there is nothing to read yet. */
  next(): ToldEvent | undefined;
  close(): void;
}

export interface PastSources {
  /** Returns the recorded history; `undefined` if nothing is recorded. */
  readonly recorded: () => Recorded | undefined;
  /** Returns the recent events kept in memory, oldest first. */
  readonly remembered: (interest: EventInterest) => readonly TimerEvent[];
  /**
   * Follows the recent events and future ones. `onNews` is called when there is something to read after `next` returned
   * nothing.
   */
  readonly follow: (following: EventInterest & { readonly onNews: () => void }) => EventFollower;
}

/** Which outcomes to read: the latest `limit` of those since `since`. */
export interface PastQuery {
  readonly jobName?: string;
  readonly since?: Instant;
  readonly limit: number;
}

/** Past outcomes: as recorded, or from memory if the record cannot be read or written. */
export class Past {
  readonly #sources: PastSources;

  constructor(sources: PastSources) {
    this.#sources = sources;
  }

  /** Returns outcomes, oldest first, without their output. Reads at most `limit` rows. */
  latest({ jobName, since = Number.NEGATIVE_INFINITY, limit }: PastQuery): readonly Ending[] {
    const interest = jobName === undefined ? {} : { jobName };
    // Filtered by time only after reading: without an index over all timers, a search would read the whole file.
    const recorded = this.#ask((history) => history.endings({ ...interest, limit, withoutOutput: true })) ?? [];
    const isRecorded = new Set(recorded.map(keyOf));
    const remembered = this.#sources
      .remembered(interest)
      .filter(isEnding)
      .filter((ending) => !isRecorded.has(keyOf(ending)));
    return [...recorded, ...remembered]
      .filter(({ at }) => at >= since)
      .sort((one, other) => one.at - other.at)
      .slice(-limit);
  }

  run(runId: string): RunHistory | undefined {
    return this.#ask((history) => history.run(runId)) ?? runOf(this.#sources.remembered({ runId }));
  }

  #ask<Answer>(question: (history: Recorded) => Answer): Answer | undefined {
    const history = this.#sources.recorded();
    try {
      return history && question(history);
    } catch {
      // The ledger reports trouble with the state. Here, only the memory is searched in that case.
      return undefined;
    }
  }
}

/** Assembles a run from its events. */
function runOf(events: readonly TimerEvent[]): RunHistory | undefined {
  const ending = events.find(isEnding);
  const starts = events.filter((event) => event.event === 'run.started');
  if (ending === undefined && starts.length === 0) return undefined;
  const open = openOf(starts);
  return {
    ending,
    open: ending === undefined ? open : undefined,
    outputTail: ending?.event === 'run.finished' ? ending.outputTail : undefined,
    attempts: events.flatMap((event) =>
      event.event === 'attempt.failed' && !event.isBeforeFallback ? [failedAttemptOf(event)] : [],
    ),
  };
}

/** Returns the run that these events started; `undefined` without events. */
function openOf(starts: readonly RunStarted[]): OpenRun | undefined {
  const [first, last] = [starts[0], starts.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const { runId, firing, at: startedAt, latenessMs } = first;
  const { attempt, pid, decided } = last;
  const node = starts.findLast((one) => one.decided === undefined)?.node;
  const attempts = decided ? attempt - 1 : attempt;
  return {
    runId,
    firing,
    attempts,
    startedAt,
    latenessMs,
    retryAt: undefined,
    pid,
    ...(node !== undefined && { node }),
    ...(decided && { decided }),
  };
}

/** Returns a key that identifies an outcome. */
const keyOf = ({ firing, runId }: Ending): string => runId ?? firingId(firing);
