import { readToken, type TimerFile } from '../config/index.js';
import type { Recorded } from '../domain/ledger.js';
import { endsByItself } from '../domain/outcome.js';
import { MOST_RECENT, type RecentPast } from '../domain/recent-outcome.js';
import type { Sink } from '../domain/sink.js';
import type { Duration } from '../domain/time.js';
import type { Companion } from '../engine/scheduler-parts.js';
import { HttpServer, probeRoutes } from '../http/index.js';
import type { ConditionWatch } from '../health/condition-watch.js';
import { Forecasts } from '../forecast/forecasts.js';
import { Metrics } from '../metrics/metrics.js';
import { userId } from './socket-places.js';
import type { Forward } from '../delivery/index.js';
import type { OriginWatch } from './origin/watch.js';
import { openPage, type PageParts } from './page.js';
import { privateSocket } from './private-socket.js';
import { version } from '../version.js';

/** The HTTP view of a scheduler: listeners of its events, and companions that live as long as it does. */
export interface Http {
  readonly sinks: readonly Sink[];
  readonly companions: readonly Companion[];
}

/** What the HTTP server reports. */
export interface HttpContext extends PageParts {
  readonly condition: ConditionWatch;
  /** Registers a listener for the time that each commit took. Absent without a shared state. */
  readonly onCommitted?: ((listener: (took: Duration) => void) => void) | undefined;
  /** Absent without `forward`. */
  readonly forward?: Pick<Forward, 'unsent'> | undefined;
  /** Absent for a timer file on this machine. */
  readonly origin?: Pick<OriginWatch, 'age'> | undefined;
}

/**
 * Assembles the forecasts. Run times come from the history or, without one, from the last outcomes that this process
 * saw.
 */
function openForecasts({ surroundings, clock, scheduler, control, recorded }: HttpContext): Forecasts {
  return new Forecasts({
    clock,
    limits: () => scheduler().limits,
    job: (name) => scheduler().job(name),
    durationsOf: (name, limit) => recordedDurations(recorded(), name, limit) ?? seenDurations(control.recent, name),
    onTrouble: (sentence) => surroundings.err(`timers: ${sentence}; the timers keep running`),
  });
}

function recordedDurations(
  history: Recorded | undefined,
  name: string,
  limit: number,
): readonly Duration[] | undefined {
  try {
    return history?.durations(name, limit);
  } catch {
    // The log reports trouble with the state.
    return undefined;
  }
}

const seenDurations = (recent: RecentPast, name: string): readonly Duration[] =>
  recent
    .of(name, MOST_RECENT)
    .flatMap(({ status, durationMs }) => (endsByItself(status) && durationMs !== undefined ? [durationMs] : []))
    .sort((one, other) => one - other);

/** Assembles the `http` of a timer file. */
export function openHttp(settings: NonNullable<TimerFile['settings']['http']>, context: HttpContext): Http {
  const { surroundings, clock, condition, scheduler, origin, forward } = context;
  const controls = () => scheduler().controls;
  const forecasts = openForecasts(context);
  const metrics = new Metrics({
    controls,
    clock,
    forecaster: forecasts,
    version,
    node: process.version,
    clockOffset: () => scheduler().clockOffset(),
    configAge: () => origin?.age,
    unsent: () => forward?.unsent,
    shared: () => context.status.shared?.(),
    onCommitted: context.onCommitted,
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
      ...probeRoutes({ status: () => controls().status(), condition: () => condition.condition, metrics, isOpen }),
      ...page.routes,
    ],
    onTrouble: (sentence) => surroundings.err(`timers: ${sentence}; the timers keep running`),
  });
  return { sinks: [forecasts, metrics, page.sink], companions: [server] };
}
