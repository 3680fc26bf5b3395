import { Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { ForkerLine } from '../../src/executors/shell/forker-line.js';
import { FakeClock } from '../support/fake-clock.js';

const written: string[] = [];
vi.spyOn(Socket.prototype, 'write').mockImplementation((chunk) => {
  written.push(String(chunk));
  return true;
});

const listener = { reply: () => undefined, gone: () => undefined };
const clock = new FakeClock();
const line = new ForkerLine('/bin/sleep', ['60'], { clock, listener });
afterEach(() => line.kill());

it('writes the first request of a turn immediately and the later ones together', async () => {
  for (const name of ['a', 'b', 'c']) line.send(Buffer.from(name));
  await Promise.resolve();
  line.sendLater(Buffer.from('d'));
  line.send(Buffer.from('e'));
  await Promise.resolve();
  expect(written).toEqual(['abc']);
  await clock.advance(0);
  expect(written).toEqual(['abc', 'de']);
});
