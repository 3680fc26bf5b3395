import { toLogRecord } from '../../src/daemon/log-record.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { apiRoutes, probeRoutes, type Route } from '../../src/http/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { Listening } from './ask.js';

/** Throws on every call. */
const broken: never = new Proxy(Object.create(null) as never, {
  get: () => {
    throw new TypeError('no such thing');
  },
});

/** Everything that the program serves, with sources that all fail. */
const routes: readonly Route[] = [
  ...probeRoutes({
    status: () => broken['x'],
    condition: () => broken['x'],
    metrics: broken,
    isOpen: { health: true, metrics: true },
  }),
  // Assembled from parts, so that each is called only by its own route.
  ...apiRoutes({
    live: broken,
    clock: new FakeClock(),
    past: broken,
    causeOf: () => broken['x'],
    outcomes: () => broken['x'],
    turn: () => Promise.resolve(),
    now: () => broken['x'],
    coming: () => broken['x'],
    calendar: () => broken['x'],
    remembered: () => broken['x'],
    follow: () => broken['x'],
    act: () => broken['x'],
  }),
];

const QUERY: Readonly<Record<string, string>> = {
  '/api/timeline': '?from=2026-11-23&until=2026-11-24',
  '/api/run': '?run_id=r1',
};

/** Headers that `/api/outcomes` accepts. */
const ONE = { 'Timers-Node': 'edge', 'Timers-From': '1', 'Timers-To': '1' };
const skipped = toLogRecord(
  {
    event: 'firing.skipped',
    at: 0,
    firing: { jobName: 'a', scheduledFor: 0, trigger: 'start', generation: 0 },
    reason: 'x',
  },
  'edge',
);

let server: Listening;
beforeEach(async () => {
  const whole: Route = {
    method: 'GET',
    path: '/whole',
    access: 'probe',
    handle: (_request, response) => void response.end(),
  };
  server = await new Listening([...routes, whole], { token: 't' }).ready();
});
afterEach(() => server.stop());

const table = routes.filter(({ path }) => path !== '/api/token').map(({ method, path }) => [method, path] as const);

test.each(table)('a bug in %s %s is reported, and the next request is served', async (method, path) => {
  const headers = { Authorization: 'Bearer t', 'Content-Type': 'application/json', ...ONE };
  const sent = path === '/api/outcomes' ? skipped : { name: 'a', names: ['a'], target: 'a' };
  const body = JSON.stringify(sent);
  const asked = server.ask(`${path}${QUERY[path] ?? ''}`, { method, headers, ...(method === 'POST' && { body }) });
  const status = await asked.then(
    (answer) => answer.status,
    () => 'cut off',
  );
  expect([500, 'cut off']).toContain(status);
  expect(server.troubles).toEqual([`http: ${method} ${path}: TypeError: no such thing`]);
  expect((await server.ask('/whole')).status).toBe(200);
});

test('the table contains every route of the program', () => {
  expect(table.map(([, path]) => path).sort()).toEqual(
    [
      ...['/healthz', '/readyz', '/metrics', '/calendar.ics'],
      ...['status', 'timeline', 'outcomes', 'outcomes', 'run', 'events'].map((name) => `/api/${name}`),
      ...['trigger', 'pause', 'resume', 'cancel', 'reset'].map((name) => `/api/${name}`),
    ].sort(),
  );
});
