import type { FiringMissed, FiringSkipped, RunFinished } from '../domain/events/index.js';
import type { Usage } from '../domain/usage.js';
import type { DecidedEnding, FallbackResult } from '../domain/fallback.js';
import { canceled, type CancelCause, type Outcome } from '../domain/outcome.js';
import type { OutputTail } from '../domain/output-tail.js';
import type { Duration, Instant } from '../domain/time.js';
import type { RunFact } from './attempt.js';
import type { RunTimes } from './run-times.js';

/** What happened to an admitted firing. */
export type RunEnding = DecidedEnding | { readonly kind: 'missed'; readonly reason: FiringMissed['reason'] };

/** What the end of a run means for its job. */
export interface EndingFacts {
  /** Failed runs since the last success, including this one. */
  readonly failuresInARow: number;
  /** Whether the run is the first success that follows a failure. */
  readonly isRecovery: boolean;
}

/** The counts that runs change in the state of their job. */
export interface JobCounts {
  /** Runs whose first attempt began; a fallback alone does not count. */
  runsBegun: number;
  /** Counts a run's end. Returns what it means for the job. */
  note(ending: RunEnding, at: Instant): EndingFacts;
}

/** Returns the end of a run that was canceled before its next attempt. */
export function unstartedEnding(cause: CancelCause, hasBegun: boolean): RunEnding {
  if (hasBegun) return { kind: 'finished', outcome: canceled(cause) };
  if (cause.kind === 'shutdown') return { kind: 'missed', reason: 'shutdown' };
  return { kind: 'skipped', reason: cause.kind === 'replaced' ? 'replaced' : 'canceled' };
}

/** Facts about a run at its end. */
interface Summary {
  readonly times: Pick<RunTimes, 'elapsedMs' | 'latenessMs'>;
  readonly attempts: number;
  /** Its last attempt, not counting the fallback; absent if it had none. */
  readonly attempt: { readonly tail?: { toString(): string }; readonly node: string | undefined } | undefined;
  readonly usage: Usage | undefined;
  readonly fallback: FallbackResult | undefined;
}

/** Returns how a fallback ended. */
export function resultOf(outcome: Outcome, durationMs: Duration, tail: OutputTail | undefined): FallbackResult {
  const outputTail = tail?.toString() ?? '';
  return { outcome, durationMs, ...(outputTail !== '' && { outputTail }) };
}

/** Returns the event of a run's end. */
export function endingFact(
  ending: RunEnding,
  { failuresInARow, isRecovery }: EndingFacts,
  { times, attempts, attempt, usage, fallback }: Summary,
): RunFact<RunFinished> | RunFact<FiringSkipped> | RunFact<FiringMissed> {
  if (ending.kind === 'skipped')
    return { event: 'firing.skipped', reason: ending.reason, ...(fallback && { fallback }) };
  if (ending.kind === 'missed') return { event: 'firing.missed', reason: ending.reason };
  return {
    event: 'run.finished',
    outcome: ending.outcome,
    durationMs: times.elapsedMs,
    attempts,
    latenessMs: times.latenessMs,
    failuresInARow,
    ...usage,
    ...(isRecovery && { isRecovery }),
    ...(fallback && { fallback }),
    ...lastFacts(attempt),
  };
}

function lastFacts(attempt: Summary['attempt']): Pick<RunFinished, 'node' | 'outputTail'> {
  const outputTail = attempt?.tail?.toString() ?? '';
  const node = attempt?.node;
  return { ...(node !== undefined && { node }), ...(outputTail !== '' && { outputTail }) };
}
