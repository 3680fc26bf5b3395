import { beforeEach, describe, expect, it, test } from 'vitest';
import { createSystemClock } from '../../src/clocks/system.js';
import type { Executor } from '../../src/domain/executor.js';
import type { HookFailed, RunFinished } from '../../src/domain/events/index.js';
import type { Hooks } from '../../src/domain/job.js';
import type { Outcome, RunStatus } from '../../src/domain/outcome.js';
import type { Sink } from '../../src/domain/sink.js';
import { SECOND } from '../../src/domain/time.js';
import { executorKinds } from '../../src/executors/index.js';
import { createHooks } from '../../src/delivery/index.js';
import { command } from '../executors/recorded-io.js';
import { FakeClock } from '../support/fake-clock.js';
import { FakeExecutor } from '../support/rig.js';
import { at, firing } from '../support/events.js';

const hook = command('hook', { output: { to: 'discard' }, killAfter: 5 * SECOND });
const ALL: Hooks = { onFailure: hook, onSuccess: hook, onRecovery: hook };

const ended = (status: RunStatus, more: Partial<RunFinished> = {}): RunFinished => ({
  event: 'run.finished',
  at,
  firing,
  runId: 'r1',
  outcome: { status },
  durationMs: 1_234,
  attempts: 1,
  latenessMs: 3,
  failuresInARow: 0,
  ...more,
});

let clock: FakeClock;
let executor: FakeExecutor;
let failed: HookFailed[];
let sink: Sink;

const create = (hooks: Hooks, by: Executor = executor): Sink =>
  createHooks({
    hooksOf: (jobName) => (jobName === 'silent' ? undefined : hooks),
    executor: by,
    clock,
    emit: (event) => void failed.push(event),
  });

beforeEach(() => {
  clock = new FakeClock();
  executor = new FakeExecutor(clock);
  failed = [];
  sink = create(ALL);
});

const begun = () => executor.attempts.map(({ env }) => env['TIMERS_HOOK']);
/** This many runs of one timer fail. */
const fail = (runs: number, jobName = 'backup') => {
  for (let run = 1; run <= runs; run++)
    sink.accept(ended('failure', { runId: `r${run}`, firing: { ...firing, jobName } }));
};
/** One run of each of several timers fails: t1, t2 … */
const failEach = (timers: number) => {
  for (let timer = 1; timer <= timers; timer++) fail(1, `t${timer}`);
};
const begunTimers = () => executor.attempts.map(({ env }) => env['TIMERS_TASK_NAME']).join(' ');
const begunRuns = () => executor.attempts.map(({ env }) => env['TIMERS_RUN_ID']).join(' ');
const told = () => failed.map(({ runId, outcome }) => `${runId} ${outcome.status}: ${outcome.error}`);

describe('a hook runs', () => {
  it.each<[RunStatus, boolean, string[]]>([
    ['failure', false, ['on_failure']],
    ['timeout', false, ['on_failure']],
    ['lost', false, ['on_failure']],
    ['success', false, ['on_success']],
    ['success', true, ['on_success', 'on_recovery']],
    ['canceled', false, []],
  ])('after a run that ended as %s (recovery: %s): %s', async (status, isRecovery, hooks) => {
    executor.lasting = 0;
    sink.accept(ended(status, isRecovery ? { isRecovery } : {}));
    await clock.advance(1);
    expect(begun()).toEqual(hooks);
  });

  it('only for a timer that configures it', () => {
    sink = create({ onRecovery: hook });
    fail(1);
    sink.accept(ended('success'));
    sink.accept(ended('failure', { firing: { ...firing, jobName: 'silent' } }));
    sink.accept({ event: 'firing.skipped', at, firing, reason: 'overlap' });
    expect(begun()).toEqual([]);
  });
});

describe('the environment of a hook', () => {
  const envOf = (run: RunFinished) => {
    sink.accept(run);
    return executor.attempts.at(-1)!.env;
  };

  it('contains the facts of the run', () => {
    const outcome: Outcome = { status: 'failure', exitCode: 3, error: 'exit code 3' };
    expect(envOf(ended('failure', { outcome, attempts: 2, failuresInARow: 5, outputTail: 'oh\nno' }))).toEqual({
      TIMERS_HOOK: 'on_failure',
      TIMERS_FALLBACK_STATUS: '',
      TIMERS_TASK_NAME: 'backup',
      TIMERS_RUN_ID: 'r1',
      TIMERS_FIRING_ID: 'backup@2026-11-23T08:00:00.000Z',
      TIMERS_SCHEDULED_AT: '2026-11-23T08:00:00.000Z',
      TIMERS_TRIGGER: 'schedule',
      TIMERS_STATUS: 'failure',
      TIMERS_EXIT_CODE: '3',
      TIMERS_SIGNAL: '',
      TIMERS_DURATION_MS: '1234',
      TIMERS_ATTEMPTS: '2',
      TIMERS_LATENESS_MS: '3',
      TIMERS_FAILURES_IN_A_ROW: '5',
      TIMERS_ERROR: 'exit code 3',
      TIMERS_OUTPUT_TAIL: 'oh\nno',
    });
  });

  it('contains no duration of a lost run', () => {
    expect(envOf(ended('lost'))).toMatchObject({ TIMERS_STATUS: 'lost', TIMERS_DURATION_MS: '' });
  });

  it('has empty variables for missing facts instead of inherited ones', () => {
    expect(envOf(ended('timeout', { outcome: { status: 'timeout', signal: 'SIGTERM' } }))).toMatchObject({
      TIMERS_EXIT_CODE: '',
      TIMERS_SIGNAL: 'SIGTERM',
      TIMERS_ERROR: '',
      TIMERS_OUTPUT_TAIL: '',
    });
  });

  it('has no NUL, no broken character, and only the last 20 KB of output', () => {
    const outputTail = `first${'\0€'.repeat(30_000)}last`;
    const tail = envOf(ended('failure', { outputTail }))['TIMERS_OUTPUT_TAIL']!;
    expect(tail).toMatch(/^€+last$/);
    expect(Buffer.byteLength(tail)).toBeGreaterThan(19_990);
    expect(Buffer.byteLength(tail)).toBeLessThanOrEqual(20_000);
  });

  it('reaches a real command, even with a lot of output', async () => {
    const real = executorKinds.shell.create({ clock: createSystemClock(), environment: process.env });
    sink = create({ onFailure: { ...hook, run: 'printf "$TIMERS_OUTPUT_TAIL" | wc -c; exit 7' } }, real);
    const error = 'x'.repeat(1_000_000);
    sink.accept(ended('failure', { outcome: { status: 'failure', error }, outputTail: error }));
    await sink.settle?.(5 * SECOND);
    expect(failed).toEqual([
      {
        event: 'hook.failed',
        at: clock.now(),
        jobName: 'backup',
        runId: 'r1',
        hook: 'on_failure',
        outcome: { status: 'failure', exitCode: 7, error: 'exit code 7' },
        outputTail: expect.stringMatching(/^ *20000$/),
      },
    ]);
  });
});

describe('a failed hook is reported', () => {
  it('with its last output, and a successful one is not', async () => {
    fail(2);
    executor.attempts[0]!.io.output('stderr', 'no route', false);
    executor.attempts[0]!.end(7);
    await clock.settle();
    executor.attempts[1]!.io.output('stdout', 'sent', false);
    executor.attempts[1]!.end(0);
    await clock.settle();
    expect(failed).toEqual([
      {
        event: 'hook.failed',
        at: clock.now(),
        jobName: 'backup',
        runId: 'r1',
        hook: 'on_failure',
        outcome: { status: 'failure', exitCode: 7, error: 'exit code 7' },
        outputTail: 'no route',
      },
    ]);
  });

  it('if its command is not found', async () => {
    fail(1);
    executor.attempts[0]!.end({ kind: 'not_started', code: 127, error: 'mail was not found in PATH' });
    await clock.settle();
    expect(told()).toEqual(['r1 failure: mail was not found in PATH']);
  });

  it('if it runs longer than 30 s, and is ended then', async () => {
    fail(1);
    await clock.advance(30 * SECOND - 1);
    expect(failed).toEqual([]);
    await clock.advance(1);
    expect(told()).toEqual(['r1 timeout: timed out after 30 s']);
    expect(clock.armed).toBe(0);
  });
});

describe('many hooks', () => {
  it('of one timer run one after another, in order', async () => {
    fail(3);
    expect(begunRuns()).toBe('r1');
    executor.attempts[0]!.end(0);
    await clock.settle();
    expect(begunRuns()).toBe('r1 r2');
    executor.attempts[1]!.end(0);
    await clock.settle();
    expect(begunRuns()).toBe('r1 r2 r3');
  });

  it('of several timers run sixteen at a time, alternating between timers', async () => {
    failEach(17);
    fail(2, 'busy');
    expect(executor.attempts).toHaveLength(16);
    executor.attempts[2]!.end(0);
    await clock.settle();
    expect(begunTimers()).toMatch(/ t16 t17$/);
    fail(1, 't3');
    for (const attempt of [...executor.attempts]) attempt.end(0);
    await clock.settle();
    expect(begunTimers()).toMatch(/ t16 t17 busy t3$/);
    for (const attempt of executor.attempts.slice(-2)) attempt.end(0);
    await clock.settle();
    expect(begunTimers()).toMatch(/ t17 busy t3 busy$/);
  });

  it('of fifteen timers that hang do not delay other timers', async () => {
    for (let timer = 1; timer <= 15; timer++) fail(50, `hangs${timer}`);
    executor.lasting = 10;
    fail(2, 'quick');
    await clock.advance(20);
    expect(begunTimers()).toMatch(/^(hangs\d+ ){15}quick quick$/);
  });

  it('of sixteen timers that hang delay another timer by at most 30 s', async () => {
    failEach(16);
    fail(100, 't1');
    fail(1, 'quick');
    await clock.advance(30 * SECOND - 1);
    expect(begunTimers()).not.toContain('quick');
    await clock.advance(1);
    expect(begunTimers()).toContain('quick');
  });

  it('are queued up to a hundred per timer, and the others are dropped and reported', async () => {
    executor.lasting = SECOND;
    fail(1 + 100 + 2);
    expect(told()).toEqual([102, 103].map((run) => `r${run} canceled: too many hooks are already waiting`));
    await clock.advance(101 * SECOND);
    expect(executor.attempts).toHaveLength(101);
    expect(clock.armed).toBe(0);
  });

  it('are queued up to a thousand in total, plus one for each timer without a queued hook', async () => {
    for (let timer = 1; timer <= 10; timer++) fail(101, `t${timer}`);
    failEach(16);
    failed.length = 0;
    fail(2, 'late');
    fail(2, 'later');
    expect(failed.map(({ jobName, runId }) => `${jobName} ${runId}`)).toEqual(['late r2', 'later r2']);
    executor.lasting = 0;
    for (const attempt of executor.attempts) attempt.end(0);
    await clock.advance(SECOND);
    expect(begunTimers().match(/late\b/g)).toHaveLength(1);
    expect(begunTimers().match(/later/g)).toHaveLength(1);
    expect(clock.armed).toBe(0);
  });
});

describe('when the scheduler stops', () => {
  const settle = () => {
    let isSettled = false;
    void sink.settle?.(5 * SECOND).then(() => (isSettled = true));
    return () => isSettled;
  };

  test('active and queued hooks are awaited', async () => {
    executor.lasting = 2 * SECOND;
    fail(2);
    failEach(3);
    const isSettled = settle();
    await clock.advance(4 * SECOND - 1);
    expect(isSettled()).toBe(false);
    await clock.advance(1);
    expect(isSettled()).toBe(true);
    expect(failed).toEqual([]);
    expect(clock.armed).toBe(0);
  });

  test('waiting hooks are dropped and active ones killed after 5 s, which is reported', async () => {
    executor.obedience = 'kill';
    fail(6);
    fail(2, 'other');
    const isSettled = settle();
    await clock.advance(5 * SECOND);
    expect(isSettled()).toBe(true);
    expect(told().sort()).toEqual([1, 1, 2, 2, 3, 4, 5, 6].map((run) => `r${run} canceled: the scheduler was stopped`));
    expect(executor.attempts).toHaveLength(2);
    expect(clock.armed).toBe(0);
  });

  test('a hook that cannot be killed is awaited for one more second', async () => {
    executor.obedience = 'never';
    fail(1);
    const isSettled = settle();
    await clock.advance(6 * SECOND - 1);
    expect(isSettled()).toBe(false);
    await clock.advance(1);
    expect(isSettled()).toBe(true);
  });

  test('nothing is awaited without active hooks', async () => {
    const isSettled = settle();
    await clock.settle();
    expect(isSettled()).toBe(true);
  });
});
