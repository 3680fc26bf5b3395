import { hostname } from 'node:os';
import { rootDistrust, type TimerFile } from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import type { Executor } from '../domain/executor.js';
import type { Sink } from '../domain/sink.js';
import { byPlace, executorKinds } from '../executors/index.js';
import { createProxies } from '../proxies/index.js';
import { networkMount } from '../this-machine.js';
import { createTracing, tracedExecutor } from '../tracing/index.js';
import type { ExecutorChoice } from './compose.js';
import type { Surroundings } from './surroundings.js';
import { version } from '../version.js';

/** The tracing of a scheduler. */
export interface Tracing {
  readonly sink: Sink;
  /** Gives commands the ids of their parent span. */
  readonly createExecutor: (how?: ExecutorChoice) => Executor;
}

/** Assembles the `tracing` of a timer file. */
export function openTracing(
  settings: NonNullable<TimerFile['settings']['tracing']>,
  { surroundings, clock }: { surroundings: Surroundings; clock: Clock },
): Tracing {
  // An inherited TRACESTATE belongs to the trace of the scheduler's parent, but the commands are in another trace.
  const environment = { ...surroundings.env, TRACESTATE: undefined };
  return {
    sink: createTracing({
      ...settings,
      origin: { version, host: hostname() },
      pid: process.pid,
      clock,
      proxyFor: createProxies({ clock, environment }),
      onTrouble: (sentence) => surroundings.err(`timers: tracing: ${sentence}`),
    }),
    createExecutor({ workers, ...how } = {}) {
      const context = { clock, environment, distrust: rootDistrust, networkMount };
      return tracedExecutor(byPlace(executorKinds.shell.create({ ...context, ...how }), workers));
    },
  };
}
