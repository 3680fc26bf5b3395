import { expect, it } from 'vitest';
import { SECOND } from '../../src/domain/time.js';
import { ForkerPulse } from '../../src/executors/shell/forker-pulse.js';
import { FakeClock } from '../support/fake-clock.js';

function pulse({ isStopped = false } = {}) {
  const clock = new FakeClock();
  const said: string[] = [];
  const made = new ForkerPulse({
    clock,
    ping: () => said.push('ping'),
    isStopped: () => isStopped,
    hangs: () => said.push('hangs'),
  });
  return { clock, said, pulse: made };
}

it('an idle pulse does not arm a timer', async () => {
  const { clock, said, pulse: idle } = pulse();
  idle.watch(true);
  idle.watch(false);
  expect(clock.armed).toBe(0);
  await clock.advance(60 * SECOND);
  expect(said).toEqual([]);
});

it('a process that replies does not count as hanging', async () => {
  const { clock, said, pulse: busy } = pulse({ isStopped: true });
  busy.watch(true);
  for (let beat = 0; beat < 9; beat++) {
    await clock.advance(2 * SECOND);
    busy.heard();
  }
  expect(said).toEqual(Array(9).fill('ping'));
});

it('a reply may be up to 10 s late on a busy machine', async () => {
  const { clock, said, pulse: busy } = pulse();
  busy.watch(true);
  await clock.advance(12 * SECOND);
  expect(said).toEqual(Array(6).fill('ping'));
  await clock.advance(60 * SECOND);
  expect(said).toEqual([...Array<string>(6).fill('ping'), 'hangs']);
});

it('a suspended process is detected after one ping', async () => {
  const { clock, said, pulse: busy } = pulse({ isStopped: true });
  busy.watch(true);
  await clock.advance(60 * SECOND);
  expect(said).toEqual(['ping', 'hangs']);
});
