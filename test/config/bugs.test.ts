import { expect, it } from 'vitest';
import { load, machine } from './diagnose.js';

/** Throws, like a bug would, if a value uses `${BOOM}`. */
const broken = {
  ...machine,
  env: new Proxy(machine.env, {
    get: (env, name: string) => {
      if (name === 'BOOM') throw new TypeError('no such thing');
      return env[name];
    },
    has: (env, name) => name === 'BOOM' || name in env,
    getOwnPropertyDescriptor: (env, name) => Object.getOwnPropertyDescriptor(env, name === 'BOOM' ? 'HOME' : name),
  }),
};

it('a bug triggered by one timer is an error in that timer, and the others are checked', () => {
  const text =
    'timers:\n  fine: { every: 1m, run: x }\n  bad: { every: 1m, run: x, description: "${BOOM}" }\n  worse: { every: 5x, run: x }\n';
  const { problems, timerFile } = load(text, undefined, broken);
  expect(timerFile).toBeUndefined();
  expect(problems).toMatchObject([
    {
      code: 'internal-error',
      line: 3,
      column: 3,
      path: 'timers.bad',
      message: `The timer "bad" can't be read because of a bug in timers: TypeError: no such thing`,
      hint: 'Please report it, with the output of timers validate --json.',
      stack: expect.stringContaining('TypeError: no such thing\n'),
    },
    { line: 4 },
  ]);
});

it('a bug outside the timers is an error in the file', () => {
  const { problems } = load('state: "${BOOM}"\ntimers: { a: { every: 1m, run: x } }\n', undefined, broken);
  expect(problems).toMatchObject([{ code: 'internal-error', line: 1, column: 1, path: '' }]);
});
