import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SchedulerStatus } from '../domain/controls.js';
import { judgeLiveness, judgeReadiness, withoutDetails, type Condition, type Judgment } from '../health/judge.js';
import { SECOND, type Duration } from '../domain/time.js';
import { BoundedConnections } from './bounded-connections.js';
import { sendJson, type Route } from './server.js';

export interface Watched {
  readonly status: () => SchedulerStatus;
  readonly condition: () => Condition;
  readonly metrics: { readonly contentType: string; text(): AsyncIterable<string> };
  /** Whether a client needs no token: for `/metrics`, and for `/healthz` and `/readyz`. */
  readonly isOpen: { readonly metrics: boolean; readonly health: boolean };
}

/**
 * The maximum number of concurrent scrapes, because each costs a part of every turn of the event loop. One more ends
 * the oldest.
 */
const MOST_SCRAPES = 4;
/** How long a client may read nothing before it is disconnected. */
const PATIENCE: Duration = 10 * SECOND;

/** Creates the routes for probes and Prometheus: `/healthz`, `/readyz`, `/metrics`. */
export const probeRoutes = ({ status, condition, metrics, isOpen }: Watched): readonly Route[] => {
  const health = accessOf(isOpen.health);
  return [
    probe('/healthz', health, () => judgeLiveness(status(), condition())),
    probe('/readyz', health, (mayLook) =>
      judgeReadiness(status(), mayLook ? condition() : withoutDetails(condition())),
    ),
    scraped(metrics, accessOf(isOpen.metrics)),
  ];
};

const accessOf = (isOpen: boolean): Route['access'] => (isOpen ? 'probe' : 'read');

function scraped(metrics: Watched['metrics'], access: Route['access']): Route {
  const scrapes = new BoundedConnections<ServerResponse>(MOST_SCRAPES);
  return {
    method: 'GET',
    path: '/metrics',
    access,
    async handle(_request, response) {
      scrapes.admit(response);
      response.setTimeout(PATIENCE, () => response.destroy());
      response.writeHead(200, { 'Content-Type': metrics.contentType });
      try {
        await pipeline(Readable.from(metrics.text(), { objectMode: false }), response);
      } catch (error) {
        if (!hasLeft(error)) throw error;
      }
    },
  };
}

/** Returns whether the client has disconnected, which is not an error. */
const hasLeft = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';

const probe = (path: string, access: Route['access'], judge: (mayLook: boolean) => Judgment): Route => ({
  method: 'GET',
  path,
  access,
  handle({ mayLook }, response) {
    const { isOk, reasons } = judge(mayLook);
    sendJson(response, isOk ? 200 : 503, { ok: isOk, reasons });
  },
});
