import { durationOf, type HookFailed, type RunFinished } from '../domain/events/index.js';
import { firingId } from '../domain/firing.js';
import { toTimestamp } from '../domain/time.js';

/**
 * The maximum number of bytes of UTF-8 in one variable. Linux rejects a variable of 128 KiB, and a total of more than a
 * quarter of the stack limit (execve(2), E2BIG).
 */
const LIMIT = 20_000;

/** Returns the facts of a run as variables for its hook. */
export const hookEnvironment = (hook: HookFailed['hook'], run: RunFinished): Readonly<Record<string, string>> => ({
  TIMERS_HOOK: hook,
  ...runEnvironment(run),
});

/**
 * Returns the facts of a run as variables. A fact that the run lacks is empty rather than absent, so that no inherited
 * value shows through.
 */
export function runEnvironment(run: RunFinished): Readonly<Record<string, string>> {
  const { firing, outcome } = run;
  return {
    TIMERS_TASK_NAME: firing.jobName,
    TIMERS_RUN_ID: run.runId,
    TIMERS_FIRING_ID: firingId(firing),
    TIMERS_SCHEDULED_AT: toTimestamp(firing.scheduledFor),
    TIMERS_TRIGGER: firing.trigger,
    TIMERS_STATUS: outcome.status,
    TIMERS_EXIT_CODE: String(outcome.exitCode ?? ''),
    TIMERS_SIGNAL: outcome.signal ?? '',
    TIMERS_DURATION_MS: String(durationOf(run) ?? ''),
    TIMERS_ATTEMPTS: String(run.attempts),
    TIMERS_LATENESS_MS: String(run.latenessMs),
    TIMERS_FAILURES_IN_A_ROW: String(run.failuresInARow),
    TIMERS_FALLBACK_STATUS: run.fallback?.outcome.status ?? '',
    TIMERS_ERROR: lastOf(outcome.error ?? ''),
    TIMERS_OUTPUT_TAIL: lastOf(run.outputTail ?? ''),
  };
}

/**
 * Returns the end of a text that fits into a variable: without NUL, at most 20,000 bytes, cut between two characters.
 */
export function lastOf(text: string): string {
  const bytes = Buffer.from(text.replaceAll('\0', ''));
  let start = Math.max(0, bytes.length - LIMIT);
  while (isContinuation(bytes[start])) start++;
  return bytes.toString('utf8', start);
}

/** Returns whether a byte of UTF-8 continues a character. */
const isContinuation = (byte = 0): boolean => (byte & 0xc0) === 0x80;
