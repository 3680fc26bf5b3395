import { describe, expect, it } from 'vitest';

import { brief, load, table } from './diagnose.js';

const withClock = (lines: string): string => `timers: {a: {every: 1m, run: x}}\n${lines}`;

const settingsOf = (lines: string) => {
  const { problems, timerFile } = load(withClock(lines));
  expect(problems).toEqual([]);
  return timerFile?.settings.clock;
};

describe('the clock measurement', () => {
  it('is off by default', () => {
    expect(settingsOf('')).toBeUndefined();
  });

  it('uses chrony every ten minutes with a limit of 50 ms if no servers are configured', () => {
    expect(settingsOf('clock: {}')).toEqual({
      servers: [],
      chrony: 'auto',
      limit: 50,
      discipline: false,
      poll: 600_000,
    });
  });

  it('uses only the configured servers', () => {
    const clock = settingsOf('clock: { servers: [ntp.example.org], limit: 20ms, discipline: true, poll: 64s }');
    expect(clock).toEqual({
      servers: [{ host: 'ntp.example.org', port: 123 }],
      chrony: false,
      limit: 20,
      discipline: true,
      poll: 64_000,
    });
  });

  it('uses only the store of a shared state if the store has a clock', () => {
    const clock = (place: string, more = '') => load(`state: ${place}\n${withClock(`clock: { state: true${more} }`)}`);
    expect(clock('redis://db/0').timerFile?.settings.clock).toMatchObject({ state: true, chrony: false, servers: [] });
    expect(clock('postgres://db/x', ', chrony: auto').timerFile?.settings.clock).toMatchObject({ chrony: 'auto' });
    for (const place of ['etcd://db:2379', './timers.db', 'false'])
      expect(clock(place).problems.map(brief)).toEqual(['3:17 no-state-clock']);
  });

  it.each([
    ['ntp.example.org', 'ntp.example.org', 123],
    ['ntp.example.org:11123', 'ntp.example.org', 11123],
    ['localhost:1', 'localhost', 1],
    ['1.time.example.', '1.time.example.', 123],
    ['192.0.2.1', '192.0.2.1', 123],
    ['192.0.2.1:65535', '192.0.2.1', 65535],
    ['"::1"', '::1', 123],
    ['"[::1]"', '::1', 123],
    ['"[2001:db8::1]:11123"', '2001:db8::1', 11123],
  ])('accepts the server %s', (written, host, port) => {
    expect(settingsOf(`clock: { servers: [${written}] }`)?.servers).toEqual([{ host, port }]);
  });

  const notAServer = (written: string) =>
    [`clock:\n  servers:\n    - ${written}`, '4:7 bad-server', 'ntp.example.org'] as const;
  table(
    [
      notAServer('ntp://ntp.example.org'),
      notAServer('ntp.example.org:0'),
      notAServer('ntp.example.org:65536'),
      notAServer('ntp.example.org:ntp'),
      notAServer('300.1.1.1'),
      notAServer('192.0.2'),
      notAServer('"[ntp.example.org]:123"'),
      notAServer('"[192.0.2.1]:123"'),
      notAServer('-ntp.example.org'),
      notAServer('a..b'),
      notAServer('two words'),
      notAServer('""'),
      ['clock:', '2:1 empty-value', 'servers'],
      ['clock: true', '2:8 wrong-type', 'a map with servers'],
      ['clock: {servers: ntp.example.org}', '2:18 wrong-type', '[ntp.example.org]'],
      ['clock: {servers: []}', '2:18 bad-value', 'a list of servers'],
      ['clock: {servers: [1]}', '2:19 wrong-type', 'a server'],
      ['clock: {servers: [a.example, A.example]}', '2:18 duplicate-server', 'listed twice'],
      ['clock: {chrony: false}', '2:8 no-time-source', 'no time source'],
      ['clock: {chrony: maybe}', '2:17 wrong-type', 'auto, true or false'],
      ['clock: {limit: 50}', '2:16 wrong-type', 'Write "50s" for seconds'],
      ['clock: {limit: 0s}', '2:16 bad-duration', '0'],
      ['clock: {poll: 63s}', '2:15 bad-duration', 'from 64s'],
      ['clock: {poll: 25h}', '2:15 bad-duration', 'to 1d'],
      ['clock: {discipline: yes}', '2:21 wrong-type', 'write true'],
      ['clock: {limt: 50ms}', '2:9 unknown-key', 'Did you mean limit?'],
      ['clock: {server: ntp.example.org}', '2:9 unknown-key', 'Did you mean servers?'],
      ['limit: 50ms', '2:1 unknown-key', 'under clock'],
      ['ntp: {}', '2:1 unknown-key', 'Did you mean clock?'],
    ],
    withClock,
  );
});
