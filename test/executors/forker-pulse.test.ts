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

it('without work no timer is armed', async () => {
  const { clock, said, pulse: idle } = pulse();
  idle.watch(true);
  idle.watch(false);
  expect(clock.armed).toBe(0);
  await clock.advance(60 * SECOND);
  expect(said).toEqual([]);
});

it('a process that replies does not hang', async () => {
  const { clock, said, pulse: busy } = pulse({ isStopped: true });
  busy.watch(true);
  for (let beat = 0; beat < 9; beat++) {
    await clock.advance(2 * SECOND);
    busy.heard();
  }
  expect(said).toEqual(Array(9).fill('ping'));
});

it('a busy machine may delay a reply by 10 s, and no more', async () => {
  const { clock, said, pulse: busy } = pulse();
  busy.watch(true);
  await clock.advance(12 * SECOND);
  expect(said).toEqual(Array(6).fill('ping'));
  await clock.advance(60 * SECOND);
  expect(said).toEqual([...Array<string>(6).fill('ping'), 'hangs']);
});

it('a stopped process is noticed after one ping', async () => {
  const { clock, said, pulse: busy } = pulse({ isStopped: true });
  busy.watch(true);
  await clock.advance(60 * SECOND);
  expect(said).toEqual(['ping', 'hangs']);
});
