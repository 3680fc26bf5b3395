import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time.js';
import { breaker, overlap, retry } from '../../src/policies/index.js';
import type { Job } from '../../src/domain/job.js';
import { Lives } from '../support/lives.js';
import { Disk, FakeLedger } from '../support/fake-ledger.js';
import { atInstants, everyMs, job, Rig } from '../support/rig.js';

const tidy = (text: string) => text.trim().replace(/^ +/gm, '');
const after = (length: number) => ({
  intervalLike: false,
  countsElapsed: true as const,
  length,
  next: (instant: number) => {
    const due = Date.parse('2026-01-01T00:00:00Z') + length;
    return due > instant ? due : undefined;
  },
  count: () => 0,
});

function begin(...jobs: Parameters<typeof Rig.prototype.scheduler.controls.compare>[0]['jobs']): Rig {
  const rig = new Rig(jobs);
  rig.executor.lasting = 0;
  rig.scheduler.start();
  return rig;
}

describe('a pause', () => {
  test('skips firings until it ends, and logs each one', async () => {
    const rig = begin(job('tick', everyMs(MINUTE)));
    rig.scheduler.controls.pause('tick', { until: rig.clock.now() + 2 * MINUTE + SECOND, reason: 'disk change' });
    await rig.clock.advance(3 * MINUTE);
    expect(rig.story()).toBe(
      tidy(`
        00:00:00.000 scheduler.started timers=1
        00:00:00.000 timer.paused tick until=2026-01-01T00:02:01.000Z reason=disk change
        00:01:00.000 firing.skipped tick@00:01:00.000 reason=paused
        00:02:00.000 firing.skipped tick@00:02:00.000 reason=paused
        00:03:00.000 timer.resumed tick
        00:03:00.000 run.started tick@00:03:00.000
        00:03:00.000 run.finished tick@00:03:00.000 success duration_ms=0`),
    );
  });

  test('without an end lasts until it is resumed, even across restarts', async () => {
    const disk = new Disk();
    const jobs = [job('tick', everyMs(MINUTE))];
    const first = new Rig(jobs, { ledger: new FakeLedger(disk), start: '2026-01-01T00:00:30Z' });
    first.scheduler.start();
    first.scheduler.controls.pause('tick', { until: undefined, reason: undefined });
    await first.scheduler.stop();
    const second = new Rig(jobs, { ledger: new FakeLedger(disk), start: '2026-01-01T00:00:40Z', life: 'second' });
    second.scheduler.start();
    await second.clock.advance(MINUTE);
    second.scheduler.controls.resume('tick');
    await second.clock.advance(MINUTE);
    expect(second.story()).toBe(
      tidy(`
        00:00:40.000 scheduler.started timers=1
        00:01:00.000 firing.skipped tick@00:01:00.000 reason=paused
        00:01:40.000 timer.resumed tick
        00:02:00.000 run.started tick@00:02:00.000`),
    );
  });

  test('does not affect manual firings', async () => {
    const rig = begin(job('tick', everyMs(HOUR)));
    rig.scheduler.controls.pause('tick', { until: undefined, reason: undefined });
    rig.scheduler.controls.trigger('tick');
    await rig.clock.advance(0);
    expect(rig.story()).toContain('run.finished tick@00:00:00.000 success trigger=manual');
  });
});

describe('cancel', () => {
  test('ends all runs of a timer, even waiting ones, or one run by its id', async () => {
    const rig = new Rig([
      job('slow', everyMs(MINUTE), { admission: [overlap('queue')] }),
      job('other', everyMs(MINUTE)),
    ]);
    rig.scheduler.start();
    await rig.clock.advance(2 * MINUTE);
    rig.story();
    expect(rig.scheduler.controls.cancel('slow')).toBe(2);
    expect(rig.scheduler.controls.cancel('run-2')).toBe(1);
    expect(rig.scheduler.controls.cancel('nobody')).toBe(0);
    await rig.clock.settle();
    expect(rig.story()).toBe(
      tidy(`
        00:02:00.000 firing.skipped slow@00:02:00.000 reason=canceled
        00:02:00.000 run.finished slow@00:01:00.000 canceled signal=SIGTERM duration_ms=60000 error=canceled on request
        00:02:00.000 run.finished other@00:01:00.000 canceled signal=SIGTERM duration_ms=60000 error=canceled on request`),
    );
  });
});

describe('reset', () => {
  test('restarts a delay any number of times, and the timer fires once', async () => {
    const rig = begin(job('warm-up', after(MINUTE)), job('keep', everyMs(HOUR)));
    await rig.clock.advance(30 * SECOND);
    expect(rig.scheduler.controls.reset('warm-up')).toBe(rig.clock.now() + MINUTE);
    await rig.clock.advance(50 * SECOND);
    rig.scheduler.controls.reset('warm-up', 5 * SECOND);
    await rig.clock.advance(10 * MINUTE);
    expect(rig.story().match(/run.started \S+/g)).toEqual(['run.started warm-up@00:01:25.000']);
  });

  test('returns the actual start under jitter', async () => {
    const rig = begin(job('tick', { ...everyMs(MINUTE), length: MINUTE }, { offset: 2 * SECOND }));
    const next = rig.scheduler.controls.reset('tick');
    await rig.clock.advance(0);
    expect(rig.events.at(-1)).toMatchObject({ event: 'timer.reset', next, startsAt: next! + 2 * SECOND });
  });

  test('moves the next firing of an interval, which then continues on its grid', async () => {
    const rig = begin(job('tick', { ...everyMs(MINUTE), length: MINUTE }));
    await rig.clock.advance(30 * SECOND);
    rig.scheduler.controls.reset('tick');
    await rig.clock.advance(2 * MINUTE);
    expect(rig.story().match(/run.started \S+/g)).toEqual([
      'run.started tick@00:01:30.000',
      'run.started tick@00:02:00.000',
    ]);
  });

  test('restarts the failure count of the breaker, and a recovery is still reported', async () => {
    const jobs = [job('flaky', everyMs(MINUTE), { breaker: breaker({ failures: 2, cooldown: HOUR }) })];
    const rig = new Rig(jobs, { start: '2026-01-01T00:00:30Z' });
    rig.executor.lasting = 0;
    rig.executor.exits = () => ({ kind: 'exited', code: 1 });
    rig.scheduler.start();
    await rig.clock.advance(2 * MINUTE);
    expect(rig.story()).toContain('breaker.opened flaky failures=2');
    rig.scheduler.controls.reset('flaky');
    expect(rig.scheduler.controls.status().jobs[0]).toMatchObject({ failuresInARow: 0, breaker: { kind: 'closed' } });
    await rig.clock.advance(MINUTE);
    expect(rig.story()).not.toContain('breaker.opened');
    // The count of a closed breaker is reset, too.
    rig.scheduler.controls.reset('flaky');
    await rig.clock.advance(MINUTE);
    expect(rig.story()).not.toContain('breaker.opened');
    await rig.clock.advance(MINUTE);
    expect(rig.story()).toContain('breaker.opened flaky failures=2');
    rig.scheduler.controls.reset('flaky');
    rig.executor.exits = () => ({ kind: 'exited', code: 0 });
    await rig.clock.advance(MINUTE);
    expect(rig.events.findLast(({ event }) => event === 'run.finished')).toMatchObject({ isRecovery: true });
  });

  test.each([1, 2])('survives a restart after %i of 2 failures', async (failures) => {
    const lives = new Lives();
    const jobs = [job('flaky', everyMs(MINUTE), { breaker: breaker({ failures: 2, cooldown: HOUR }) })];
    const begin = (start: string) => {
      const rig = lives.begin(jobs, start);
      rig.executor.lasting = 0;
      rig.executor.exits = () => ({ kind: 'exited', code: 1 });
      rig.scheduler.start();
      return rig;
    };
    const first = begin('2026-01-01T00:00:30Z');
    await first.clock.advance(failures * MINUTE);
    first.scheduler.controls.reset('flaky');
    void first.scheduler.controls.kept();
    await first.clock.settle();
    first.ledger.isDead = true;
    const second = begin('2026-01-01T00:10:30Z');
    await second.clock.advance(MINUTE);
    expect(second.story()).not.toContain('breaker.opened');
    expect(second.scheduler.controls.status().jobs[0]).toMatchObject({ failuresInARow: 1 });
  });

  test('does not affect calendar times', () => {
    const rig = begin(job('noon', atInstants('2026-01-01T12:00:00Z')));
    expect(rig.scheduler.controls.reset('noon', MINUTE)).toBeUndefined();
    expect(rig.scheduler.controls.reset('nobody')).toBeUndefined();
  });
});

describe('reload', () => {
  const definition = (of: object) => ({ definition: { of: JSON.stringify(of) } });

  test('adds, removes and changes timers and leaves the others unchanged', async () => {
    const old = [
      job('same', after(MINUTE), definition({ in: '1m' })),
      job('gone', everyMs(MINUTE), definition({})),
      job('changed', everyMs(MINUTE), definition({ timeout: 1 })),
    ];
    const rig = begin(...old);
    rig.executor.lasting = undefined;
    await rig.clock.advance(30 * SECOND);
    const change = rig.scheduler.controls.reload(
      {
        jobs: [
          job('same', after(HOUR), definition({ in: '1m' })),
          job('changed', everyMs(20 * SECOND), {
            ...definition({ timeout: 2 }),
            written: { key: 'every', text: '20s' },
          }),
          job('new', everyMs(45 * SECOND), definition({})),
        ],
      },
      { file: 'timers.yaml' },
    );
    expect(change).toEqual({ added: ['new'], removed: ['gone'], changed: ['changed'] });
    await rig.clock.advance(35 * SECOND);
    expect(rig.story()).toBe(
      tidy(`
        00:00:00.000 scheduler.started timers=3
        00:00:30.000 config.reloaded added=new removed=gone changed=changed
        00:00:40.000 run.started changed@00:00:40.000
        00:00:45.000 run.started new@00:00:45.000
        00:01:00.000 run.started same@00:01:00.000
        00:01:00.000 firing.skipped changed@00:01:00.000 reason=overlap`),
    );
  });

  test('lets an active run finish with its old definition', async () => {
    const rig = new Rig([job('slow', everyMs(HOUR), { ...definition({ codes: [0] }) })]);
    rig.scheduler.start();
    await rig.clock.advance(HOUR);
    const changed = job('slow', everyMs(HOUR), definition({ codes: [3] }));
    rig.scheduler.controls.reload(
      { jobs: [{ ...changed, command: { ...changed.command, successCodes: [3] } }] },
      { file: 'timers.yaml' },
    );
    rig.executor.attempts[0]!.end(3);
    await rig.clock.settle();
    expect(rig.story()).toContain('run.finished slow@01:00:00.000 failure');
    await rig.clock.advance(HOUR);
    rig.executor.attempts[1]!.end(3);
    await rig.clock.settle();
    expect(rig.story()).toContain('run.finished slow@02:00:00.000 success');
  });

  describe.each([
    ['removed', () => []],
    ['disabled', (old: Job) => [{ ...old, enabled: false, ...definition({ enabled: false }) }]],
    ['renamed', (old: Job) => [{ ...old, name: 'renamed' }]],
  ])('counts the active run of a timer that is %s and then restored', (_what, without) => {
    const goAndComeBack = async (more: Partial<Job>) => {
      const slow = job('slow', everyMs(MINUTE), { ...definition({}), ...more });
      const rig = new Rig([slow], { start: '2026-01-01T00:00:30Z' });
      rig.scheduler.start();
      await rig.clock.advance(MINUTE);
      rig.scheduler.controls.reload({ jobs: without(slow) }, { file: 'timers.yaml' });
      await rig.clock.advance(10 * SECOND);
      rig.scheduler.controls.reload({ jobs: [slow] }, { file: 'timers.yaml' });
      await rig.clock.advance(MINUTE);
      return rig;
    };

    test('under overlap: skip', async () => {
      const rig = await goAndComeBack({});
      expect(rig.executor.attempts).toHaveLength(1);
      expect(rig.story()).toContain('00:02:00.000 firing.skipped slow@00:02:00.000 reason=overlap');
      expect(rig.scheduler.controls.status().jobs[0]!.runs).toHaveLength(1);
    });

    test('under overlap: queue', async () => {
      const rig = await goAndComeBack({ admission: [overlap('queue')] });
      expect(rig.executor.attempts).toHaveLength(1);
      rig.executor.attempts[0]!.end(0);
      await rig.clock.settle();
      expect(rig.executor.attempts).toHaveLength(2);
    });

    test('under overlap: replace', async () => {
      const rig = await goAndComeBack({ admission: [overlap('replace')] });
      expect(rig.story()).toContain('run.finished slow@00:01:00.000 canceled');
      expect(rig.executor.attempts).toHaveLength(2);
    });

    test.each([
      ['its group', { group: 'g' }],
      ['the overall limit', {}],
    ])('within %s', async (_gate, more) => {
      const slow = job('slow', everyMs(MINUTE), { ...definition({}), ...more, admission: [overlap('allow')] });
      const rig = new Rig([slow], { start: '2026-01-01T00:00:30Z', concurrency: 1 });
      rig.scheduler.start();
      await rig.clock.advance(MINUTE);
      for (const jobs of [without(slow), [slow]])
        rig.scheduler.controls.reload({ jobs, concurrency: 1 }, { file: 'timers.yaml' });
      await rig.clock.advance(MINUTE);
      expect(rig.executor.attempts).toHaveLength(1);
    });
  });

  test('forgets everything else about a timer that is removed and restored during its run', async () => {
    const slow = job('slow', everyMs(MINUTE), { ...definition({}), window: { maxRuns: 1 } });
    const rig = new Rig([slow], { start: '2026-01-01T00:00:30Z' });
    rig.scheduler.start();
    await rig.clock.advance(MINUTE);
    rig.scheduler.controls.pause('slow', { until: undefined, reason: undefined });
    for (const jobs of [[], [slow]]) rig.scheduler.controls.reload({ jobs }, { file: 'timers.yaml' });
    rig.executor.attempts[0]!.end(0);
    await rig.clock.advance(MINUTE);
    expect(rig.executor.attempts).toHaveLength(2);
  });

  test('applies a higher overall limit immediately', async () => {
    const jobs = Array.from({ length: 4 }, (_, n) => job(`job-${n}`, everyMs(MINUTE)));
    const rig = new Rig(jobs, { concurrency: 1 });
    rig.scheduler.start();
    await rig.clock.advance(MINUTE);
    expect(rig.executor.attempts).toHaveLength(1);
    rig.scheduler.controls.reload({ jobs, concurrency: 3 }, { file: 'timers.yaml' });
    await rig.clock.settle();
    expect(rig.executor.attempts).toHaveLength(3);
  });

  test('neither loses nor duplicates a firing in a thousand reloads under load', async () => {
    const jobs = [job('a', everyMs(SECOND), definition({})), job('b', everyMs(7 * SECOND), definition({}))];
    const rig = begin(...jobs);
    for (let n = 0; n < 1_000; n++) {
      await rig.clock.advance(370);
      const more = n % 2 === 0 ? [job('c', everyMs(500), definition({ n }))] : [];
      const b = job('b', everyMs(7 * SECOND), definition({ n }));
      rig.scheduler.controls.reload({ jobs: [jobs[0]!, b, ...more] }, { file: 'timers.yaml' });
    }
    const fired = (name: string) =>
      rig.events.flatMap((event) =>
        event.event === 'run.finished' && event.firing.jobName === name ? [event.firing.scheduledFor] : [],
      );
    const start = Date.parse('2026-01-01T00:00:00Z');
    expect(fired('a')).toEqual(Array.from({ length: 370 }, (_, n) => start + (n + 1) * SECOND));
    const sevens = fired('b');
    expect(sevens).toHaveLength(Math.floor((start + 370 * SECOND) / 7_000) - Math.floor(start / 7_000));
    expect(new Set(sevens).size).toBe(sevens.length);
  });
});

test('the status contains armed, active and waiting firings', async () => {
  const rig = new Rig([job('slow', everyMs(MINUTE), { admission: [overlap('queue')] })]);
  rig.scheduler.start();
  await rig.clock.advance(2 * MINUTE + SECOND);
  const { armed, jobs } = rig.scheduler.controls.status();
  expect(armed).toBe(1);
  expect(jobs[0]).toMatchObject({ next: Date.parse('2026-01-01T00:03:00Z'), failuresInARow: 0 });
  expect(jobs[0]!.runs.map(({ state, attempts, elapsedMs, pid }) => ({ state, attempts, elapsedMs, pid }))).toEqual([
    { state: 'attempting', attempts: 1, elapsedMs: 61_000, pid: 1 },
    { state: 'parked', attempts: 0, elapsedMs: 0, pid: undefined },
  ]);
});

describe('drain', () => {
  test('starts no more runs, misses waiting ones, and stops after active runs and their retries', async () => {
    const again = retry({ attempts: 2, delay: SECOND, factor: 1, maxDelay: SECOND, jitter: false }, () => 0);
    const rig = new Rig([job('slow', everyMs(MINUTE), { admission: [overlap('queue')], retry: again })]);
    rig.scheduler.start();
    await rig.clock.advance(2 * MINUTE);
    rig.story();
    const drained = rig.scheduler.drain();
    rig.scheduler.controls.trigger('slow');
    rig.executor.attempts[0]?.end(1);
    await rig.clock.advance(MINUTE);
    rig.executor.attempts[1]?.end(0);
    await rig.clock.advance(0);
    await drained;
    expect(rig.story()).toBe(
      tidy(`
        00:02:00.000 firing.missed slow@00:02:00.000 reason=shutdown
        00:02:00.000 scheduler.stopping running=1 drain=true
        00:02:00.000 firing.missed slow@00:02:00.000 trigger=manual reason=shutdown
        00:02:00.000 attempt.failed slow@00:01:00.000 failure error=exit code 1 retry_in_ms=1000
        00:02:01.000 run.started slow@00:01:00.000 attempt=2 lateness_ms=61000
        00:03:00.000 run.finished slow@00:01:00.000 success duration_ms=120000 attempts=2
        00:03:00.000 scheduler.stopped runs=1`),
    );
  });

  test('is ended by a stop that does not wait', async () => {
    const rig = new Rig([job('slow', everyMs(MINUTE))]);
    rig.scheduler.start();
    await rig.clock.advance(MINUTE);
    const drained = rig.scheduler.drain();
    await rig.clock.advance(0);
    await Promise.all([rig.scheduler.stop('SIGTERM'), rig.clock.advance(0)]);
    await drained;
    expect(rig.story()).toContain('scheduler.stopping signal=SIGTERM running=1');
    expect(rig.story()).toBe('');
  });
});

describe('a scheduler whose last timer is replaced', () => {
  test('is not idle during the replacement', async () => {
    const rig = begin(job('old', everyMs(MINUTE)));
    let isIdle = false;
    void rig.scheduler.idle().then(() => (isIdle = true));
    rig.scheduler.controls.reload({ jobs: [job('new', everyMs(MINUTE))] }, { file: 'timers.yaml' });
    await rig.clock.advance(0);
    expect(isIdle).toBe(false);
    rig.scheduler.controls.reload({ jobs: [] }, { file: 'timers.yaml' });
    await rig.clock.advance(0);
    expect(isIdle).toBe(true);
  });
});
