import type { ServerResponse } from 'node:http';
import { toOutcome } from '../domain/api-record.js';
import { DAY, type Instant } from '../domain/time.js';
import type { StreamClock } from './event-stream.js';
import { followRun } from './follow-run.js';
import { BoundedConnections } from './bounded-connections.js';
import type { Live } from './live.js';
import { outcomesRoute, type Receiver } from './outcomes.js';
import type { PastSources } from './history-sources.js';
import { toRunDetails } from './run-details.js';
import { sendJson, type HttpRequest, type Route } from './server.js';
import { readTimeline, type TimelineSources } from './timeline.js';

/** Everything that the routes below `/api/` need. */
export interface Api extends TimelineSources, Receiver, Pick<PastSources, 'remembered' | 'follow'> {
  readonly live: Live;
  readonly clock: StreamClock;
  readonly now: () => Instant;
  /** The upcoming firings as an iCalendar file (RFC 5545). */
  readonly calendar: () => Promise<string>;
  /** Executes a verb of the control socket. */
  readonly act: (verb: string, args: Readonly<Record<string, unknown>>) => Promise<Acted>;
}

/**
 * The HTTP status for a verb that names something unknown, has a wrong argument, or is impossible in the current state.
 */
const REFUSALS = { unknown: 404, wrong: 400, unfit: 409 } as const;

/** The result of a verb: its response, or a sentence that says why it failed. */
export type Acted =
  | { readonly kind: 'done'; readonly answer: unknown }
  | { readonly kind: 'refused'; readonly because: keyof typeof REFUSALS; readonly reason: string };

const VERBS = ['trigger', 'pause', 'resume', 'cancel', 'reset'];
const MOST_OUTCOMES = 200;
const MOST_LANES = 32;
const LONGEST_SPAN = 62 * DAY;
/** The maximum number of streams, across all pages: one more ends the oldest. */
const MOST_STREAMS = 32;

/** Creates the routes of the API, for the page at `/` and for other clients. */
export const apiRoutes = (api: Api): readonly Route[] => [
  look('status', async (_request, response) => sendJson(response, 200, await api.live.status())),
  look('timeline', (request, response) => answerTimeline(api, request, response)),
  look('outcomes', ({ url }, response) => answerOutcomes(api, url, response)),
  look('run', ({ url }, response) => answerRun(api, url, response)),
  events(api),
  calendar(api),
  ...VERBS.map((verb) => act(api, verb)),
  outcomesRoute(api),
  // Checks a token and does nothing else.
  { method: 'POST', path: '/api/token', access: 'act', handle: (_request, response) => sendJson(response, 200, {}) },
];

const look = (name: string, handle: Route['handle']): Route => ({
  method: 'GET',
  path: `/api/${name}`,
  access: 'read',
  handle,
});

const refuse = (response: ServerResponse, status: number, error: string) => sendJson(response, status, { error });

async function answerTimeline(api: Api, { url }: HttpRequest, response: ServerResponse): Promise<void> {
  const [from, until] = ['from', 'until'].map((key) => Date.parse(url.searchParams.get(key) ?? ''));
  const jobNames = url.searchParams.getAll('task_name');
  if (from === undefined || until === undefined || !(until >= from && until - from <= LONGEST_SPAN))
    refuse(response, 400, 'from and until take timestamps, at most 62 days apart');
  else if (jobNames.length > MOST_LANES) refuse(response, 400, `at most ${MOST_LANES} timers at once`);
  else sendJson(response, 200, await readTimeline(api, { from, until, now: api.now(), jobNames }));
}

function answerOutcomes({ past, causeOf }: Api, { searchParams }: URL, response: ServerResponse): void {
  const jobName = searchParams.get('task_name');
  const limit = Number(searchParams.get('limit') ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_OUTCOMES) {
    refuse(response, 400, `limit takes a whole number from 1 to ${MOST_OUTCOMES}`);
    return;
  }
  const endings = past.latest({ ...(jobName !== null && { jobName }), limit });
  sendJson(response, 200, { outcomes: endings.map((ending) => toOutcome(ending, causeOf)) });
}

function answerRun({ past, remembered, causeOf }: Api, { searchParams }: URL, response: ServerResponse): void {
  const runId = searchParams.get('run_id') ?? '';
  const run = runId === '' ? undefined : past.run(runId);
  const details = run && toRunDetails(run, { events: remembered({ runId }), causeOf });
  if (details === undefined) refuse(response, 404, 'the history no longer contains that run');
  else sendJson(response, 200, details);
}

const calendar = (api: Api): Route => ({
  method: 'GET',
  path: '/calendar.ics',
  access: 'read',
  async handle(_request, response) {
    const text = await api.calendar();
    response.writeHead(200, { 'Content-Type': 'text/calendar; charset=utf-8' });
    response.end(text);
  },
});

function events({ live, clock, follow, turn }: Api): Route {
  const streams = new BoundedConnections<ServerResponse>(MOST_STREAMS);
  return look('events', async ({ url, raw }, response) => {
    if (raw.method === 'HEAD') {
      response.end();
      return;
    }
    streams.admit(response);
    const runId = url.searchParams.get('run_id');
    if (runId === null) await live.connect(response);
    else followRun(response, { runId, clock, follow, turn });
  });
}

const act = (api: Api, verb: string): Route => ({
  method: 'POST',
  path: `/api/${verb}`,
  access: 'act',
  async handle({ raw, body }, response) {
    // HTML forms cannot send this type, so only programs and pages of this origin get further.
    if (!raw.headers['content-type']?.startsWith('application/json')) {
      refuse(response, 415, 'send the arguments as application/json');
      return;
    }
    const args = argumentsIn(await body());
    if (args === undefined) {
      refuse(response, 400, 'the arguments must be one JSON object');
      return;
    }
    const acted = await api.act(verb, args);
    if (acted.kind === 'done') sendJson(response, 200, acted.answer);
    else refuse(response, REFUSALS[acted.because], acted.reason);
  },
});

function argumentsIn(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
