import { describe, expect, test } from 'vitest';
import type { Job } from '../../src/domain/job.js';
import { HOUR, MINUTE, SECOND, type Duration } from '../../src/domain/time.js';
import { catchUp, overlap, retry } from '../../src/policies/index.js';
import { atInstants, everyMs, job, Rig } from '../support/rig.js';

const tidy = (text: string) => text.trim().replace(/^ +/gm, '');

describe('in normal operation', () => {
  test('an interval timer fires on its grid, reports each run once and stops cleanly', async () => {
    const rig = new Rig([job('tick', everyMs(10 * SECOND))], { start: '2026-01-01T00:00:03Z' });
    rig.executor.lasting = 200;
    rig.scheduler.start();
    await rig.clock.advance(20 * SECOND);
    await rig.scheduler.stop('SIGTERM');
    expect(rig.story()).toBe(
      tidy(`
        00:00:03.000 scheduler.started timers=1
        00:00:10.000 run.started tick@00:00:10.000
        00:00:10.200 run.finished tick@00:00:10.000 success duration_ms=200
        00:00:20.000 run.started tick@00:00:20.000
        00:00:20.200 run.finished tick@00:00:20.000 success duration_ms=200
        00:00:23.000 scheduler.stopping signal=SIGTERM running=0
        00:00:23.000 scheduler.stopped runs=2`),
    );
  });

  test('a command finds its firing in its environment', async () => {
    const rig = new Rig([job('tick', everyMs(MINUTE))]);
    rig.executor.lasting = 1_000;
    rig.scheduler.start();
    await rig.clock.advance(2 * MINUTE);
    expect(rig.executor.attempts.map((attempt) => attempt.env)).toEqual([
      {
        TIMERS_TASK_NAME: 'tick',
        TIMERS_FALLBACK: '',
        TIMERS_RUN_ID: 'run-1',
        TIMERS_FIRING_ID: 'tick@2026-01-01T00:01:00.000Z',
        TIMERS_SCHEDULED_AT: '2026-01-01T00:01:00.000Z',
        TIMERS_PREVIOUS_SCHEDULED_AT: '',
        TIMERS_ATTEMPT: '1',
        TIMERS_TRIGGER: 'schedule',
        TIMERS_LAST_SUCCESS_AT: '',
      },
      expect.objectContaining({
        TIMERS_SCHEDULED_AT: '2026-01-01T00:02:00.000Z',
        TIMERS_PREVIOUS_SCHEDULED_AT: '2026-01-01T00:01:00.000Z',
        TIMERS_LAST_SUCCESS_AT: '2026-01-01T00:01:01.000Z',
      }),
    ]);
  });

  test('jitter moves the start, but never the nominal instant', async () => {
    const rig = new Rig([job('tick', everyMs(MINUTE), { offset: 1_500 })]);
    rig.scheduler.start();
    await rig.clock.advance(MINUTE + 1_499);
    expect(rig.executor.attempts).toHaveLength(0);
    await rig.clock.advance(1);
    expect(rig.story()).toContain('00:01:01.500 run.started tick@00:01:00.000');
  });

  test('a disabled job never fires, and run_at_start fires once with its own trigger', async () => {
    const rig = new Rig([
      job('off', everyMs(SECOND), { enabled: false, runAtStart: true }),
      job('boot', everyMs(HOUR), { runAtStart: true }),
    ]);
    rig.scheduler.start();
    await rig.clock.advance(10 * SECOND);
    expect(rig.story()).toBe(
      tidy(`
        00:00:00.000 scheduler.started timers=2
        00:00:00.000 run.started boot@00:00:00.000 trigger=start`),
    );
  });

  test('run_at_start fires only between not_before and not_after', async () => {
    const instant = (text: string) => Date.parse(`2026-01-01T${text}Z`);
    const boot = (name: string, window: Job['window']) => job(name, everyMs(HOUR), { runAtStart: true, window });
    const rig = new Rig([
      boot('early', { notBefore: instant('00:00:01') }),
      boot('on time', { notBefore: instant('00:00:00'), notAfter: instant('00:00:00') }),
      boot('over', { notAfter: instant('00:00:00') - 1 }),
    ]);
    rig.scheduler.start();
    await rig.clock.settle();
    expect(rig.executor.attempts.map(({ env }) => env['TIMERS_TASK_NAME'])).toEqual(['on time']);
  });

  test('not_before, not_after and max_runs limit the firings', async () => {
    const instant = (text: string) => Date.parse(`2026-01-01T${text}Z`);
    const rig = new Rig([
      job('window', everyMs(MINUTE), { window: { notBefore: instant('00:02:00'), notAfter: instant('00:04:00') } }),
      job('thrice', everyMs(MINUTE), { window: { maxRuns: 3 } }),
    ]);
    rig.executor.lasting = 0;
    rig.scheduler.start();
    const idle = rig.scheduler.idle();
    await rig.clock.advance(HOUR);
    await idle;
    const fired = (name: string) =>
      rig.executor.attempts
        .filter((attempt) => attempt.env['TIMERS_TASK_NAME'] === name)
        .map((attempt) => attempt.env['TIMERS_SCHEDULED_AT']?.slice(11, 16));
    expect(fired('window')).toEqual(['00:02', '00:03', '00:04']);
    expect(fired('thrice')).toEqual(['00:01', '00:02', '00:03']);
  });

  test('the scheduler is idle when nothing can fire anymore, but not during a run', async () => {
    const rig = new Rig([job('once', atInstants('2026-01-01T00:00:05Z'))]);
    let idle = false;
    rig.scheduler.start();
    void rig.scheduler.idle().then(() => (idle = true));
    await rig.clock.advance(6 * SECOND);
    expect(idle).toBe(false);
    rig.executor.attempts[0]!.end();
    await rig.clock.settle();
    expect(idle).toBe(true);
  });

  test('an interval from end counts from the end of the run', async () => {
    const fromEnd = {
      intervalLike: true,
      fromEnd: true,
      countsElapsed: true,
      next: (after: number) => after + 10 * SECOND,
      count: () => 0,
    } as const;
    const rig = new Rig([job('chain', fromEnd)]);
    rig.executor.lasting = 3 * SECOND;
    rig.scheduler.start();
    await rig.clock.advance(30 * SECOND);
    expect(rig.executor.attempts.map((attempt) => attempt.env['TIMERS_SCHEDULED_AT']?.slice(17, 19))).toEqual([
      '10',
      '23',
    ]);
  });

  test('the scheduler wakes every second if something is due within a minute, otherwise every 30 s', async () => {
    const rig = new Rig([job('noon', atInstants('2026-01-01T12:00:00Z'))]);
    rig.scheduler.start();
    expect(rig.clock.nextWakeIn).toBe(30 * SECOND);
    await rig.clock.advance(12 * HOUR - MINUTE + 1);
    expect(rig.clock.nextWakeIn).toBeLessThanOrEqual(SECOND);
  });
});

describe('overlap', () => {
  const start = (kind: Parameters<typeof overlap>[0]) => {
    const rig = new Rig([job('slow', everyMs(10 * SECOND), { admission: [overlap(kind)] })]);
    rig.scheduler.start();
    return rig;
  };

  test('skip drops the firing and logs it as skipped', async () => {
    const rig = start('skip');
    await rig.clock.advance(20 * SECOND);
    rig.executor.attempts[0]!.end();
    await rig.clock.advance(10 * SECOND);
    expect(rig.story()).toBe(
      tidy(`
        00:00:00.000 scheduler.started timers=1
        00:00:10.000 run.started slow@00:00:10.000
        00:00:20.000 firing.skipped slow@00:00:20.000 reason=overlap
        00:00:20.000 run.finished slow@00:00:10.000 success duration_ms=10000
        00:00:30.000 run.started slow@00:00:30.000`),
    );
  });

  test('queue keeps one firing waiting and drops the others', async () => {
    const rig = start('queue');
    await rig.clock.advance(34 * SECOND);
    rig.executor.attempts[0]!.end();
    await rig.clock.settle();
    expect(rig.story()).toBe(
      tidy(`
        00:00:00.000 scheduler.started timers=1
        00:00:10.000 run.started slow@00:00:10.000
        00:00:30.000 firing.skipped slow@00:00:30.000 reason=overlap
        00:00:34.000 run.finished slow@00:00:10.000 success duration_ms=24000
        00:00:34.000 run.started slow@00:00:20.000 lateness_ms=14000`),
    );
  });

  test('allow runs firings in parallel', async () => {
    const rig = start('allow');
    await rig.clock.advance(30 * SECOND);
    expect(rig.executor.attempts).toHaveLength(3);
  });

  test('replace cancels the old run, waits for its end and drops a waiting firing', async () => {
    const rig = start('replace');
    rig.executor.obedience = 'never';
    await rig.clock.advance(30 * SECOND);
    expect(rig.executor.attempts).toHaveLength(1);
    rig.executor.attempts[0]!.end({ kind: 'signaled', signal: 'SIGTERM' });
    await rig.clock.settle();
    expect(rig.story()).toBe(
      tidy(`
        00:00:00.000 scheduler.started timers=1
        00:00:10.000 run.started slow@00:00:10.000
        00:00:30.000 firing.skipped slow@00:00:20.000 reason=replaced
        00:00:30.000 run.finished slow@00:00:10.000 canceled signal=SIGTERM duration_ms=20000 error=replaced by the next firing
        00:00:30.000 run.started slow@00:00:30.000`),
    );
  });
});

test('lateness and duration are those of the process, however long it took to start', async () => {
  const rig = new Rig([job('late', atInstants('2026-01-01T00:00:01Z'))]);
  [rig.executor.isQueue, rig.executor.lasting] = [true, undefined];
  rig.scheduler.start();
  await rig.clock.advance(4 * SECOND);
  const [attempt] = rig.executor.attempts;
  attempt?.io.started(77);
  await rig.clock.advance(2 * SECOND);
  attempt?.end({ kind: 'exited', code: 0 });
  await rig.clock.settle();
  const [started, finished] = rig.events.filter(({ event }) => event === 'run.started' || event === 'run.finished');
  expect(started).toMatchObject({ event: 'run.started', latenessMs: 3 * SECOND });
  expect(finished).toMatchObject({ event: 'run.finished', latenessMs: 3 * SECOND, durationMs: 2 * SECOND });
});

describe('concurrency', () => {
  test('runs over the limit wait in the order of their due times, and none is lost', async () => {
    const names = Array.from({ length: 500 }, (_, index) => `job-${index}`);
    const rig = new Rig(
      names.map((name) => job(name, atInstants('2026-01-01T00:00:01Z'))),
      { concurrency: 8 },
    );
    rig.executor.lasting = 100;
    rig.scheduler.start();
    await rig.clock.advance(SECOND);
    expect(rig.executor.attempts).toHaveLength(8);
    await rig.clock.advance(MINUTE);
    expect(rig.executor.attempts.map((attempt) => attempt.env['TIMERS_TASK_NAME'])).toEqual(names);
    const last = rig.events.findLast((event) => event.event === 'run.finished');
    expect(last).toMatchObject({ firing: { jobName: 'job-499' }, latenessMs: 6_200 });
  });

  test('a group admits one run at a time by default, and its runs count toward the overall limit', async () => {
    const at = atInstants('2026-01-01T00:00:01Z');
    const rig = new Rig([job('a', at, { group: 'db' }), job('b', at, { group: 'db' }), job('c', at), job('d', at)], {
      concurrency: 2,
    });
    rig.scheduler.start();
    await rig.clock.advance(SECOND);
    const running = () => rig.executor.attempts.map((attempt) => attempt.env['TIMERS_TASK_NAME']);
    expect(running()).toEqual(['a', 'c']);
    rig.executor.attempts[1]!.end();
    await rig.clock.settle();
    expect(running()).toEqual(['a', 'c', 'd']);
    rig.executor.attempts[0]!.end();
    await rig.clock.settle();
    expect(running()).toEqual(['a', 'c', 'd', 'b']);
  });

  /** The second firing waits ten seconds for the first, and then for a slot. */
  async function waitingTwice(deadline: Duration): Promise<Rig> {
    const twice = atInstants('2026-01-01T00:00:01Z', '2026-01-01T00:00:03Z');
    const other = job('other', atInstants('2026-01-01T00:00:02Z'));
    const rig = new Rig([job('twice', twice, { admission: [overlap('queue')], deadline }), other], { concurrency: 1 });
    rig.scheduler.start();
    await rig.clock.advance(10 * SECOND);
    rig.executor.attempts[0]!.end();
    await rig.clock.settle();
    return rig;
  }

  test('a firing past its deadline does not wait for a slot', async () => {
    const rig = await waitingTwice(5 * SECOND);
    expect(rig.story()).toContain('00:00:10.000 firing.missed twice@00:00:03.000 reason=deadline');
  });

  test('a firing that waits for an earlier run and then for a slot is missed at its deadline', async () => {
    const rig = await waitingTwice(20 * SECOND);
    await rig.clock.advance(20 * SECOND);
    const story = rig.story();
    expect(story).toContain('00:00:10.000 run.started other@00:00:02.000');
    expect(story).toContain('00:00:23.000 firing.missed twice@00:00:03.000 reason=deadline');
  });

  test('a firing that waits beyond its deadline is missed at that moment', async () => {
    const at = atInstants('2026-01-01T00:00:01Z');
    const rig = new Rig([job('long', at), job('urgent', at, { deadline: 5 * SECOND })], { concurrency: 1 });
    rig.scheduler.start();
    await rig.clock.advance(10 * SECOND);
    expect(rig.story()).toContain('00:00:06.000 firing.missed urgent@00:00:01.000 reason=deadline');
    rig.executor.attempts[0]!.end();
    await rig.clock.settle();
    expect(rig.executor.attempts).toHaveLength(1);
  });
});

describe('attempts', () => {
  const backoff = retry({ attempts: 3, delay: 5 * SECOND, factor: 2, maxDelay: MINUTE, jitter: false }, () => 0);

  test('a failed run is retried with growing delays, without holding a slot during a delay', async () => {
    const at = atInstants('2026-01-01T00:00:01Z');
    const rig = new Rig([job('flaky', at, { retry: backoff }), job('other', at)], { concurrency: 1 });
    rig.executor.lasting = 0;
    rig.executor.exits = (env) => ({
      kind: 'exited',
      code: env['TIMERS_TASK_NAME'] === 'flaky' && env['TIMERS_ATTEMPT'] !== '3' ? 7 : 0,
    });
    rig.scheduler.start();
    await rig.clock.advance(MINUTE);
    expect(rig.story()).toBe(
      tidy(`
        00:00:00.000 scheduler.started timers=2
        00:00:01.000 run.started flaky@00:00:01.000
        00:00:01.000 attempt.failed flaky@00:00:01.000 failure error=exit code 7 retry_in_ms=5000
        00:00:01.000 run.started other@00:00:01.000
        00:00:01.000 run.finished other@00:00:01.000 success duration_ms=0
        00:00:06.000 run.started flaky@00:00:01.000 attempt=2 lateness_ms=5000
        00:00:06.000 attempt.failed flaky@00:00:01.000 failure attempt=2 error=exit code 7 retry_in_ms=10000
        00:00:16.000 run.started flaky@00:00:01.000 attempt=3 lateness_ms=15000
        00:00:16.000 run.finished flaky@00:00:01.000 success duration_ms=15000 attempts=3`),
    );
  });

  test('a timeout cancels the attempt and is the outcome, regardless of the exit code', async () => {
    const rig = new Rig([job('hang', atInstants('2026-01-01T00:00:01Z'), { timeout: 3 * SECOND })]);
    rig.executor.obedience = 'never';
    rig.scheduler.start();
    await rig.clock.advance(4 * SECOND);
    rig.executor.attempts[0]!.io.output('stdout', 'cleaning up', false);
    rig.executor.attempts[0]!.end(0);
    await rig.clock.settle();
    expect(rig.story()).toContain(
      '00:00:04.000 run.finished hang@00:00:01.000 timeout duration_ms=3000 error=timed out after 3 s output_tail=cleaning up',
    );
  });

  test('a command that cannot be started is a failure with the shell’s exit code', async () => {
    const rig = new Rig([job('gone', atInstants('2026-01-01T00:00:01Z'))]);
    rig.executor.lasting = 0;
    rig.executor.exits = () => ({ kind: 'not_started', code: 127, error: 'no such program: gone' });
    rig.scheduler.start();
    await rig.clock.advance(SECOND);
    expect(rig.events.at(-1)).toMatchObject({
      event: 'run.finished',
      outcome: { status: 'failure', exitCode: 127, error: 'no such program: gone' },
    });
  });
});

describe('a stop', () => {
  test('sends SIGTERM to active runs, ends waiting and retrying ones, and disarms everything', async () => {
    const at = atInstants('2026-01-01T00:00:01Z');
    const again = retry({ attempts: 2, delay: HOUR, factor: 1, maxDelay: HOUR, jitter: false }, () => 0);
    const rig = new Rig(
      [
        job('pauses', at, { retry: again }),
        job('runs', at),
        job('waits', at),
        job('queued', everyMs(SECOND), { admission: [overlap('queue')], group: 'q' }),
      ],
      { concurrency: 2 },
    );
    rig.scheduler.start();
    await rig.clock.advance(SECOND);
    rig.executor.attempts[0]!.end(1);
    await rig.clock.advance(2 * SECOND);
    rig.story();
    await rig.scheduler.stop('SIGTERM');
    expect(rig.story()).toBe(
      tidy(`
        00:00:03.000 scheduler.stopping signal=SIGTERM running=4
        00:00:03.000 firing.missed queued@00:00:02.000 reason=shutdown
        00:00:03.000 run.finished pauses@00:00:01.000 canceled duration_ms=2000 error=the scheduler was stopped
        00:00:03.000 firing.missed queued@00:00:01.000 reason=shutdown
        00:00:03.000 run.finished runs@00:00:01.000 canceled signal=SIGTERM duration_ms=2000 error=the scheduler was stopped
        00:00:03.000 run.finished waits@00:00:01.000 canceled signal=SIGTERM duration_ms=2000 error=the scheduler was stopped
        00:00:03.000 scheduler.stopped runs=3`),
    );
    expect(rig.clock.armed).toBe(0);
  });

  test('kills a command that ignores SIGTERM after kill_after, or records it as lost', async () => {
    const at = atInstants('2026-01-01T00:00:01Z');
    const rig = new Rig([job('deaf', at, { stopGrace: 2 * SECOND })]);
    rig.executor.obedience = 'kill';
    rig.scheduler.start();
    await rig.clock.advance(SECOND);
    const stopped = rig.scheduler.stop();
    await rig.clock.advance(2 * SECOND);
    await stopped;
    expect(rig.story()).toContain('00:00:03.000 run.finished deaf@00:00:01.000 canceled signal=SIGKILL');

    const stuck = new Rig([job('undead', at, { stopGrace: 2 * SECOND })]);
    stuck.executor.obedience = 'never';
    stuck.scheduler.start();
    await stuck.clock.advance(SECOND);
    const gone = stuck.scheduler.stop();
    await stuck.clock.advance(7 * SECOND);
    await gone;
    expect(stuck.story()).toContain('00:00:08.000 run.finished undead@00:00:01.000 lost');
  });

  test('ends the grace period at a second signal', async () => {
    const rig = new Rig([job('deaf', atInstants('2026-01-01T00:00:01Z'))]);
    rig.executor.obedience = 'kill';
    rig.scheduler.start();
    await rig.clock.advance(SECOND);
    const stopped = rig.scheduler.stop('SIGINT');
    rig.scheduler.forceStop();
    await stopped;
    expect(rig.story()).toContain('00:00:01.000 run.finished deaf@00:00:01.000 canceled signal=SIGKILL');
  });
});

describe('a clock jump', () => {
  test('forward misses the skipped firings in one event, and the interval continues', async () => {
    const rig = new Rig([job('tick', everyMs(MINUTE))], { start: '2026-01-01T00:00:30Z' });
    rig.executor.lasting = 0;
    rig.scheduler.start();
    await rig.clock.advance(40 * SECOND);
    rig.story();
    rig.clock.stepWall(2 * HOUR);
    await rig.clock.advance(MINUTE);
    expect(rig.story()).toBe(
      tidy(`
        02:01:11.000 clock.jumped delta_ms=7200000 cause=step
        02:01:11.000 firing.missed tick@02:01:00.000 reason=clock_jump count=120 first_scheduled_at=00:02:00.000
        02:02:00.000 run.started tick@02:02:00.000
        02:02:00.000 run.finished tick@02:02:00.000 success duration_ms=0`),
    );
  });

  test('forward makes a firing due just before the jump late, not missed', async () => {
    const rig = new Rig([job('tick', everyMs(SECOND))]);
    rig.executor.lasting = 0;
    rig.scheduler.start();
    await rig.clock.advance(500);
    rig.clock.block(600);
    rig.clock.stepWall(2 * HOUR);
    await rig.clock.advance(1);
    expect(rig.executor.attempts.map((attempt) => attempt.env['TIMERS_SCHEDULED_AT']?.slice(11, 19))).toEqual([
      '00:00:01',
    ]);
    expect(rig.story()).toContain('reason=clock_jump count=7200');
  });

  test('forward with catch_up runs the latest firing and misses the others', async () => {
    const rig = new Rig([job('tick', everyMs(MINUTE), { misfire: catchUp({ policy: 'latest' }) })], {
      start: '2026-01-01T00:00:30Z',
    });
    rig.executor.lasting = 0;
    rig.scheduler.start();
    rig.clock.suspend(2 * HOUR);
    await rig.clock.advance(SECOND);
    expect(rig.story()).toBe(
      tidy(`
        00:00:30.000 scheduler.started timers=1
        02:00:31.000 clock.jumped delta_ms=7200000 cause=suspend
        02:00:31.000 firing.missed tick@01:59:00.000 reason=clock_jump count=119 first_scheduled_at=00:01:00.000
        02:00:31.000 run.started tick@02:00:00.000 trigger=catch_up lateness_ms=31000
        02:00:31.000 run.finished tick@02:00:00.000 success trigger=catch_up duration_ms=0 lateness_ms=31000`),
    );
  });

  test('back by 2 h does not repeat fixed times, and intervals continue under marked ids', async () => {
    const rig = new Rig(
      [job('fixed', atInstants('2026-01-01T03:00:00Z', '2026-01-01T06:00:00Z')), job('tick', everyMs(HOUR))],
      {
        start: '2026-01-01T02:59:30Z',
      },
    );
    rig.executor.lasting = 0;
    rig.scheduler.start();
    await rig.clock.advance(MINUTE);
    rig.clock.stepWall(-2 * HOUR);
    await rig.clock.advance(3 * HOUR);
    const ids = rig.executor.attempts.map((attempt) => attempt.env['TIMERS_FIRING_ID']?.replace(/@.*T/, '@'));
    expect(ids).toEqual([
      'fixed@03:00:00.000Z',
      'tick@03:00:00.000Z',
      'tick@02:00:00.000Z~1',
      'tick@03:00:00.000Z~1',
      'tick@04:00:00.000Z~1',
    ]);
    expect(rig.story()).toContain('01:01:00.000 clock.jumped delta_ms=-7200000 cause=step');
  });

  test('by years, once corrected, does not leave a timer armed in the wrong future', async () => {
    const rig = new Rig([job('noon', atInstants('2026-01-01T12:00:00Z', '2030-01-01T12:00:00Z'))], {
      start: '2026-01-01T11:00:00Z',
    });
    rig.executor.lasting = 0;
    rig.scheduler.start();
    rig.clock.stepWall(365 * 24 * HOUR);
    await rig.clock.advance(MINUTE);
    expect(rig.story()).toContain('firing.missed noon@12:00:00.000 reason=clock_jump');
    rig.clock.stepWall(-365 * 24 * HOUR);
    await rig.clock.advance(HOUR);
    expect(rig.story()).toContain('corrected=true');
    expect(rig.executor.attempts.map((attempt) => attempt.env['TIMERS_FIRING_ID'])).toEqual([
      'noon@2026-01-01T12:00:00.000Z~1',
    ]);
  });

  test('does not change the length of a delay, and a suspension makes it late', async () => {
    const start = Date.parse('2026-01-01T00:00:00Z');
    const delayed = { ...atInstants(start + 10 * MINUTE), countsElapsed: true } as const;
    const rig = new Rig([job('later', delayed)]);
    rig.executor.lasting = 0;
    rig.scheduler.start();
    rig.clock.stepWall(2 * HOUR);
    await rig.clock.advance(9 * MINUTE);
    expect(rig.executor.attempts).toHaveLength(0);
    await rig.clock.advance(MINUTE);
    expect(rig.story()).toContain('02:10:00.000 run.started later@02:10:00.000');
  });
});

test('jitter does not count as lateness and does not cause a missed deadline', async () => {
  const rig = new Rig([job('tick', everyMs(MINUTE), { offset: 20 * SECOND, deadline: 5 * SECOND, group: 'g' })]);
  rig.executor.lasting = 10;
  rig.scheduler.start();
  await rig.clock.advance(81 * SECOND);
  expect(rig.story()).toContain('00:01:20.000 run.started tick@00:01:00.000\n');
});

test('a stop waits for hooks and notifications up to the configured limit', async () => {
  const waited: number[] = [];
  const stops: readonly Parameters<Rig['scheduler']['stop']>[] = [[], ['SIGTERM'], [undefined, SECOND]];
  for (const stop of stops) {
    const rig = new Rig([job('tick', everyMs(MINUTE))], {
      sinks: [
        { name: 'slow', accept: () => undefined, settle: (patience) => Promise.resolve(void waited.push(patience)) },
      ],
    });
    rig.scheduler.start();
    await rig.scheduler.stop(...stop);
  }
  expect(waited).toEqual([MINUTE, SECOND, SECOND]);
});

describe('a process delayed', () => {
  /** Three fixed times. */
  const threeTimes = atInstants('1970-01-01T00:01:00Z', '1970-01-01T00:02:00Z', '1970-01-01T00:03:00Z');

  test('by less than five minutes fires every fixed time late, subject to admission', async () => {
    const rig = new Rig([job('fixed', threeTimes, { admission: [overlap('allow')] })], {
      start: '1970-01-01T00:00:00Z',
    });
    rig.scheduler.start();
    rig.clock.block(3 * MINUTE + 30 * SECOND);
    await rig.clock.advance(1);
    expect(rig.story().match(/run.started \S+ \S+/g)).toEqual([
      'run.started fixed@00:01:00.000 lateness_ms=150000',
      'run.started fixed@00:02:00.000 lateness_ms=90000',
      'run.started fixed@00:03:00.000 lateness_ms=30000',
    ]);
  });

  test('by more than five minutes fires the latest fixed time late and misses the older ones', async () => {
    const rig = new Rig([job('fixed', threeTimes)], { start: '1970-01-01T00:00:00Z' });
    rig.scheduler.start();
    rig.clock.block(HOUR);
    await rig.clock.advance(1);
    const story = rig.story();
    expect(story).toContain('firing.missed fixed@00:02:00.000 reason=stalled count=2 first_scheduled_at=00:01:00.000');
    expect(story).toContain('run.started fixed@00:03:00.000 lateness_ms=3420000');
  });

  test.each(['none', 'latest'] as const)(
    'by seconds or more fires the latest of an interval and misses the others, with catch_up %s',
    async (policy) => {
      const tick = job('tick', everyMs(5 * SECOND), { misfire: catchUp({ policy }) });
      const rig = new Rig([tick], { start: '1970-01-01T00:00:01Z' });
      rig.executor.lasting = 10;
      rig.scheduler.start();
      rig.clock.block(75 * SECOND);
      await rig.clock.advance(1);
      expect(rig.story()).toContain(
        [
          '00:01:16.000 firing.missed tick@00:01:10.000 reason=stalled count=14 first_scheduled_at=00:00:05.000',
          '00:01:16.000 run.started tick@00:01:15.000 lateness_ms=1000',
        ].join('\n'),
      );
    },
  );

  test('with catch_up: all fires each of them, oldest first', async () => {
    const tick = job('tick', everyMs(5 * SECOND), { misfire: catchUp({ policy: 'all', within: 20 * SECOND }) });
    const rig = new Rig([tick], { start: '1970-01-01T00:00:01Z' });
    rig.executor.lasting = 10;
    rig.scheduler.start();
    rig.clock.block(75 * SECOND);
    await rig.clock.advance(SECOND);
    const story = rig.story();
    expect(story).toContain('firing.missed tick@00:00:55.000 reason=stalled count=11');
    expect(story.match(/run.started tick@\S+/g)).toEqual([
      'run.started tick@00:01:00.000',
      'run.started tick@00:01:05.000',
      'run.started tick@00:01:10.000',
      'run.started tick@00:01:15.000',
    ]);
  });

  test('by hours does not cause a burst of runs, even if many can run in parallel', async () => {
    const rig = new Rig([job('tick', everyMs(MINUTE), { admission: [overlap('allow')] })]);
    rig.scheduler.start();
    rig.clock.block(2 * HOUR + 30 * SECOND);
    await rig.clock.advance(0);
    expect(rig.story()).toContain(
      'firing.missed tick@01:59:00.000 reason=stalled count=119 first_scheduled_at=00:01:00.000',
    );
    expect(rig.executor.attempts).toHaveLength(1);
  });

  test('by a moment starts each firing subject to admission', async () => {
    const rig = new Rig([job('tick', everyMs(SECOND), { admission: [overlap('allow')] })]);
    rig.scheduler.start();
    rig.clock.block(3 * SECOND);
    await rig.clock.advance(0);
    expect(rig.executor.attempts).toHaveLength(3);
  });
});
