import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { Clock } from '../../domain/clock.js';
import type { Duration, Instant } from '../../domain/time.js';
import {
  CONTRADICTION,
  millisecondsBetween,
  NONCE_SIZE,
  readReply,
  toNtpTime,
  writeSntpRequest,
} from './sntp-packet.js';

/** A resolved server. */
export interface Endpoint {
  readonly address: string;
  readonly family: number;
  readonly port: number;
}

/** One request and its result; a clause that follows the server's name. */
export type Exchanged =
  | {
      readonly kind: 'timed';
      readonly offsetMs: Duration;
      readonly errorMs: Duration;
      /** The round trip, without the server's own time. */
      readonly delayMs: Duration;
      /** The wall clock's lead over the monotonic one: if it has changed, the clock was set in between. */
      readonly lead: Duration;
    }
  | { readonly kind: 'kiss'; readonly code: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** How long to wait for a response. */
const PATIENCE: Duration = 3_000;
/** The wall clock is read in whole milliseconds: this is the average error, and the maximum deviation from it. */
const HALF_TICK: Duration = 0.5;
const ONE_MOMENT: Duration = 0.1;
/** If the lead changes by more, the clock was set. */
const SAME_LEAD: Duration = 2;

/** Whether the wall clock was set, or the machine suspended, since it had this lead. */
export const wasSet = (clock: Clock, lead: Duration): boolean => Math.abs(leadOf(clock) - lead) > SAME_LEAD;

function leadOf(clock: Clock): Duration {
  const { wall, monotonic } = readHands(clock);
  return wall - monotonic;
}

/** Both clocks at one moment: read again, a few times, if the process was interrupted in between. */
function readHands(clock: Clock): { wall: Instant; monotonic: Duration } {
  for (let tries = 1; ; tries++) {
    const monotonic = clock.monotonic();
    const wall = clock.now();
    if (clock.monotonic() - monotonic < ONE_MOMENT || tries === 5) return { wall, monotonic };
  }
}

/**
 * Asks a server once. Never rejects; ends within 3 s, or immediately when `signal` aborts (as failed), and then the
 * socket is closed. The socket is connected, so that the system accepts packets only from the server. It has its own
 * port, so that nobody can guess it.
 */
export function exchange(endpoint: Endpoint, clock: Clock, signal: AbortSignal): Promise<Exchanged> {
  return new Promise((resolve) => {
    const socket = createSocket(endpoint.family === 6 ? 'udp6' : 'udp4');
    let isOver = false;
    const end = (exchanged: Exchanged): void => {
      if (isOver) return;
      isOver = true;
      disarm();
      signal.removeEventListener('abort', onAbort);
      socket.close();
      resolve(exchanged);
    };
    const fail = (reason: string): void => end({ kind: 'failed', reason });
    const onAbort = (): void => fail('was canceled');
    const disarm = clock.after(PATIENCE, () => fail('does not respond'));
    socket.on('error', (error) => fail(explain(error)));
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    else ask(socket, endpoint, clock, end);
  });
}

function ask(socket: Socket, { port, address }: Endpoint, clock: Clock, end: (exchanged: Exchanged) => void): void {
  const nonce = randomBytes(NONCE_SIZE);
  socket.on('connect', () => {
    const { wall, monotonic } = readHands(clock);
    socket.on('message', (bytes) => {
      const elapsed = clock.monotonic() - monotonic;
      const reply = readReply(bytes, nonce);
      if (reply === undefined) return;
      if (reply.kind === 'refused') end({ kind: 'failed', reason: reply.reason });
      else if (reply.kind === 'kiss') end(reply);
      else if (wasSet(clock, wall - monotonic)) end({ kind: 'failed', reason: WAS_SET });
      else end(compare(wall, elapsed, reply, monotonic));
    });
    socket.send(writeSntpRequest(nonce));
  });
  socket.connect(port, address);
}

/** Why a measurement is useless if the clock was set during it. */
export const WAS_SET = 'was queried while the clock was being set';

/** RFC 5905, 8: offset ((T2−T1)+(T3−T4))/2, delay (T4−T1)−(T3−T2). T4 is T1 plus the monotonic time since. */
function compare(
  wall: Instant,
  elapsed: Duration,
  reply: { received: bigint; sent: bigint; errorMs: Duration },
  monotonic: Duration,
): Exchanged {
  const asked = toNtpTime(wall + HALF_TICK);
  const toReceived = millisecondsBetween(asked, reply.received);
  const toSent = millisecondsBetween(asked, reply.sent);
  const delayMs = elapsed - (toSent - toReceived);
  // The server cannot have taken longer than we waited.
  if (delayMs < -HALF_TICK) return { kind: 'failed', reason: CONTRADICTION };
  return {
    kind: 'timed',
    offsetMs: (toReceived + toSent - elapsed) / 2,
    errorMs: Math.max(delayMs, 0) / 2 + reply.errorMs + HALF_TICK,
    delayMs,
    lead: wall - monotonic,
  };
}

function explain({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'does not serve time: nothing is listening on its port';
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return `cannot be reached (${code})`;
    default:
      return `cannot be queried (${code ?? message})`;
  }
}
