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

/** The result of one request. `reason` is a clause that follows the name of the server. */
export type Exchanged =
  | {
      readonly kind: 'timed';
      readonly offsetMs: Duration;
      readonly errorMs: Duration;
      /** The round trip, without the server's own time. */
      readonly delayMs: Duration;
      /**
       * How far the wall clock is ahead of the monotonic clock. If that has changed, the clock was set in the meantime.
       */
      readonly lead: Duration;
    }
  | { readonly kind: 'kiss'; readonly code: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** How long to wait for a response. */
const PATIENCE: Duration = 3_000;
/**
 * The wall clock is read in whole milliseconds. This is the average error of a reading, and the maximum deviation from
 * that average.
 */
const HALF_TICK: Duration = 0.5;
const ONE_MOMENT: Duration = 0.1;
/** If the lead changes by more than this, the clock was set. */
const SAME_LEAD: Duration = 2;

/** Returns whether the wall clock was set, or the machine suspended, since the lead had this value. */
export const wasSet = (clock: Clock, lead: Duration): boolean => Math.abs(leadOf(clock) - lead) > SAME_LEAD;

function leadOf(clock: Clock): Duration {
  const { wall, monotonic } = readHands(clock);
  return wall - monotonic;
}

/**
 * Reads both clocks at one moment. If the process is interrupted between the readings, tries again, up to five times in
 * all.
 */
function readHands(clock: Clock): { wall: Instant; monotonic: Duration } {
  for (let tries = 1; ; tries++) {
    const monotonic = clock.monotonic();
    const wall = clock.now();
    if (clock.monotonic() - monotonic < ONE_MOMENT || tries === 5) return { wall, monotonic };
  }
}

/**
 * Asks a server once. Never rejects. Ends within 3 s, or immediately (as failed) when `signal` aborts, and closes the
 * socket. The socket is connected, so that the system accepts packets only from the server. It has a port of its own,
 * so that nobody can guess the port.
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

/** The reason for rejecting a measurement during which the clock was set. */
export const WAS_SET = 'was queried while the clock was being set';

/**
 * Computes the offset ((T2−T1)+(T3−T4))/2 and the delay (T4−T1)−(T3−T2) of RFC 5905, 8. T4 is T1 plus the monotonic
 * time since then.
 */
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
