import type { IncomingHttpHeaders } from 'node:http';
import type { OutcomeLog, ReceivedOutcomes } from '../domain/outcome-log.js';
import { REFUSED_HEADER } from '../domain/forward.js';
import type { Instant } from '../domain/time.js';
import { MalformedError, readOutcome } from './read-outcome.js';
import { sendJson, type HttpRequest, type Route } from './server.js';
import { counted } from '../text/counted.js';

export interface Receiver {
  /** `undefined` while the state can't be written, or there is none. */
  readonly outcomes: () => OutcomeLog | undefined;
  /** The scheduler's own time. */
  readonly now: () => Instant;
  /** Resolves in a later turn of the event loop. */
  readonly turn: () => Promise<void>;
}

/** The longest body that is accepted, in bytes. Senders use less. */
const LARGEST = 2 * 1024 * 1024;
const MOST_LINES = 500;
/** How many outcomes are read or recorded in one turn of the event loop. */
const SLICE = 50;
/** The maximum number of concurrent requests, because each may hold a body. */
const MOST_REQUESTS = 8;

const UNRECORDED = { status: 503, value: { error: 'this scheduler cannot record outcomes at the moment' } };

/**
 * Receives the outcomes of other machines. Records all outcomes of a request or, if a line is malformed, none. Repeated
 * outcomes are skipped.
 */
export function outcomesRoute({ outcomes, now, turn }: Receiver): Route {
  let requests = 0;
  /** One request is recorded at a time, so that numbers stay in order. */
  let last: Promise<unknown> = Promise.resolve();
  /** Whether the last attempt to record failed. Senders repeat the request, but it is reported only once. */
  let isFailing = false;
  const answer = async (request: HttpRequest) => {
    const received = { ...(await readBody(request, turn)), at: now() };
    const log = outcomes();
    if (log === undefined) return UNRECORDED;
    const recorded = last.then(() => record(log, received, turn));
    last = recorded.catch(() => undefined);
    try {
      const taken = await recorded;
      isFailing = false;
      return { status: 200, value: { taken, repeated: received.outcomes.length - taken } };
    } catch (error) {
      if (isFailing) return UNRECORDED;
      isFailing = true;
      throw error;
    }
  };
  return {
    method: 'POST',
    path: '/api/outcomes',
    access: 'act',
    async handle(request, response) {
      if (requests >= MOST_REQUESTS) {
        sendJson(response, 503, { error: 'too many requests at once' });
        return;
      }
      requests++;
      try {
        const { status, value } = await answer(request);
        sendJson(response, status, value);
      } catch (error) {
        if (!(error instanceof MalformedError)) throw error;
        // Allows the sender to set this outcome aside and send the others.
        if (error.isOfLine) response.setHeader(REFUSED_HEADER, error.message);
        sendJson(response, 400, { error: error.message });
      } finally {
        requests--;
      }
    },
  };
}

async function record(log: OutcomeLog, received: ReceivedOutcomes, turn: () => Promise<void>): Promise<number> {
  let taken = 0;
  for (let at = 0; at < received.outcomes.length; at += SLICE) {
    taken += log.receive({ ...received, outcomes: received.outcomes.slice(at, at + SLICE) });
    await turn();
  }
  return taken;
}

async function readBody(request: HttpRequest, turn: () => Promise<void>): Promise<Omit<ReceivedOutcomes, 'at'>> {
  const { node, state, from, to } = readHeaders(request.raw.headers);
  const lines = (await request.body(LARGEST)).split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length !== to - from + 1)
    throw new MalformedError(
      `Timers-From and Timers-To cover ${counted(to - from + 1, 'line')}, but the body has ${lines.length}`,
    );
  const outcomes: { readonly number: number; readonly ending: ReturnType<typeof readOutcome> }[] = [];
  for (const [index, line] of lines.entries()) {
    outcomes.push({ number: from + index, ending: readOutcome(line, { line: index + 1, number: from + index }) });
    if (index % SLICE === SLICE - 1) await turn();
  }
  return { node, state, outcomes };
}

function readHeaders(headers: IncomingHttpHeaders) {
  const node = String(headers['timers-node'] ?? '');
  const state = String(headers['timers-state'] ?? '');
  const [from, to] = ['timers-from', 'timers-to'].map((name) => numberIn(headers[name]));
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(node))
    throw new MalformedError('Timers-Node takes a name of letters, digits, ".", "_" and "-"');
  if (!/^[A-Za-z0-9]{0,64}$/.test(state)) throw new MalformedError('Timers-State takes letters and digits');
  if (from === undefined || to === undefined || to < from || to - from >= MOST_LINES)
    throw new MalformedError(
      `Timers-From and Timers-To take numbers, with at most ${MOST_LINES} outcomes between them`,
    );
  return { node, state, from, to };
}

const numberIn = (header: string | string[] | undefined): number | undefined =>
  /^[1-9]\d{0,14}$/.test(String(header)) ? Number(header) : undefined;
