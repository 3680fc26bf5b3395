import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSystemClock } from '../../src/clocks/system.js';
import type { Clock } from '../../src/domain/clock.js';
import type { TimerEvent } from '../../src/domain/events/index.js';
import { MINUTE } from '../../src/domain/time.js';
import type { TimeSource } from '../../src/domain/time-source.js';
import { DriftWatch } from '../../src/engine/drift-watch.js';
import { createChronySource } from '../../src/time-sources/chrony.js';
import { sntp } from '../../src/time-sources/sntp.js';
import { certificateIn, Chronyd, freePort, whyNoChronyd } from './chronyd.js';

const missing = whyNoChronyd();
if (missing !== undefined) console.warn(`skipped: the tests against a real chronyd (${missing})`);

const never = new AbortController().signal;

/**
 * The machine's clock, but pauses between requests end immediately, and the time to the next measurement passes when
 * the test says so.
 */
class HandPolledClock implements Clock {
  readonly #clock = createSystemClock();
  #poll: (() => void) | undefined;
  #polled: (() => void) | undefined;
  now = () => this.#clock.now();
  monotonic = () => this.#clock.monotonic();
  uptime = () => this.#clock.uptime();
  soon = (task: () => void) => this.#clock.soon(task);

  after(delay: number, wake: () => void): () => void {
    if (delay < MINUTE) return this.#clock.after(delay === 2_000 ? 0 : delay, wake);
    this.#poll = wake;
    this.#polled?.();
    return () => (this.#poll = undefined);
  }

  /** Starts the next measurement, and resolves when it has ended. */
  async measured(): Promise<void> {
    const poll = this.#poll;
    this.#poll = undefined;
    const polled = new Promise<void>((resolve) => (this.#polled = resolve));
    poll?.();
    await polled;
  }
}

/** Measures until a sample is within 2 ms of the truth: on a busy machine, one way may take longer than the other. */
async function measuredAs(expected: number, source: TimeSource): Promise<void> {
  for (;;) {
    const sample = await source.measure(never);
    if (sample?.kind !== 'sample') throw new Error(JSON.stringify(sample));
    const off = Math.abs(sample.offsetMs - expected);
    expect(off).toBeLessThanOrEqual(sample.errorMs);
    if (off <= 2) return;
  }
}

describe.skipIf(missing !== undefined)('a real chronyd', () => {
  let server: Chronyd;
  let port: number;
  let clock: HandPolledClock;
  const clients: Chronyd[] = [];
  beforeEach(async () => {
    server = new Chronyd();
    port = await freePort();
    clock = new HandPolledClock();
  });
  afterEach(() => Promise.all([server, ...clients.splice(0)].map((one) => one.close())));

  const serve = (...more: readonly string[]) =>
    server.start(`port ${port}`, 'allow 127.0.0.1', 'local stratum 8', ...more);

  /** `doffset` subtracts what chronyd's clock is ahead by, so a negative value makes the server's time run ahead. */
  const serveAhead = (seconds: number) => server.command('doffset', String(-seconds));

  const servers = () =>
    sntp.create(
      { servers: [{ host: '127.0.0.1', port }], chrony: false, limit: 50, discipline: false, poll: 10 * MINUTE },
      clock,
    );

  test.each([0.25, -0.25, 3_600])('that serves a time %d s ahead is measured within 2 ms', async (seconds) => {
    await serve();
    await serveAhead(seconds);
    await measuredAs(seconds * 1_000, servers()[0]!);
  });

  test('makes the watch report drift once and recovery once', async () => {
    await serve();
    await serveAhead(0.25);
    const events: TimerEvent[] = [];
    const emit = (event: TimerEvent) => void events.push(event);
    const settings = { limit: 50, poll: 10 * MINUTE };
    const watch = new DriftWatch(settings, { sources: servers(), clock, now: clock.now, random: () => 0, emit });
    const first = clock.measured();
    watch.start();
    await first;
    await clock.measured();
    await serveAhead(-0.25);
    await clock.measured();
    await clock.measured();
    watch.stop();
    expect(events.map(({ event }) => event)).toEqual(['clock.drift', 'clock.synchronised']);
    expect(Math.abs(watch.latest?.offsetMs ?? Number.NaN)).toBeLessThanOrEqual(watch.latest?.errorMs ?? 0);
  });

  test('that is not synchronized is queried, but not trusted', async () => {
    await server.start(`port ${port}`, 'allow 127.0.0.1');
    expect(await servers()[0]?.measure(never)).toMatchObject({ reason: 'is not synchronized itself' });
    const source = createChronySource({ clock, mayBeAbsent: false, command: server.chronyc });
    expect(await source.measure(never)).toMatchObject({ reason: 'is not synchronized' });
  });

  test('in local mode does not count as synchronized', async () => {
    await serve();
    const source = createChronySource({ clock, mayBeAbsent: false, command: server.chronyc });
    expect(await source.measure(never)).toMatchObject({
      reason: 'is synchronized to nothing but itself (local mode)',
    });
  });

  test('that uses NTS is read through its tracking report, within 2 ms', async () => {
    const { key, certificate } = certificateIn(server.folder);
    const ntsPort = await freePort();
    const nts = [`ntsserverkey ${key}`, `ntsservercert ${certificate}`, `ntsport ${ntsPort}`];
    await serve(...nts, `ntsdumpdir ${server.folder}`);

    const client = new Chronyd();
    clients.push(client);
    // chronyd assumes that the server's time is 250 ms later than it says: so this machine's clock is 250 ms slow.
    const options = 'iburst minpoll -6 maxpoll -6 offset 0.25';
    await client.start(
      'port 0',
      `server localhost port ${port} nts ntsport ${ntsPort} ${options}`,
      `ntstrustedcerts ${certificate}`,
    );
    await client.command('waitsync', '0', '0', '0', '0.1');
    expect(await client.command('-c', 'authdata')).toContain(',NTS,');

    const source = createChronySource({ clock, mayBeAbsent: false, command: client.chronyc });
    await measuredAs(250, source);
  });
});
