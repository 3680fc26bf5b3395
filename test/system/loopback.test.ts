import { expect, test } from 'vitest';
import { isLoopback } from '../../src/system/loopback.js';

test.each(['localhost', '::1', '127.0.0.1', '127.255.0.9'])('%s is a loopback address', (host) => {
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
])('"%s" is not a loopback address', (host) => {
  expect(isLoopback(host)).toBe(false);
});
