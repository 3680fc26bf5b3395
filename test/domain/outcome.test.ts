import { describe, expect, it } from 'vitest';
import { judge, lostOutcome, type CancelCause, type Exit, type Outcome } from '../../src/domain/outcome.js';

const exited = (code: number): Exit => ({ kind: 'exited', code });
const signaled = (signal: string): Exit => ({ kind: 'signaled', signal });
const timeout: CancelCause = { kind: 'timeout', afterMs: 2_000 };
const late = { status: 'timeout', error: 'timed out after 2 s' } as const;

describe('an outcome', () => {
  it.each<[string, Exit, CancelCause | undefined, Outcome]>([
    ['a success', exited(0), undefined, { status: 'success', exitCode: 0 }],
    ['another success code', exited(3), undefined, { status: 'success', exitCode: 3 }],
    ['a failure', exited(1), undefined, { status: 'failure', exitCode: 1, error: 'exit code 1' }],
    [
      'a command not found by its shell',
      exited(127),
      undefined,
      {
        status: 'failure',
        exitCode: 127,
        error: 'exit code 127: a command was not found; the working directory is /srv/shop',
      },
    ],
    [
      'a command not executable by its shell',
      exited(126),
      undefined,
      {
        status: 'failure',
        exitCode: 126,
        error: 'exit code 126: a command is not executable; the working directory is /srv/shop',
      },
    ],
    ['a signal', signaled('SIG34'), undefined, { status: 'failure', signal: 'SIG34', error: 'ended by signal SIG34' }],
    ['a timeout', signaled('SIGTERM'), timeout, { ...late, signal: 'SIGTERM' }],
    ['a timeout answered by a failure', exited(143), timeout, { ...late, exitCode: 143 }],
    ['a timeout answered by exit code 0', exited(0), timeout, late],
    ['a timeout answered by another code of success', exited(3), timeout, late],
    ['an unknown end', { kind: 'lost', error: 'gone' }, undefined, { status: 'lost', error: 'gone' }],
    ['an unknown end after a timeout', { kind: 'lost', error: 'gone' }, timeout, late],
    [
      'a request answered by exit code 0',
      exited(0),
      { kind: 'requested' },
      { status: 'canceled', exitCode: 0, error: 'canceled on request' },
    ],
  ])('is derived from %s', (_, exit, cause, outcome) => {
    expect(judge(exit, cause, { successCodes: [0, 3], cwd: '/srv/shop' })).toEqual(outcome);
  });

  it('of a run whose scheduler died reports how it may have ended', () => {
    const error = 'the scheduler died while it was running';
    expect(lostOutcome(undefined)).toEqual({ status: 'lost', error });
    expect(lostOutcome(exited(3)).error).toBe(`${error}; it then ended with exit code 3`);
    expect(lostOutcome(signaled('SIGKILL')).error).toBe(`${error}; then SIGKILL ended it`);
  });

  it('of a run whose scheduler died names the machines that share the state', () => {
    const error = 'died or was cut off while it was running';
    expect(lostOutcome(undefined, { from: 'one', to: 'two' }).error).toBe(
      `the scheduler on one ${error}; two took over`,
    );
    expect(lostOutcome(undefined, { to: 'two' }).error).toBe(`the scheduler ${error}; two took over`);
    expect(lostOutcome(exited(3), { from: 'one', to: 'one' }).error).toBe(
      `the scheduler on one ${error}; it then ended with exit code 3`,
    );
  });

  it('never combines exit code 0 with a timeout, even if 0 is a failure', () => {
    expect(judge(exited(0), timeout, { successCodes: [3], cwd: '/' })).toEqual(late);
  });
});
