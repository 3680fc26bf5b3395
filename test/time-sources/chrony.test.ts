import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChronySource } from '../../src/time-sources/chrony.js';
import { readTracking } from '../../src/time-sources/chrony/tracking.js';
import { timeSourceKinds } from '../../src/time-sources/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { Puppet } from '../support/puppet.js';

const never = new AbortController().signal;

// As chronyc 4.3 prints it.
const GOOD =
  '7F000001,127.0.0.1,9,1795476091.047185094,-0.250003427,0.000001332,0.000000440,18.130,3.968,277.868,0.000013319,0.000274594,0.0,Normal';
const UNSYNCHRONISED =
  '00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.000000000,1.000000000,0.0,Not synchronised';
const LOCAL =
  '7F7F0101,,8,1795476064.791343454,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,0.000000000,0.000000000,0.0,Normal';

describe('the tracking report', () => {
  test('contains the offset of the system clock and its error bound', () => {
    const tracking = readTracking(`${GOOD}\n`);
    expect(tracking).toEqual({
      kind: 'tracking',
      offsetMs: expect.closeTo(-250.003427, 6),
      errorMs: expect.closeTo(0.274594 + 0.013319 / 2, 6),
    });
  });

  test.each([
    ['before a leap second', GOOD.replace('Normal', 'Insert second')],
    ['with an unresolved name', GOOD.replace('127.0.0.1', 'ntp.example.org')],
    ['for a reference clock', GOOD.replace('7F000001,127.0.0.1,9', '50505300,PPS,1')],
  ])('is parsed %s', (_, line) => {
    expect(readTracking(line)).toMatchObject({ kind: 'tracking' });
  });

  test.each([
    ['is not synchronized', UNSYNCHRONISED],
    ['is not synchronized', GOOD.replace('Normal', 'Not synchronised')],
    ['is synchronized to nothing but itself (local mode)', LOCAL],
    ['does not return a tracking report: ""', ''],
    ['does not return a tracking report: "Reference ID    : 7F000001"', 'Reference ID    : 7F000001\nStratum : 3'],
    [expect.stringContaining('does not return a tracking report'), GOOD.replace(',Normal', '')],
    [expect.stringContaining('does not return a tracking report'), GOOD.replace('-0.250003427', 'nan')],
    [expect.stringContaining('does not return a tracking report'), GOOD.replace('0.000274594', '-1.0')],
  ])('that %s is rejected: %s', (reason: unknown, line) => {
    expect(readTracking(line)).toEqual({ kind: 'trouble', reason });
  });
});

describe('chronyc', () => {
  let puppet: Puppet;
  beforeAll(async () => {
    puppet = await Puppet.open();
  });
  afterAll(() => puppet.close());

  const ask = (signal = never, clock = new FakeClock()) =>
    createChronySource({ clock, mayBeAbsent: false, command: puppet.command }).measure(signal);

  test('is queried for tracking as comma-separated fields', async () => {
    const measured = ask();
    const chronyc = await puppet.next();
    expect(chronyc.args).toEqual(['-c', 'tracking']);
    await chronyc.print(`${GOOD}\n`);
    await chronyc.exit();
    expect(await measured).toMatchObject({ kind: 'sample', source: 'chrony', offsetMs: expect.closeTo(-250, 1) });
  });

  test('without a running chronyd is reported', async () => {
    const measured = ask();
    const chronyc = await puppet.next();
    await chronyc.print('506 Cannot talk to daemon\n');
    await chronyc.exit(1);
    expect(await measured).toMatchObject({ reason: 'does not respond: 506 Cannot talk to daemon' });
  });

  test('is killed if it prints nothing for ten seconds', async () => {
    const clock = new FakeClock();
    const measured = ask(never, clock);
    const chronyc = await puppet.next();
    await clock.advance(10_000);
    expect(await measured).toMatchObject({
      kind: 'trouble',
      reason: expect.stringMatching(/^cannot be queried: .* does not respond$/),
    });
    await chronyc.gone;
  });

  test('is killed when the watch stops', async () => {
    const stopping = new AbortController();
    const clock = new FakeClock();
    const measured = ask(stopping.signal, clock);
    const chronyc = await puppet.next();
    stopping.abort();
    await measured;
    await chronyc.gone;
    expect(clock.armed).toBe(0);
  });

  test('that is not installed is reported, unless it is optional', async () => {
    const absent = { clock: new FakeClock(), command: ['/nowhere/chronyc'] };
    expect(await createChronySource({ ...absent, mayBeAbsent: false }).measure(never)).toEqual({
      kind: 'trouble',
      source: 'chrony',
      reason: 'cannot be queried: /nowhere/chronyc is not installed',
    });
    expect(await createChronySource({ ...absent, mayBeAbsent: true }).measure(never)).toBeUndefined();
  });
});

test('a program that the system refuses to run is reported, not thrown', async () => {
  const clock = new FakeClock();
  const source = createChronySource({ clock, mayBeAbsent: false, command: ['no\0name'] });
  expect(await source.measure(never)).toMatchObject({ reason: expect.stringContaining('could not be run') });
  expect(clock.armed).toBe(0);
});

describe('the clock settings', () => {
  const one = { host: '192.0.2.1', port: 123 };
  test.each([
    [[], 'auto', { servers: 0, chrony: 1 }],
    [[one, one], false, { servers: 2, chrony: 0 }],
    [[one], 'auto', { servers: 1, chrony: 1 }],
    [[one], true, { servers: 1, chrony: 1 }],
  ] as const)('%j with chrony %s select %j', (servers, chrony, expected) => {
    const settings = { servers, chrony, limit: 50, discipline: false, poll: 600_000 };
    const counts = timeSourceKinds.map((kind) => [kind.key, kind.create(settings, new FakeClock()).length]);
    expect(Object.fromEntries(counts)).toEqual({ ...expected, state: 0 });
  });
});
