import { readToken, type TimerFile } from '../config/index.js';
import type { Clock } from '../domain/clock.js';
import type { Sink } from '../domain/sink.js';
import type { Companion } from '../engine/scheduler-parts.js';
import type { Scheduler } from '../engine/scheduler.js';
import { HttpServer, watchingRoutes, type Route } from '../http/index.js';
import type { ConditionWatch } from '../sinks/condition.js';
import { Metrics } from '../sinks/metrics.js';
import type { Terminal } from './terminal.js';
import { readVersion } from './version.js';

/** What watches a scheduler over HTTP: listeners of its events, and what lives as long as it does. */
export interface Http {
  readonly sinks: readonly Sink[];
  readonly companions: readonly Companion[];
}

export interface HttpContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly condition: ConditionWatch;
  readonly scheduler: () => Scheduler;
  readonly routes?: readonly Route[];
}

/** Puts together what a timer file's `http` asks for. */
export function openHttp(
  settings: NonNullable<TimerFile['settings']['http']>,
  { terminal, clock, condition, scheduler, routes = [] }: HttpContext,
): Http {
  const controls = () => scheduler().controls;
  const metrics = new Metrics({
    controls,
    clock,
    version: readVersion(),
    node: process.version,
    clockOffset: () => scheduler().clockOffset(),
  });
  const { host, port, tokenFile } = settings;
  const server = new HttpServer({
    host,
    port,
    token: () => (tokenFile === undefined ? undefined : readToken(tokenFile)),
    routes: [
      ...watchingRoutes({ status: () => controls().status(), condition: () => condition.condition, metrics }),
      ...routes,
    ],
    onTrouble: (sentence) => terminal.err(`timers: ${sentence}; the timers go on`),
  });
  return { sinks: [metrics], companions: [server] };
}
