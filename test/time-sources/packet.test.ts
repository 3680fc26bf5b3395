import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  millisecondsBetween,
  readReply,
  toNtpTime,
  writeSntpRequest,
} from '../../src/time-sources/sntp/sntp-packet.js';
import { answerTo } from './fake-server.js';

const nonce = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

describe('an NTP timestamp', () => {
  test('counts seconds from 1900', () => {
    // RFC 5905, figure 4.
    expect(toNtpTime(Date.parse('1970-01-01T00:00:00Z'))).toBe(2_208_988_800n << 32n);
    expect(toNtpTime(Date.parse('1999-12-31T23:59:59.500Z'))).toBe((3_155_673_599n << 32n) + 2n ** 31n);
  });

  test('wraps around in 2036', () => {
    expect(toNtpTime(Date.parse('2036-02-07T06:28:16Z'))).toBe(0n);
    const before = toNtpTime(Date.parse('2036-02-07T06:28:15.750Z'));
    const after = toNtpTime(Date.parse('2036-02-07T06:28:16.250Z'));
    expect(millisecondsBetween(before, after)).toBe(500);
    expect(millisecondsBetween(after, before)).toBe(-500);
  });

  test('law: differences are exact to a microsecond for up to 68 years, in every era', () => {
    const instant = fc.integer({ min: Date.parse('1900-01-01'), max: Date.parse('2500-01-01') });
    const difference = fc.integer({ min: -68 * 365 * 86_400_000, max: 68 * 365 * 86_400_000 });
    fc.assert(
      fc.property(instant, difference, (from, by) => {
        expect(Math.abs(millisecondsBetween(toNtpTime(from), toNtpTime(from + by)) - by)).toBeLessThan(0.001);
      }),
    );
  });
});

describe('an NTP request', () => {
  test('contains only its version and a random token', () => {
    const bytes = Buffer.from(writeSntpRequest(nonce));
    expect(bytes.toString('hex')).toBe(`23${'00'.repeat(39)}0102030405060708`);
  });
});

describe('an NTP response', () => {
  const request = writeSntpRequest(nonce);

  test('law: any bytes are parsed without throwing and ignored without our token', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        if (!Buffer.from(bytes.subarray(24, 32)).equals(nonce)) expect(readReply(bytes, nonce)).toBeUndefined();
      }),
    );
  });

  test('law: with our token is a time with a bounded error, a kiss of death or rejected', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 48, maxLength: 120 }), (bytes) => {
        bytes[0] = (bytes[0]! & 0xf8) | 4;
        bytes.set(nonce, 24);
        const reply = readReply(bytes, nonce);
        expect(reply).toBeDefined();
        if (reply?.kind === 'time') {
          expect(reply.errorMs).toBeGreaterThanOrEqual(0);
          expect(reply.errorMs).toBeLessThan(16_000);
          expect(millisecondsBetween(reply.received, reply.sent)).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('includes the error bounds that the server reports', () => {
    const said = { rootDelay: 0.02, rootDispersion: 0.005, precision: -10 };
    const reply = readReply(answerTo(request, 0, said), nonce);
    expect(reply?.kind === 'time' && reply.errorMs).toBeCloseTo(10 + 5 + 0.977, 1);
  });

  test('is parsed in place, even within a larger buffer', () => {
    const pool = Buffer.concat([Buffer.alloc(13, 0xff), answerTo(request, 5_000), Buffer.alloc(7, 0xff)]);
    expect(readReply(pool.subarray(13, 13 + 48), nonce)).toMatchObject({ kind: 'time', received: toNtpTime(5_000) });
  });
});
