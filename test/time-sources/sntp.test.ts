import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TimeServer } from '../../src/domain/time-source.js';
import { MINUTE } from '../../src/domain/time.js';
import { sntp } from '../../src/time-sources/sntp.js';
import { toNtpTime } from '../../src/time-sources/sntp/sntp-packet.js';
import type { FakeClock } from '../support/fake-clock.js';
import { answerTo, FakeServer, PausingClock, RestlessClock, type Said } from './fake-server.js';

const POLL = 10 * MINUTE;
const never = new AbortController().signal;

let server: FakeServer;
let clock: FakeClock;
beforeEach(async () => {
  server = await FakeServer.open();
  clock = new RestlessClock();
});
afterEach(() => server.close());

const sourceAt = (where: Partial<TimeServer> = {}) => {
  const settings = { chrony: false, limit: 50, discipline: false, poll: POLL };
  const servers = [{ host: '127.0.0.1', port: server.port, ...where }];
  return sntp.create({ ...settings, servers }, clock)[0]!;
};

/**
 * A network and a server in fake time: the request takes `there`, the response `back`; the server's clock is ahead by
 * `offset`.
 */
const travel =
  (offset: number, there = 0, back = 0, said: Said = {}) =>
  (request: Buffer): Buffer => {
    clock.block(there);
    const answer = answerTo(request, clock.now() + offset, said);
    clock.block(back);
    return answer;
  };

const outcomeOf = async (source = sourceAt()) => {
  const answer = await source.measure(never);
  return answer?.kind === 'trouble' ? answer.reason : answer;
};

describe('an SNTP server', () => {
  test.each([250, -250, 0.25, 7_200_000, -86_400_000 * 365])(
    'with a clock %d ms ahead is measured as such',
    async (offset) => {
      server.behave = travel(offset, 10, 10);
      const sample = await sourceAt().measure(never);
      if (sample?.kind !== 'sample') throw new Error(JSON.stringify(sample));
      expect(Math.abs(sample.offsetMs - offset)).toBeLessThanOrEqual(0.51);
      expect(sample.errorMs).toBeCloseTo(10.5, 1);
      expect(sample.source).toBe(`127.0.0.1:${server.port}`);
    },
  );

  test('is measured across the era change in 2036', async () => {
    clock.setWall('2036-02-07T06:28:15.900Z');
    server.behave = travel(250);
    const sample = await sourceAt().measure(never);
    expect(sample?.kind === 'sample' && Math.abs(sample.offsetMs - 250)).toBeLessThanOrEqual(0.51);
  });

  test('is queried four times with different tokens, and the response with the least delay is used', async () => {
    const ways = [
      [40, 0],
      [0, 60],
      [2, 1],
      [0, 30],
    ] as const;
    server.behave = (request, count) => travel(100, ...ways[count - 1]!)(request);
    const sample = await sourceAt().measure(never);
    expect(sample).toMatchObject({ errorMs: expect.closeTo(2, 1) });
    expect(sample?.kind === 'sample' && Math.abs(sample.offsetMs - 100)).toBeLessThanOrEqual(1);
    expect(new Set(server.requests.map((request) => request.toString('hex'))).size).toBe(4);
  });

  test('law: at any network delay, the true offset is within the error', async () => {
    const way = fc.tuple(fc.nat(900), fc.nat(900));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.array(way, { minLength: 4, maxLength: 4 }),
        async (offset, ways) => {
          let count = 0;
          server.behave = (request) => travel(offset, ...ways[count++]!)(request);
          const sample = await sourceAt().measure(never);
          if (sample?.kind !== 'sample') throw new Error(JSON.stringify(sample));
          expect(Math.abs(sample.offsetMs - offset)).toBeLessThanOrEqual(sample.errorMs);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('can ignore requests if it responds once', async () => {
    server.behave = (request, count) => (count < 4 ? undefined : travel(100)(request));
    const measured = sourceAt().measure(never);
    for (let lost = 0; lost < 3; lost++) {
      await server.asked();
      await clock.advance(3_000);
    }
    expect(await measured).toMatchObject({ kind: 'sample' });
  });

  test('can be queried over IPv6', async ({ skip }) => {
    const six = await FakeServer.open('::1').catch(() => undefined);
    if (six === undefined) return skip('this machine has no IPv6 on loopback');
    six.behave = travel(250);
    const sample = await sourceAt({ host: '::1', port: six.port }).measure(never);
    await six.close();
    expect(sample).toMatchObject({ kind: 'sample', source: `[::1]:${six.port}` });
  });
});

describe('a response is rejected', () => {
  test.each<[string, Said]>([
    ['is not synchronized itself', { leap: 3 }],
    ['is not synchronized itself', { stratum: 16 }],
    ['is not synchronized itself', { stratum: 0, reference: '\x01\x02\x03\x04' }],
    ['does not know its own time well enough', { rootDispersion: 16 }],
    ['does not know its own time well enough', { rootDelay: 33 }],
    ['does not know its own time well enough', { precision: 5 }],
    ['returned timestamps that contradict each other', { sent: 0n }],
    ['returned timestamps that contradict each other', { received: 0n }],
    ['returned timestamps that contradict each other', { sent: toNtpTime(0) }],
    ['returned timestamps that contradict each other', { sent: toNtpTime(Date.parse('2026-01-01T00:00:01Z')) }],
    ['sends no time, only the code INIT', { stratum: 0, leap: 3, reference: 'INIT' }],
  ])('if its server %s: %o', async (reason, said) => {
    server.behave = travel(0, 0, 0, said);
    expect(await outcomeOf()).toBe(reason);
  });

  test('if the clock was set while it was in transit', async () => {
    server.behave = (request) => {
      clock.stepWall(40);
      return travel(0)(request);
    };
    expect(await outcomeOf()).toBe('was queried while the clock was being set');
  });

  test('if the clock was set before the measurement ended', async () => {
    server.behave = (request, count) => {
      if (count === 4) clock.stepWall(-3_000);
      return travel(5_000)(request);
    };
    expect(await outcomeOf()).toBe('was queried while the clock was being set');
  });
});

describe('a packet that does not match our request is ignored', () => {
  const strays: readonly (readonly [string, (request: Buffer) => Buffer])[] = [
    ['nothing', () => Buffer.alloc(0)],
    ['half an answer', (request) => answerTo(request, 0).subarray(0, 47)],
    ['another mark', (request) => answerTo(request, 0, { origin: Buffer.alloc(8) })],
    ['a question', (request) => answerTo(request, 0, { mode: 3 })],
    ['our own question', (request) => request],
    [
      'a kiss without our mark',
      (request) => answerTo(request, 0, { stratum: 0, reference: 'DENY', origin: Buffer.alloc(8) }),
    ],
  ];

  test.each(strays)('%s, and the next response is used', async (_, stray) => {
    server.behave = (request, _count, from) => {
      server.send(stray(request), from);
      return travel(250)(request);
    };
    expect(await outcomeOf()).toMatchObject({ kind: 'sample' });
  });

  test('and so is a packet from another address, even with our token', async () => {
    const somebody = await FakeServer.open();
    server.behave = (request, _count, from) => {
      somebody.send(answerTo(request, clock.now() + 9e6), from);
      return travel(250)(request);
    };
    const sample = await sourceAt().measure(never);
    await somebody.close();
    expect(sample?.kind === 'sample' && sample.offsetMs).toBeCloseTo(249.5, 0);
  });
});

describe('a server without a response', () => {
  test('is reported after four timeouts of three seconds', async () => {
    const measured = outcomeOf();
    for (let lost = 0; lost < 4; lost++) {
      await server.asked();
      await clock.advance(3_000);
    }
    expect(await measured).toBe('does not respond');
    expect(clock.armed).toBe(0);
  });

  test('is reported if the port is closed', async () => {
    const closed = await FakeServer.open();
    await closed.close();
    expect(await outcomeOf(sourceAt({ port: closed.port }))).toBe(
      'does not serve time: nothing is listening on its port',
    );
  });

  test('is reported if its name cannot be resolved', async () => {
    expect(await outcomeOf(sourceAt({ host: `${'long'.repeat(20)}.invalid` }))).toBe('is an unknown name');
  });
});

describe('a kiss of death', () => {
  test.each(['DENY', 'RSTR'])('%s ends all requests', async (code) => {
    server.behave = travel(0, 0, 0, { stratum: 0, leap: 3, reference: code });
    const source = sourceAt();
    expect(await outcomeOf(source)).toBe(
      `rejects requests from this machine (${code}), so timers does not query it again`,
    );
    await clock.advance(365 * 24 * 60 * MINUTE);
    expect(await source.measure(never)).toBeUndefined();
    expect(server.requests).toHaveLength(1);
  });

  test('RATE halves the request rate, and again each time', async () => {
    const source = sourceAt();
    server.behave = travel(0, 0, 0, { stratum: 0, reference: 'RATE' });
    expect(await outcomeOf(source)).toBe('asks for fewer requests (RATE), so timers queries it less often');
    await clock.advance(2 * POLL - 1);
    expect(await source.measure(never)).toBeUndefined();
    await clock.advance(1);
    expect(await outcomeOf(source)).toBe('asks for fewer requests (RATE), so timers queries it less often');
    await clock.advance(4 * POLL - 1);
    expect(await source.measure(never)).toBeUndefined();
    await clock.advance(1);
    server.behave = travel(100);
    expect(await source.measure(never)).toMatchObject({ kind: 'sample' });
    await clock.advance(4 * POLL - 1);
    expect(await source.measure(never)).toBeUndefined();
  });
});

describe('stopping the watch', () => {
  test('aborts a pending request', async () => {
    const stopping = new AbortController();
    const measured = sourceAt().measure(stopping.signal);
    await server.asked();
    stopping.abort();
    await measured;
    expect(clock.armed).toBe(0);
    expect(server.requests).toHaveLength(1);
  });

  test('ends the delay between two requests', async () => {
    const stopping = new AbortController();
    const pausing = new PausingClock();
    clock = pausing;
    server.behave = travel(0);
    const measured = sourceAt().measure(stopping.signal);
    await pausing.begun;
    stopping.abort();
    await measured;
    expect(pausing.armed).toBe(0);
    expect(server.requests).toHaveLength(1);
  });
});
