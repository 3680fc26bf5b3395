import { readToken, type TimerFile } from '../config/index.js';
import type { Sink } from '../domain/sink.js';
import type { Companion } from '../engine/scheduler-parts.js';
import { HttpServer, watchingRoutes } from '../http/index.js';
import type { ConditionWatch } from '../health/condition-watch.js';
import { Metrics } from '../metrics/metrics.js';
import { userId } from './socket-places.js';
import { openPage, type PageParts } from './page.js';
import { privateSocket } from './private-socket.js';
import { version } from '../version.js';

/** The HTTP view of a scheduler: listeners of its events, and companions that live as long as it does. */
export interface Http {
  readonly sinks: readonly Sink[];
  readonly companions: readonly Companion[];
}

/** What an HTTP server reports on. */
export interface HttpContext extends PageParts {
  readonly condition: ConditionWatch;
}

/** Assembles the `http` of a timer file. */
export function openHttp(settings: NonNullable<TimerFile['settings']['http']>, context: HttpContext): Http {
  const { surroundings, clock, condition, scheduler } = context;
  const controls = () => scheduler().controls;
  const metrics = new Metrics({
    controls,
    clock,
    version,
    node: process.version,
    clockOffset: () => scheduler().clockOffset(),
  });
  const { listen, tokenFile, isOpen } = settings;
  const page = openPage(context, tokenFile !== undefined || 'socket' in listen);
  const server = new HttpServer({
    ...('socket' in listen ? { socket: privateSocket(listen.socket, userId()) } : listen),
    clock,
    onListening: (address) => scheduler().emit({ event: 'http.listening', at: scheduler().now(), address }),
    onUnavailable: (address, reason) =>
      scheduler().emit({ event: 'http.unavailable', at: scheduler().now(), address, reason }),
    token: tokenFile === undefined ? undefined : () => readToken(tokenFile),
    routes: [
      ...watchingRoutes({ status: () => controls().status(), condition: () => condition.condition, metrics, isOpen }),
      ...page.routes,
    ],
    onTrouble: (sentence) => surroundings.err(`timers: ${sentence}; the timers go on`),
  });
  return { sinks: [metrics, page.sink], companions: [server] };
}
