import { expect, test } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-code.js';
import type { Outcome } from '../../src/domain/outcome.js';

test.each<[number, Outcome]>([
  [0, { status: 'success', exitCode: 0 }],
  [7, { status: 'failure', exitCode: 7 }],
  [24, { status: 'success', exitCode: 24 }],
  [1, { status: 'failure', exitCode: 0 }],
  [1, { status: 'canceled', exitCode: 0 }],
  [124, { status: 'timeout', signal: 'SIGTERM' }],
  [124, { status: 'timeout' }],
  [137, { status: 'failure', signal: 'SIGKILL' }],
  [162, { status: 'failure', signal: 'SIG34' }],
])('%i is the exit code that a shell would return', (code, outcome) => {
  expect(exitCodeOf(outcome)).toBe(code);
});
