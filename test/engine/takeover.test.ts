import { describe, expect, test } from 'vitest';
import type { Committed } from '../../src/domain/ledger.js';
import type { Job } from '../../src/domain/job.js';
import { MINUTE, SECOND } from '../../src/domain/time.js';
import { breaker, catchUp, overlap, retry } from '../../src/policies/index.js';
import { Lives, tidy } from '../support/lives.js';
import { atInstants, everyMs, job, type Rig } from '../support/rig.js';

const START = '2026-01-01T00:00:00Z';
const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`;

/** A scheduler that dies or is stopped after a while, and one that takes over at `again`. */
async function takeOver(
  jobs: readonly Job[],
  { lasting, again, stops = false }: { lasting: number; again: string; stops?: boolean },
  prepare: (rig: Rig) => void | Promise<void> = () => undefined,
) {
  const lives = new Lives({ isShared: true });
  const first = lives.begin(jobs, START);
  first.executor.lasting = undefined;
  first.scheduler.start();
  await first.clock.settle();
  await prepare(first);
  await first.clock.advance(lasting);
  if (stops) await Promise.all([first.scheduler.stop(), first.clock.advance(0)]);
  first.ledger.isDead = true;
  const before = first.story();
  const second = lives.begin(jobs, again);
  second.scheduler.start();
  await second.clock.settle();
  return { lives, first, second, before };
}

const lost = retry({ attempts: 3, delay: SECOND, factor: 1, maxDelay: SECOND, jitter: false, on: ['lost'] }, () => 0);

describe('a scheduler that takes over', () => {
  test('runs firings that came due in between, late', async () => {
    const jobs = [job('tick', everyMs(10 * SECOND), { admission: [overlap('allow')] })];
    const { second } = await takeOver(jobs, { lasting: 12 * SECOND, again: at(23) });
    expect(second.story()).toBe(
      tidy(`
        00:00:23.000 scheduler.started timers=1
        00:00:23.000 run.finished tick@00:00:10.000 lost error=the scheduler died or was cut off while it was running; life2 took over
        00:00:23.000 run.started tick@00:00:20.000 lateness_ms=3000`),
    );
  });

  test('does not repeat a firing if its clock is behind', async () => {
    const jobs = [job('tick', everyMs(10 * SECOND), { admission: [overlap('allow')] })];
    const { lives, second } = await takeOver(jobs, { lasting: 32 * SECOND, again: at(9) });
    await second.clock.advance(32 * SECOND);
    const instants = lives.disk.endings.map(({ firing }) => [firing.scheduledFor % MINUTE, firing.generation]);
    expect(instants).toEqual([10, 20, 30, 40].map((seconds) => [seconds * SECOND, 0]));
  });

  test('continues a delay with in, which fires once', async () => {
    const delayed = (start: number) => {
      const instant = Date.parse(START) + start + 10 * SECOND;
      return { ...atInstants(instant), countsElapsed: true as const, length: 10 * SECOND };
    };
    const lives = new Lives({ isShared: true });
    const first = lives.begin([job('once', delayed(0))], START);
    first.scheduler.start();
    await first.clock.advance(4 * SECOND);
    first.ledger.isDead = true;
    const second = lives.begin([job('once', delayed(6 * SECOND))], at(6));
    second.scheduler.start();
    await second.clock.advance(5 * SECOND);
    second.ledger.isDead = true;
    const third = lives.begin([job('once', delayed(12 * SECOND))], at(12));
    third.scheduler.start();
    await third.clock.advance(MINUTE);
    expect(second.story()).toContain('run.finished once@00:00:10.000 success');
    expect(third.story()).toBe('00:00:12.000 scheduler.started timers=1');
    expect(lives.disk.endings).toHaveLength(1);
  });

  test('does not repeat run_at_start', async () => {
    const jobs = [job('greeter', atInstants('2027-01-01T00:00:00Z'), { runAtStart: true })];
    const { second } = await takeOver(jobs, { lasting: SECOND, again: at(5) });
    expect(second.story()).not.toContain('run.started');
  });

  test('starts waiting runs, even those triggered manually', async () => {
    const jobs = [job('slow', everyMs(10 * SECOND), { admission: [overlap('queue')] })];
    const { second } = await takeOver(jobs, { lasting: 2 * SECOND, again: at(15) }, async (rig) => {
      await rig.clock.advance(10 * SECOND);
      rig.scheduler.controls.trigger('slow');
      await rig.clock.settle();
    });
    await second.clock.advance(10 * SECOND);
    const story = second.story();
    expect(story).toContain('run.finished slow@00:00:10.000 lost');
    expect(story).toContain('run.finished slow@00:00:10.000 success trigger=manual');
    expect(story).toContain('run.finished slow@00:00:20.000 success');
  });

  test('starts a lost attempt again if its timer allows that', async () => {
    const jobs = [job('bill', atInstants(at(10)), { retry: lost })];
    const { second, lives } = await takeOver(jobs, { lasting: 12 * SECOND, again: at(15) });
    await second.clock.advance(2 * SECOND);
    expect(second.story()).toBe(
      tidy(`
        00:00:15.000 scheduler.started timers=1
        00:00:15.000 attempt.failed bill@00:00:10.000 lost error=the scheduler died or was cut off while it was running; life2 took over retry_in_ms=1000
        00:00:16.000 run.started bill@00:00:10.000 attempt=2 lateness_ms=6000
        00:00:16.000 run.finished bill@00:00:10.000 success duration_ms=6000 attempts=2`),
    );
    expect(lives.disk.endings).toHaveLength(1);
  });
});

describe('a stop with a standby', () => {
  test('leaves waiting runs and retries open, and reports nothing as missed', async () => {
    const again = retry({ attempts: 2, delay: 30 * SECOND, factor: 1, maxDelay: MINUTE, jitter: false }, () => 0);
    const jobs = [
      job('failing', atInstants(at(5)), { retry: again }),
      job('tick', everyMs(10 * SECOND), { admission: [overlap('queue')], misfire: catchUp({ policy: 'none' }) }),
    ];
    const { second, before, lives } = await takeOver(
      jobs,
      { lasting: 20 * SECOND, again: at(22), stops: true },
      async (rig) => {
        await rig.clock.advance(6 * SECOND);
        rig.executor.attempts[0]?.end(1);
      },
    );
    expect(before).not.toContain('missed');
    expect(before).toContain('run.finished tick@00:00:10.000 canceled');
    await second.clock.advance(20 * SECOND);
    const story = second.story();
    expect(story).toContain('00:00:22.000 run.finished tick@00:00:20.000 success');
    expect(story).toContain('00:00:36.000 run.started failing@00:00:05.000 attempt=2');
    expect(lives.disk.open.size).toBe(0);
  });
});

describe('while a commit is pending', () => {
  /** A scheduler whose commits finish when the test says so. */
  function slow() {
    const lives = new Lives();
    const waiting: ((committed: Committed) => void)[] = [];
    const rig = lives.begin([job('tick', atInstants(at(10)))], START);
    rig.ledger.acknowledge = () => new Promise((resolve) => waiting.push(resolve));
    const acknowledge = async (committed: Committed): Promise<void> => {
      for (const resolve of waiting.splice(0)) resolve(committed);
      await rig.clock.settle();
    };
    return { rig, waiting, acknowledge };
  }

  test('no run starts and no event is reported before its acknowledgment', async () => {
    const { rig, acknowledge } = slow();
    rig.scheduler.start();
    await rig.clock.settle();
    expect(rig.story()).toBe('');
    await acknowledge('recorded');
    expect(rig.story()).toBe('00:00:00.000 scheduler.started timers=1');
    await rig.clock.advance(11 * SECOND);
    expect(rig.executor.attempts).toHaveLength(0);
    await acknowledge('recorded');
    await acknowledge('recorded');
    expect(rig.executor.attempts).toHaveLength(1);
    expect(rig.story()).toContain('run.started tick@00:00:10.000');
  });

  test('no run starts and no outcome is reported if the state is lost', async () => {
    const { rig, acknowledge } = slow();
    rig.scheduler.start();
    await rig.clock.settle();
    await acknowledge('recorded');
    await rig.clock.advance(11 * SECOND);
    rig.ledger.acknowledge = () => Promise.resolve('lost');
    await acknowledge('lost');
    expect(rig.executor.attempts).toHaveLength(0);
    await Promise.all([rig.scheduler.stop(), rig.clock.advance(MINUTE)]);
    const story = rig.story();
    expect(story).not.toContain('tick@');
    expect(story).toContain('scheduler.stopped');
  });
});

describe('the transcript of a handover', () => {
  const START_AT = Date.parse(START);
  const instantOf = (second: number) => START_AT + second * SECOND;
  /** The schedule `in: 25s` of a scheduler that starts at `start`. */
  const inOf = (start: number) => ({
    ...atInstants(instantOf(start + 25)),
    countsElapsed: true as const,
    length: 25 * SECOND,
  });
  /** Ten seconds after the end of the last run. */
  const fromEnd = { ...everyMs(MINUTE), fromEnd: true as const, next: (after: number) => after + 10 * SECOND };
  const failing = breaker({ failures: 2, cooldown: 30 * SECOND });
  const retryLater = retry({ attempts: 2, delay: 9 * SECOND, factor: 1, maxDelay: MINUTE, jitter: false }, () => 0);

  const jobs = (start: number): readonly Job[] => [
    job('tick', everyMs(10 * SECOND)),
    job('once', inOf(start)),
    job('greeter', atInstants(instantOf(70)), { runAtStart: true }),
    job('twice', everyMs(7 * SECOND), { window: { maxRuns: 2 } }),
    job('after', fromEnd),
    job('bad', everyMs(6 * SECOND), { breaker: failing }),
    job('again', everyMs(20 * SECOND), { retry: retryLater }),
    job('queued', everyMs(5 * SECOND), { admission: [overlap('queue')], group: 'g' }),
    job('grouped', everyMs(6 * SECOND), { admission: [overlap('queue')], group: 'g' }),
    job('held', everyMs(8 * SECOND)),
    job('ad-hoc', atInstants(instantOf(33)), { adHoc: '{}', misfire: catchUp({ policy: 'all' }) }),
  ];

  const isFailing = (name: string) => name === 'bad' || name === 'again';

  /**
   * The endings of 80 s, without what differs between lives. `handovers`: when a scheduler stops and the next one
   * starts.
   */
  async function endings(handovers: readonly number[]): Promise<readonly string[]> {
    const lives = new Lives({ isShared: true });
    let from = 0;
    for (const until of [...handovers, 80]) {
      const rig = lives.begin(jobs(from), new Date(instantOf(from)).toISOString(), {
        groups: new Map([['g', 1]]),
      });
      rig.executor.lasting = 900;
      rig.executor.exits = (env) => ({ kind: 'exited', code: isFailing(env['TIMERS_TASK_NAME'] ?? '') ? 1 : 0 });
      rig.scheduler.start();
      await rig.clock.settle();
      if (from === 0) rig.scheduler.controls.pause('held', { until: instantOf(45), reason: 'repair' });
      await rig.clock.advance((until - from) * SECOND);
      if (until < 80) await Promise.all([rig.scheduler.stop(), rig.clock.advance(0)]);
      from = until;
    }
    return lives.disk.endings
      .map((ending) => {
        const { jobName, scheduledFor } = ending.firing;
        const how =
          ending.event === 'run.finished' ? `${ending.outcome.status} after ${ending.attempts}` : ending.reason;
        return `${jobName}@${(scheduledFor - START_AT) / SECOND} ${how}`;
      })
      .sort();
  }

  test('equals that of a single scheduler', async () => {
    const alone = await endings([]);
    expect(alone.length).toBeGreaterThan(40);
    expect(await endings([3.95, 13.95, 26.95, 38.95, 57.95])).toEqual(alone);
  });
});
