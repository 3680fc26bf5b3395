import type { RefusalCode } from './verb-entries.js';
import type { LogRecord } from '../domain/record.js';
import { MINUTE, type Duration } from '../domain/time.js';

/**
 * The protocol of the control socket, version 1: one JSON object per line, UTF-8, in both directions.
 *
 *     → {"v":1,"id":1,"verb":"pause","args":{"names":["backup"],"for_ms":3600000}}
 *     ← {"v":1,"id":1,"ok":{"names":["backup"]}}
 *     ← {"v":1,"id":2,"error":{"code":"unknown_timer","message":"unknown timer \"bakup\" in …"}}
 *     → {"v":1,"id":3,"verb":"logs","args":{"task_name":"backup","follow":true}}
 *     ← {"v":1,"id":3,"ok":{}}
 *     ← {"v":1,"id":3,"event":{"timestamp":"…","event":"run.started",…}}    one for each event
 *     ← {"v":1,"id":3,"dropped":17}                              where the client read too slowly
 *     ← {"v":1,"id":3,"end":true}                                after the last event; with `follow`, at the stop
 *     → {"v":1,"id":4,"verb":"stop"}
 *     ← {"v":1,"id":4,"ok":{}}
 *     ← {"v":1,"id":4,"end":true}                                when the scheduler has stopped
 *     ← {"v":1,"id":null,"error":{"code":"idle","message":"…"}}  why the scheduler hangs up
 *
 * Every verb except `logs` accepts `expires_at` in its `args`: Unix time in milliseconds. After that time, by the
 * scheduler's wall clock, the verb is rejected (`expired`), because the client has given up by then. Without
 * `expires_at`, a request waits as long as necessary.
 *
 * Replies carry the request's `id` and come in any order. Unknown members are ignored, so that both sides can evolve.
 */
const PROTOCOL_VERSION = 1;

/** The longest line that a scheduler accepts, in bytes. */
export const LONGEST_REQUEST = 64 * 1024;

/** A client that reads nothing for this long is disconnected (`unread`). */
export const READ_PATIENCE: Duration = MINUTE;

/** A request to a scheduler. */
export interface Request {
  readonly id: number;
  readonly verb: string;
  readonly args: Args;
}

export type Args = Readonly<Record<string, unknown>>;

/** Why a request was rejected. The message is a sentence for the user. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
}

/** Thrown by a verb that rejects a request. */
export class RefusalError extends Error implements Refusal {
  override readonly name = 'RefusalError';
  readonly code: Refusal['code'];

  constructor(code: Refusal['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** An event on the wire: the same record as in the JSON log. */
export type EventRecord = LogRecord & { readonly timestamp: string; readonly level: string; readonly msg: string };

/** Returns the line that the command printed: `line`, or `msg` if the line was parsed as JSON. */
export const outputLineOf = ({ line, msg }: EventRecord & { readonly line?: unknown }): string =>
  typeof line === 'string' ? line : msg;

/** A reply to a request. `ok`, `error`, `event`, `dropped` and `end` are mutually exclusive. */
export interface Reply {
  readonly id: number | null;
  readonly ok?: unknown;
  readonly error?: Refusal;
  readonly event?: EventRecord;
  /** How many events the client lost here because it read too slowly. The outcomes among them follow. */
  readonly dropped?: number;
  readonly end?: true;
}

/** Writes a reply as a line. */
export const writeReply = (reply: Reply): string => `${JSON.stringify({ v: PROTOCOL_VERSION, ...reply })}\n`;

/** Writes an event as a reply to the request that follows it. `json` is its {@link EventRecord}. */
export const writeEventLine = (id: number, json: string): string =>
  `{"v":${PROTOCOL_VERSION},"id":${id},"event":${json}}\n`;

/** Writes a request as a line. */
export const writeRequest = (request: Request): string => `${JSON.stringify({ v: PROTOCOL_VERSION, ...request })}\n`;

/** Parses a line as a request. Never throws: for an invalid line it returns the reply to send. */
export function readRequest(line: string): Request | Reply {
  const value = parse(line);
  if (!isMap(value)) return refuse(null, 'bad_request', 'a request is one JSON object on one line');
  const { v, id, verb, args = {} } = value;
  const known = typeof id === 'number' && Number.isSafeInteger(id) ? id : null;
  if (v !== PROTOCOL_VERSION) {
    const message = `this scheduler speaks version ${PROTOCOL_VERSION} of the protocol; restart it with the version of this program`;
    return refuse(known, 'unsupported_version', message);
  }
  if (known === null) return refuse(null, 'bad_request', 'id takes a whole number');
  if (typeof verb !== 'string') return refuse(known, 'bad_request', 'verb takes a string');
  if (!isMap(args)) return refuse(known, 'bad_request', 'args takes an object');
  return { id: known, verb, args };
}

const refuse = (id: number | null, code: Refusal['code'], message: string): Reply => ({ id, error: { code, message } });

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
