import { expect, it } from 'vitest';
import { encodeStart, hasNul } from '../../src/executors/shell/forker-protocol.js';
import type { Start } from '../../src/executors/shell/launcher.js';

const startWith = (env: Start['env']): Start => ({
  program: '/bin/sh',
  args: ['-c', 'true'],
  cwd: '/',
  env,
  output: 'apart',
  grace: 0,
});
/** The numbers of variables that a request has, and its texts. */
function read(request: Buffer) {
  const texts = request.toString('utf8', 52).replace(/\0+$/, '').split('\0');
  return { length: request.readUInt32LE(0), variables: request.readUInt32LE(32), texts };
}

it('sends shared variables and the variables of one command', () => {
  const shared = { A: 'ü', GONE: undefined };
  for (const own of [{ B: '2' }, { B: '3' }]) {
    const request = encodeStart(1, startWith({ shared, own }), false);
    const texts = ['/', '/bin/sh', '-c', 'true', `B=${own.B}`, 'A=ü'];
    expect(read(request)).toEqual({ length: request.length, variables: 2, texts });
  }
});

it('lets a command’s variable override a shared one', () => {
  const { variables, texts } = read(encodeStart(1, startWith({ shared: { A: '1', B: '1' }, own: { A: '2' } }), false));
  expect([variables, texts.slice(4)]).toEqual([2, ['A=2', 'B=1']]);
});

it('detects a NUL byte in a variable', () => {
  expect(hasNul(startWith({ shared: { A: 'a' }, own: { B: 'b' } }))).toBe(false);
  expect(hasNul(startWith({ shared: { A: 'a\0b' }, own: {} }))).toBe(true);
  expect(hasNul(startWith({ shared: {}, own: { B: '\0' } }))).toBe(true);
});
