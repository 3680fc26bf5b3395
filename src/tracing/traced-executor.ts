import type { Executor } from '../domain/executor.js';
import { idsOfAttempt, idsOfRun, traceparent } from './trace-ids.js';

/**
 * Tells every command whose child it is, by `TRACEPARENT` in its environment: of its attempt's span, and a hook's of its run's. Wins over what is
 * inherited and over `env_file`; a timer's own `env` wins over it.
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
