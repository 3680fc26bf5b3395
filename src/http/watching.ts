import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SchedulerStatus } from '../domain/controls.js';
import { judgeLiveness, judgeReadiness, withoutDetails, type Condition, type Judgement } from '../domain/health.js';
import { SECOND, type Duration } from '../domain/time.js';
import { sendJson, type Route } from './server.js';

export interface Watched {
  readonly status: () => SchedulerStatus;
  readonly condition: () => Condition;
  readonly metrics: { readonly contentType: string; text(): AsyncIterable<string> };
}

/** A scrape costs a turn of the event loop a slice; more at once than anybody needs are refused. */
const MOST_SCRAPES = 4;
/** How long a reader may stand still. */
const PATIENCE: Duration = 10 * SECOND;

/** What probes and Prometheus ask for: `/healthz`, `/readyz`, `/metrics`. */
export const watchingRoutes = ({ status, condition, metrics }: Watched): readonly Route[] => [
  probe('/healthz', () => judgeLiveness(status(), condition())),
  probe('/readyz', (mayLook) => judgeReadiness(status(), mayLook ? condition() : withoutDetails(condition()))),
  scraped(metrics),
];

function scraped(metrics: Watched['metrics']): Route {
  let scrapes = 0;
  return {
    method: 'GET',
    path: '/metrics',
    access: 'read',
    async handle(_request, response) {
      if (scrapes >= MOST_SCRAPES) {
        sendJson(response, 503, { error: `${MOST_SCRAPES} scrapes are on; try again later` });
        return;
      }
      scrapes++;
      response.setTimeout(PATIENCE, () => response.destroy());
      response.writeHead(200, { 'Content-Type': metrics.contentType });
      try {
        await pipeline(Readable.from(metrics.text(), { objectMode: false }), response);
      } catch (error) {
        if (!hasLeft(error)) throw error;
      } finally {
        scrapes--;
      }
    },
  };
}

/** Whether the client went away in the middle, which is its own affair. */
const hasLeft = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';

const probe = (path: string, judge: (mayLook: boolean) => Judgement): Route => ({
  method: 'GET',
  path,
  access: 'probe',
  handle({ mayLook }, response) {
    const { isOk, reasons } = judge(mayLook);
    sendJson(response, isOk ? 200 : 503, { ok: isOk, reasons });
  },
});
