import type { SchedulerStatus } from '../domain/controls.js';
import { judgeLiveness, judgeReadiness, type Condition, type Judgement } from '../domain/health.js';
import { sendJson, type Route } from './server.js';

export interface Watched {
  readonly status: () => SchedulerStatus;
  readonly condition: () => Condition;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
}

/** What probes and Prometheus ask for: `/healthz`, `/readyz`, `/metrics`. */
export const watchingRoutes = ({ status, condition, metrics }: Watched): readonly Route[] => [
  probe('/healthz', () => judgeLiveness(status(), condition())),
  probe('/readyz', () => judgeReadiness(status(), condition())),
  {
    method: 'GET',
    path: '/metrics',
    access: 'read',
    async handle(_request, response) {
      const text = await metrics.text();
      response.writeHead(200, { 'Content-Type': metrics.contentType });
      response.end(text);
    },
  },
];

const probe = (path: string, judge: () => Judgement): Route => ({
  method: 'GET',
  path,
  access: 'probe',
  handle(_request, response) {
    const { isOk, reasons } = judge();
    sendJson(response, isOk ? 200 : 503, { ok: isOk, reasons });
  },
});
