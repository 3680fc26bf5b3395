import type { Duration, Instant } from '../../domain/time.js';

/**
 * NTP's packet, version 4 (RFC 5905, 7.3), as far as a simple client needs it (RFC 4330): 48 bytes, big-endian.
 * Timestamps are seconds since 1900 as 32.32 fixed point; they wrap in 2036, so only differences are meaningful.
 */
const SIZE = 48;
const CLIENT = 0x23; // No leap warning, version 4, mode 3.
const SERVER_MODE = 4;
const ORIGIN = 24;
const RECEIVE = 32;
const TRANSMIT = 40;

const UNSYNCHRONISED = 3;
const MOST_STRATUM = 15;
/** MAXDISP of RFC 5905: a server with a larger possible error is useless. */
const LARGEST_ERROR: Duration = 16_000;

const UNIX_EPOCH = 2_208_988_800n;

/** The number of random bytes in a request. */
export const NONCE_SIZE = 8;

/** A server's response to our request. */
export type SntpReply =
  | {
      readonly kind: 'time';
      /** When the server received the request and when it sent the response, as NTP timestamps. */
      readonly received: bigint;
      readonly sent: bigint;
      /** How far the server's own clock may be off: half its root delay, its root dispersion and its precision. */
      readonly errorMs: Duration;
    }
  /** A kiss-o'-death: four letters that say what to do. */
  | { readonly kind: 'kiss'; readonly code: string }
  /** The server responded, but its time must not be used. `reason` is a clause that follows its name. */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Writes a request. Its transmit timestamp is the random `nonce` instead of the time. Only a server that saw the
 * request can echo the nonce, and it does not learn our time.
 */
export function writeSntpRequest(nonce: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  bytes[0] = CLIENT;
  bytes.set(nonce, TRANSMIT);
  return bytes;
}

/**
 * Reads a packet. Returns `undefined` unless it is a reply to the request with this `nonce`, because anybody may have
 * sent it.
 */
export function readReply(bytes: Uint8Array, nonce: Uint8Array): SntpReply | undefined {
  if (bytes.length < SIZE || !nonce.every((byte, index) => bytes[ORIGIN + index] === byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint8(0);
  if ((first & 7) !== SERVER_MODE) return undefined;
  const stratum = view.getUint8(1);
  const code = String.fromCharCode(...bytes.subarray(12, 16));
  if (stratum === 0 && /^[A-Z]{4}$/.test(code)) return { kind: 'kiss', code };
  if (first >> 6 === UNSYNCHRONISED || stratum === 0 || stratum > MOST_STRATUM)
    return refused('is not synchronized itself');
  return readTime(view);
}

function readTime(view: DataView): SntpReply {
  const errorMs = (short(view, 4) / 2 + short(view, 8) + 2 ** view.getInt8(3)) * 1_000;
  if (errorMs >= LARGEST_ERROR) return refused('does not know its own time well enough');
  const received = view.getBigUint64(RECEIVE);
  const sent = view.getBigUint64(TRANSMIT);
  if (received === 0n || sent === 0n || millisecondsBetween(received, sent) < 0) return refused(CONTRADICTION);
  return { kind: 'time', received, sent, errorMs };
}

/** The reason for rejecting a response whose timestamps cannot all be right. */
export const CONTRADICTION = 'returned timestamps that contradict each other';

const refused = (reason: string): SntpReply => ({ kind: 'refused', reason });

/** Reads seconds in 16.16 fixed point. */
const short = (view: DataView, offset: number): number => view.getUint32(offset) / 2 ** 16;

/** Returns an instant, including fractions of a millisecond, as an NTP timestamp of its era. */
export function toNtpTime(instant: Instant): bigint {
  const seconds = Math.floor(instant / 1_000);
  const fraction = Math.floor(((instant - seconds * 1_000) / 1_000) * 2 ** 32);
  return BigInt.asUintN(64, ((BigInt(seconds) + UNIX_EPOCH) << 32n) + BigInt(fraction));
}

/**
 * Returns the difference between two NTP timestamps, by the shorter way around. It is correct across eras if they are
 * within 68 years.
 */
export const millisecondsBetween = (from: bigint, to: bigint): Duration =>
  (Number(BigInt.asIntN(64, to - from)) / 2 ** 32) * 1_000;
