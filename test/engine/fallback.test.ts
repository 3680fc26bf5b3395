import { describe, expect, test } from 'vitest';
import type { Command } from '../../src/domain/command.js';
import type { Job } from '../../src/domain/job.js';
import { isEnding } from '../../src/domain/ledger.js';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time.js';
import { breaker, overlap, retry } from '../../src/policies/index.js';
import { Lives, tidy } from '../support/lives.js';
import { atInstants, everyMs, job, Rig, type FakeAttempt } from '../support/rig.js';

const START = '2026-01-01T00:00:00Z';
const at = atInstants('2026-01-01T00:00:01Z');
const fallback: Command = { ...job('any', at).command, run: 'fallback' };
const twice = retry({ attempts: 2, delay: 5 * SECOND, factor: 1, maxDelay: MINUTE, jitter: false }, () => 0);

const load = (schedule = at, more: Partial<Job> = {}): Job => job('load', schedule, { fallback, ...more });

/** A rig whose commands fail after 2 s, and whose fallbacks succeed. */
function rigOf(jobs: readonly Job[], options: ConstructorParameters<typeof Rig>[1] = {}): Rig {
  const rig = new Rig(jobs, { start: START, ...options });
  rig.executor.lasting = 2 * SECOND;
  rig.executor.exits = ({ TIMERS_FALLBACK: why }) => ({ kind: 'exited', code: why === '' ? 7 : 0 });
  return rig;
}

const variablesOf = ({ env }: FakeAttempt) =>
  ['FALLBACK', 'ATTEMPT', 'ATTEMPTS', 'EXIT_CODE', 'SIGNAL'].map((name) => env[`TIMERS_${name}`]);

describe('after the last failed attempt', () => {
  test('the fallback runs in the same slot, knows the reason, and does not change the outcome', async () => {
    const other = job('other', atInstants('2026-01-01T00:00:02Z'));
    const rig = rigOf([load(at, { retry: twice, group: 'g' }), { ...other, group: 'g' }]);
    rig.scheduler.start();
    await rig.clock.advance(MINUTE);
    expect(rig.story()).toBe(
      tidy(`
        00:00:00.000 scheduler.started timers=2
        00:00:01.000 run.started load@00:00:01.000
        00:00:03.000 attempt.failed load@00:00:01.000 failure error=exit code 7 retry_in_ms=5000
        00:00:03.000 run.started other@00:00:02.000 lateness_ms=1000
        00:00:05.000 run.finished other@00:00:02.000 failure duration_ms=2000 lateness_ms=1000 error=exit code 7
        00:00:08.000 run.started load@00:00:01.000 attempt=2 lateness_ms=7000
        00:00:10.000 attempt.failed load@00:00:01.000 failure attempt=2 error=exit code 7 retry_in_ms=0 next=fallback
        00:00:10.000 run.started load@00:00:01.000 attempt=3 lateness_ms=9000 fallback=true
        00:00:12.000 run.finished load@00:00:01.000 failure duration_ms=11000 attempts=2 error=exit code 7 fallback_status=success fallback_duration_ms=2000`),
    );
    expect(rig.executor.attempts.map(variablesOf)).toEqual([
      ['', '1', undefined, undefined, undefined],
      ['', '1', undefined, undefined, undefined],
      ['', '2', undefined, undefined, undefined],
      ['failure', '3', '2', '7', ''],
    ]);
  });

  test('the outcome has the fallback’s last lines, separate from those of the command', async () => {
    const rig = rigOf([load()]);
    rig.scheduler.start();
    await rig.clock.advance(2 * SECOND);
    rig.executor.attempts[0]?.io.output('stderr', 'no route', false);
    await rig.clock.advance(2 * SECOND);
    rig.executor.attempts[1]?.io.output('stdout', 'old prices', false);
    await rig.clock.advance(MINUTE);
    expect(rig.events.findLast(isEnding)).toMatchObject({
      outputTail: 'no route',
      fallback: { outputTail: 'old prices' },
    });
  });

  test('the fallback runs after a timeout, with the same timeout for its own attempt', async () => {
    const rig = rigOf([load(at, { timeout: SECOND })]);
    rig.scheduler.start();
    await rig.clock.advance(MINUTE);
    expect(rig.story()).toContain(
      '00:00:03.000 run.finished load@00:00:01.000 timeout signal=SIGTERM duration_ms=2000 error=timed out after 1 s ' +
        'fallback_status=timeout fallback_error=timed out after 1 s fallback_duration_ms=1000',
    );
    expect(rig.executor.attempts.map(variablesOf).at(-1)).toEqual(['timeout', '2', '1', '', 'SIGTERM']);
  });

  test.each([
    ['success', { kind: 'exited', code: 0 }],
    ['a lost attempt, which may have done its work', { kind: 'lost', error: 'the forker died' }],
  ] as const)('no fallback runs after %s', async (_, exit) => {
    const rig = rigOf([load()]);
    rig.executor.exits = () => exit;
    rig.scheduler.start();
    await rig.clock.advance(MINUTE);
    expect(rig.executor.attempts).toHaveLength(1);
  });

  test('no fallback runs after a cancellation, during an attempt or a retry delay', async () => {
    const rig = rigOf([load(), job('pauses', at, { fallback, retry: twice })]);
    rig.scheduler.start();
    await rig.clock.advance(2 * SECOND);
    rig.scheduler.controls.cancel('load');
    await rig.clock.advance(2 * SECOND);
    rig.scheduler.controls.cancel('pauses');
    await rig.clock.advance(MINUTE);
    expect(rig.executor.attempts).toHaveLength(2);
    expect(rig.story().match(/run.finished \S+ canceled/g)).toHaveLength(2);
  });

  test('the fallback’s end does not affect the breaker; the failure counts once', async () => {
    const rig = rigOf([load(at, { breaker: breaker({ failures: 1, cooldown: MINUTE }) })]);
    rig.scheduler.start();
    await rig.clock.advance(10 * SECOND);
    expect(rig.story()).toMatch(/run.finished load.*\n.*breaker.opened load failures=1/);
  });
});

describe('while a fallback runs', () => {
  test('a new firing overlaps with the run', async () => {
    const rig = rigOf([load(everyMs(3 * SECOND))]);
    rig.scheduler.start();
    await rig.clock.advance(8 * SECOND);
    expect(rig.story()).toContain('00:00:06.000 firing.skipped load@00:00:06.000 reason=overlap');
  });

  test.each([
    ['a cancel', (rig: Rig) => void rig.scheduler.controls.cancel('load'), 'canceled on request'],
    ['a stop', (rig: Rig) => void rig.scheduler.stop('SIGTERM'), 'the scheduler was stopped'],
  ])('%s ends the run, and the failure stays the outcome', async (_, act, why) => {
    const rig = rigOf([load()]);
    rig.scheduler.start();
    await rig.clock.advance(4 * SECOND);
    expect(rig.scheduler.controls.status().jobs[0]?.runs).toMatchObject([{ attempts: 1, isFallback: true }]);
    act(rig);
    await rig.clock.advance(MINUTE);
    expect(rig.story()).toContain(
      `00:00:04.000 run.finished load@00:00:01.000 failure duration_ms=3000 error=exit code 7 fallback_status=canceled ` +
        `fallback_error=${why} fallback_duration_ms=1000`,
    );
  });

  test('a drain waits for the run', async () => {
    const rig = rigOf([load()]);
    rig.scheduler.start();
    await rig.clock.advance(4 * SECOND);
    void rig.scheduler.drain();
    await rig.clock.advance(MINUTE);
    expect(rig.story()).toContain('fallback_status=success');
  });

  test('a process that no signal ends is abandoned, and the failure stays the outcome', async () => {
    const rig = rigOf([load()]);
    rig.scheduler.start();
    await rig.clock.advance(4 * SECOND);
    rig.executor.obedience = 'never';
    rig.executor.attempts.at(-1)?.io.cancellation.onChange(() => undefined);
    void rig.scheduler.stop('SIGTERM');
    await rig.clock.advance(SECOND);
    rig.scheduler.forceStop();
    await rig.clock.advance(MINUTE);
    expect(rig.story()).toMatch(/run.finished load@00:00:01.000 failure .*fallback_status=/);
  });

  test('a crash leaves the failure as the outcome, without a second fallback', async () => {
    const lives = new Lives();
    const jobs = [
      load(at, {
        retry: retry({ attempts: 9, delay: 0, factor: 1, maxDelay: 0, jitter: false, on: ['lost'] }, () => 0),
      }),
    ];
    const first = lives.begin(jobs, START);
    first.executor.lasting = 2 * SECOND;
    first.executor.exits = () => ({ kind: 'exited', code: 7 });
    first.scheduler.start();
    await first.clock.advance(4 * SECOND);
    first.ledger.isDead = true;
    const second = lives.begin(jobs, '2026-01-01T00:05:00Z');
    second.scheduler.start();
    await second.clock.advance(HOUR);
    expect(second.executor.attempts).toEqual([]);
    expect(second.story()).toBe(
      tidy(`
        00:05:00.000 scheduler.started timers=1
        00:05:00.000 run.finished load@00:00:01.000 failure duration_ms=2000 error=exit code 7 fallback_status=lost fallback_error=the scheduler died while it was running`),
    );
    expect(lives.disk.endings).toHaveLength(1);
    expect(lives.disk.open.size).toBe(0);
  });
});

describe('while the breaker is open', () => {
  const often = everyMs(10 * SECOND);
  const open = { breaker: breaker({ failures: 1, cooldown: 35 * SECOND }) };

  test('the fallback runs instead of the command, and the firing counts as skipped only', async () => {
    const rig = rigOf([load(often, { ...open, window: { maxRuns: 2 } })]);
    rig.scheduler.start();
    await rig.clock.advance(55 * SECOND);
    expect(rig.story()).toBe(
      tidy(`
        00:00:00.000 scheduler.started timers=1
        00:00:10.000 run.started load@00:00:10.000
        00:00:12.000 attempt.failed load@00:00:10.000 failure error=exit code 7 retry_in_ms=0 next=fallback
        00:00:12.000 run.started load@00:00:10.000 attempt=2 lateness_ms=2000 fallback=true
        00:00:14.000 run.finished load@00:00:10.000 failure duration_ms=4000 error=exit code 7 fallback_status=success fallback_duration_ms=2000
        00:00:14.000 breaker.opened load failures=1 cooldown_ms=35000
        00:00:20.000 run.started load@00:00:20.000 fallback=true
        00:00:22.000 firing.skipped load@00:00:20.000 reason=breaker_open fallback_status=success fallback_duration_ms=2000
        00:00:30.000 run.started load@00:00:30.000 fallback=true
        00:00:32.000 firing.skipped load@00:00:30.000 reason=breaker_open fallback_status=success fallback_duration_ms=2000
        00:00:40.000 run.started load@00:00:40.000 fallback=true
        00:00:42.000 firing.skipped load@00:00:40.000 reason=breaker_open fallback_status=success fallback_duration_ms=2000
        00:00:50.000 breaker.half_open load failures=1 cooldown_ms=35000
        00:00:50.000 run.started load@00:00:50.000
        00:00:52.000 attempt.failed load@00:00:50.000 failure error=exit code 7 retry_in_ms=0 next=fallback
        00:00:52.000 run.started load@00:00:50.000 attempt=2 lateness_ms=2000 fallback=true
        00:00:54.000 run.finished load@00:00:50.000 failure duration_ms=4000 error=exit code 7 fallback_status=success fallback_duration_ms=2000
        00:00:54.000 breaker.opened load failures=2 cooldown_ms=70000`),
    );
    expect(variablesOf(rig.executor.attempts[2]!)).toEqual(['breaker_open', '1', '0', '', '']);
    // The fallbacks are not the previous runs.
    expect(rig.executor.attempts[5]?.env['TIMERS_PREVIOUS_SCHEDULED_AT']).toBe('2026-01-01T00:00:10.000Z');
  });

  test('a firing during another fallback is skipped without one, even with overlap: replace', async () => {
    const rig = rigOf([load(often, { ...open, admission: [overlap('replace')] })]);
    rig.executor.lasting = undefined;
    rig.scheduler.start();
    await rig.clock.advance(10 * SECOND);
    rig.executor.attempts[0]?.end(7);
    await rig.clock.advance(SECOND);
    rig.executor.attempts[1]?.end(0);
    await rig.clock.advance(20 * SECOND);
    expect(rig.executor.attempts).toHaveLength(3);
    expect(rig.story()).toContain('00:00:30.000 firing.skipped load@00:00:30.000 reason=breaker_open');
  });

  test('a manual run bypasses the breaker and runs the command', async () => {
    const rig = rigOf([load(often, open)]);
    rig.scheduler.start();
    await rig.clock.advance(15 * SECOND);
    rig.scheduler.controls.trigger('load');
    await rig.clock.advance(SECOND);
    expect(rig.executor.attempts.at(-1)?.env['TIMERS_FALLBACK']).toBe('');
  });

  test('a fallback that waits for a slot is not recorded as started', async () => {
    const lives = new Lives();
    const busy = job('busy', atInstants('2026-01-01T00:00:15Z'), { group: 'g' });
    const jobs = [load(often, { ...open, group: 'g' }), busy];
    const rig = lives.begin(jobs, START);
    rig.executor.lasting = undefined;
    rig.scheduler.start();
    await rig.clock.advance(10 * SECOND);
    rig.executor.attempts[0]?.end(7);
    await rig.clock.advance(SECOND);
    rig.executor.attempts[1]?.end(0);
    await rig.clock.advance(10 * SECOND);
    expect([...lives.disk.open.values()]).toMatchObject([{ attempts: 1 }, { attempts: 0 }]);
    expect([...lives.disk.open.values()].filter(({ decided }) => decided)).toEqual([]);
    rig.ledger.isDead = true;
  });

  test('a crash during the fallback leaves the firing skipped, once', async () => {
    const lives = new Lives();
    const rig = lives.begin([load(often, open)], START);
    rig.executor.lasting = 2 * SECOND;
    rig.executor.exits = () => ({ kind: 'exited', code: 7 });
    rig.scheduler.start();
    await rig.clock.advance(21 * SECOND);
    rig.ledger.isDead = true;
    const next = lives.begin([load(often, open)], '2026-01-01T00:00:25Z');
    next.scheduler.start();
    await next.clock.advance(SECOND);
    expect(next.executor.attempts).toEqual([]);
    expect(lives.disk.endings.slice(1)).toMatchObject([
      { event: 'firing.skipped', reason: 'breaker_open', fallback: { outcome: { status: 'lost' } } },
    ]);
    expect(lives.disk.open.size).toBe(0);
  });
});
