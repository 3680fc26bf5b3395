import { expect, test } from 'vitest';
import { isLoopback } from '../../src/system/loopback.js';

test.each(['localhost', '::1', '127.0.0.1', '127.255.0.9'])('only this machine is meant by %s', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each([
  '127.evil.example',
  '127.0.0.1.evil.example',
  '127.0.0.1.nip.io',
  '0.0.0.0',
  '::',
  '128.0.0.1',
  '',
  '127.1',
])('any machine can be meant by "%s"', (host) => {
  expect(isLoopback(host)).toBe(false);
});
