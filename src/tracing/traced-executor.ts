import type { Executor } from '../domain/executor.js';
import { idsOfAttempt, idsOfRun, traceparent } from './trace-ids.js';

/**
 * Sets `TRACEPARENT` in the environment of every command: the span of its attempt or, for a hook, of the run. Overrides
 * inherited variables and `env_file`; a timer's own `env` overrides it.
 */
export const tracedExecutor = (executor: Executor): Executor => ({
  execute: (command, io) => executor.execute({ ...command, env: { ...traceEnvironment(io.env), ...command.env } }, io),
});

function traceEnvironment({
  TIMERS_RUN_ID: runId,
  TIMERS_ATTEMPT: attempt,
}: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (runId === undefined) return {};
  const ids = attempt === undefined ? idsOfRun(runId) : idsOfAttempt(runId, Number(attempt));
  return { TRACEPARENT: traceparent(ids) };
}
