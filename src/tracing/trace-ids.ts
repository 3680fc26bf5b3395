import { createHash } from 'node:crypto';

/** The ids of a span. */
export interface SpanIds {
  /** 32 hexadecimal digits. All spans of a run share it. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

/**
 * Returns the ids of a run's own span: hashes of the run's id. So the environment of a command, the spans from events,
 * and a scheduler that resumes a run after a restart need not exchange ids.
 */
export const idsOfRun = (runId: string): SpanIds => ({
  traceId: hash(`run ${runId}`, 32),
  spanId: hash(`span ${runId}`, 16),
});

/** Returns the ids of an attempt's span; `attempt` counts from 1. */
export const idsOfAttempt = (runId: string, attempt: number): SpanIds => ({
  traceId: idsOfRun(runId).traceId,
  spanId: hash(`span ${runId} ${attempt}`, 16),
});

/** Returns a span as the value of `TRACEPARENT`: W3C Trace Context, version 00, sampled. */
export const traceparent = ({ traceId, spanId }: SpanIds): string => `00-${traceId}-${spanId}-01`;

const hash = (text: string, digits: number): string => createHash('sha256').update(text).digest('hex').slice(0, digits);
