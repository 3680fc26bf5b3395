import { expect, test } from 'vitest';
import { createStateClock, stateTimeOf } from '../../../src/daemon/shared/state-clock.js';
import type { Terms } from '../../../src/daemon/shared/terms.js';
import type { TimerEvent } from '../../../src/domain/events/index.js';
import { MINUTE } from '../../../src/domain/time.js';
import { FakeClock } from '../../support/fake-clock.js';
import { MemoryStore } from '../../support/memory-board.js';

/** A machine whose clock is 2 s behind that of the store. */
function machine({ isAsked = true, isActive = false } = {}) {
  const clock = new FakeClock('2026-11-24T06:00:00Z');
  const begun = clock.now();
  const store = new MemoryStore(clock);
  const board = store.connect();
  const time = board.time.bind(board);
  const started = store.now;
  board.time = async () => begun + 2_000 + (await time()) - started;
  const told: TimerEvent[] = [];
  const scheduler = { now: () => clock.now(), emit: (event: TimerEvent) => void told.push(event) };
  const terms = { isActive, scheduler } as unknown as Terms;
  const settings = { servers: [], state: isAsked, chrony: false, limit: 500, discipline: false, poll: MINUTE } as const;
  const watch = createStateClock(stateTimeOf(board), { clock, settings, terms: () => terms });
  return { clock, store, told, watch };
}

test('a standby measures the store’s clock and reports drift', async () => {
  const { clock, watch, told } = machine();
  watch.start();
  await clock.advance(0);
  expect(watch.latest).toMatchObject({ offsetMs: 2_000, source: 'state' });
  expect(told).toMatchObject([{ event: 'clock.drift', offsetMs: 2_000, limitMs: 500 }]);
  watch.stop();
});

test.each([{ isActive: true }, { isAsked: false }])(
  'with %j, a machine measures the clock without a report',
  async (how) => {
    const { clock, watch, told } = machine(how);
    watch.start();
    await clock.advance(0);
    expect(watch.latest?.offsetMs).toBe(2_000);
    expect(told).toEqual([]);
    watch.stop();
  },
);

test('an unreachable store is reported without its URL', async () => {
  const { clock, store, watch, told } = machine();
  store.state = 'away';
  watch.start();
  await clock.advance(MINUTE);
  expect(watch.latest).toBeUndefined();
  expect(told).toMatchObject([
    { event: 'clock.unmeasured', source: 'state', reason: expect.stringMatching(/^cannot be read: /) },
  ]);
  watch.stop();
});
