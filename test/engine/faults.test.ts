import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/domain/job.js';
import { isEnding, type OpenRun } from '../../src/domain/ledger.js';
import { breaker, retry } from '../../src/policies/index.js';
import type { Sink } from '../../src/domain/sink.js';
import { TimerLoop } from '../../src/engine/timer-loop.js';
import { FakeClock } from '../support/fake-clock.js';
import { Disk, FakeLedger } from '../support/fake-ledger.js';
import { everyMs, job, Rig, type RigOptions } from '../support/rig.js';

const boom = (): never => {
  throw new TypeError('no such thing');
};

const BAD = 'bad';

/** A schedule that throws from the given call on, `times` times. */
function failing(from: number, times = Number.POSITIVE_INFINITY): Job['schedule'] {
  const whole = everyMs(10_000);
  let calls = 0;
  return {
    ...whole,
    next: (after) => {
      calls++;
      return calls >= from && calls < from + times ? boom() : whole.next(after);
    },
  };
}

const again = retry({ attempts: 2, delay: 0, factor: 1, maxDelay: 0, jitter: false }, () => 0);

interface Stage {
  readonly bad?: Partial<Job>;
  readonly options?: RigOptions;
  /** Called with the rig, to cause the fault there. */
  readonly prepare?: (rig: Rig) => void;
  /** Whether every firing of the timer fails because of it; otherwise the timer runs as usual. */
  readonly fails?: false;
  readonly doing: string;
}

/** Whether an attempt, by its environment, is that of the bad timer. */
const ofBad = (env: Readonly<Record<string, string>>) => env['TIMERS_TASK_NAME'] === BAD;

const stages: Readonly<Record<string, Stage>> = {
  admit: { bad: { admission: [{ name: 'broken', admit: boom }] }, doing: 'admitting' },
  spawn: {
    prepare: (rig) => (rig.executor.onExecute = (env) => (ofBad(env) ? boom() : undefined)),
    doing: 'executing',
  },
  'try again': {
    bad: { retry: { ...again, pauseAfter: boom } },
    prepare: (rig) => (rig.executor.exits = (env) => ({ kind: 'exited', code: ofBad(env) ? 1 : 0 })),
    doing: 'judging',
  },
  'move the breaker': {
    bad: { breaker: { ...breaker({ failures: 1, cooldown: 1_000 }), after: boom } },
    fails: false,
    doing: 'ending a run',
  },
};

const endingsOf = (rig: Rig, name: string) =>
  rig.events.filter(isEnding).filter(({ firing }) => firing.jobName === name);

const bugs = (rig: Rig) => rig.events.filter((event) => event.event === 'internal.error');

describe.each(Object.entries(stages))('a bug in: %s', (_name, { bad, options, prepare, fails = true, doing }) => {
  it('gives each firing of its timer an outcome and does not affect other timers', async () => {
    const rig = new Rig([job(BAD, everyMs(10_000), bad), job('good', everyMs(10_000))], options);
    rig.executor.lasting = 1_000;
    prepare?.(rig);
    rig.scheduler.start();
    await rig.clock.advance(35_000);
    const statusOf = (name: string) =>
      endingsOf(rig, name).map((ending) => ending.event === 'run.finished' && ending.outcome.status);
    expect(statusOf('good')).toEqual(['success', 'success', 'success']);
    expect(statusOf(BAD)).toEqual(Array(3).fill(fails ? 'failure' : 'success'));
    if (fails)
      expect(endingsOf(rig, BAD)).toMatchObject(
        Array(3).fill({
          outcome: { error: 'internal error: TypeError: no such thing' },
          durationMs: expect.any(Number),
        }),
      );
    const stack = expect.stringMatching(/^TypeError: no such thing\n/) as string;
    expect(bugs(rig)).toMatchObject(Array(3).fill({ doing, jobName: BAD, error: 'TypeError: no such thing', stack }));
    const { jobs } = rig.scheduler.controls.status();
    expect(jobs.map(({ runs }) => runs)).toEqual([[], []]);
    await Promise.all([rig.scheduler.stop(), rig.clock.advance(1_000)]);
  });
});

describe('a timer that cannot be planned', () => {
  it('is planned again with growing delays, and the others continue', async () => {
    // The first call arms the timer.
    const rig = new Rig([job(BAD, failing(2)), job('good', everyMs(10_000))]);
    rig.executor.lasting = 0;
    rig.scheduler.start();
    await rig.clock.advance(300_000);
    expect(endingsOf(rig, 'good')).toHaveLength(30);
    expect(bugs(rig).map((bug) => 'retryInMs' in bug && bug.retryInMs)).toEqual(
      [1, 2, 4, 8, 16, 32, 60, 60, 60, 60].map((seconds) => seconds * 1_000),
    );
    expect(endingsOf(rig, BAD)).toMatchObject([
      { event: 'run.finished', outcome: { status: 'failure' }, attempts: 0, durationMs: 0 },
    ]);
    expect(rig.scheduler.controls.status().armed).toBe(2);
  });

  it('does not lose firings that come due until it is planned again', async () => {
    const rig = new Rig([job(BAD, { ...failing(2, 1) })]);
    rig.executor.lasting = 0;
    rig.scheduler.start();
    await rig.clock.advance(10_500);
    rig.clock.block(15_000);
    await rig.clock.advance(15_000);
    expect(endingsOf(rig, BAD).map(({ firing }) => firing.scheduledFor % 60_000)).toEqual([
      10_000, 20_000, 30_000, 40_000,
    ]);
  });

  it('at startup is armed later, and a reload arms it immediately', async () => {
    const rig = new Rig([job(BAD, failing(1)), job('good', everyMs(10_000))]);
    rig.executor.lasting = 0;
    rig.scheduler.start();
    await rig.clock.advance(10_000);
    expect(endingsOf(rig, 'good')).toHaveLength(1);
    rig.scheduler.controls.reload(
      { jobs: [job(BAD, everyMs(10_000), { definition: { every: '10s' } }), job('good', everyMs(10_000))] },
      { file: 'timers.yaml' },
    );
    await rig.clock.advance(40_000);
    // The firing that came due earlier is late, and not lost.
    expect(endingsOf(rig, BAD)).toHaveLength(5);
    expect(endingsOf(rig, 'good')).toHaveLength(5);
  });

  it('after a clock jump does not affect the firings of other timers', async () => {
    const broken = { most: 1, select: boom };
    const rig = new Rig([job(BAD, everyMs(60_000), { misfire: broken }), job('good', everyMs(60_000))]);
    rig.executor.lasting = 0;
    rig.scheduler.start();
    await rig.clock.advance(1_000);
    rig.clock.stepWall(150_000);
    await rig.clock.advance(60_000);
    expect(endingsOf(rig, 'good').map(({ event }) => event)).toEqual(['firing.missed', 'run.finished']);
    const [first] = endingsOf(rig, BAD);
    expect(first).toMatchObject({ outcome: { status: 'failure' } });
    expect((first?.firing.scheduledFor ?? 0) % 3_600_000).toBe(60_000);
  });
});

describe('an exception outside the timers', () => {
  const run = async (rig: Rig) => {
    rig.executor.lasting = 0;
    rig.scheduler.start();
    await rig.clock.advance(20_000);
    expect(endingsOf(rig, 'good')).toMatchObject([
      { outcome: { status: 'success' } },
      { outcome: { status: 'success' } },
    ]);
    const stopped = rig.scheduler.stop();
    await rig.clock.advance(1_000);
    await stopped;
    expect(rig.events.at(-1)?.event).toBe('scheduler.stopped');
  };
  const good = job('good', everyMs(10_000));

  it('in the ledger, when recording or closing, does not delay runs', async () => {
    const ledger = new FakeLedger(new Disk());
    ledger.onCommit = boom;
    ledger.close = boom;
    const rig = new Rig([good], { ledger });
    await run(rig);
    expect(new Set(bugs(rig).map((bug) => 'doing' in bug && bug.doing))).toEqual(
      new Set(['recording', 'closing the state']),
    );
  });

  it.each(['accept', 'drained', 'settle', 'flush'] as const)('in the %s of a sink is reported once', async (method) => {
    const told: string[] = [];
    const sink: Sink = { name: 'broken', accept: () => undefined, [method]: boom };
    const rig = new Rig([good], { sinks: [sink], onSinkError: (name) => void told.push(name) });
    rig.executor.onExecute = () => void rig.scheduler.controls.status();
    await run(rig);
    void rig.executor.attempts[0]?.io.drained();
    expect(told).toEqual(['broken']);
    expect(bugs(rig)).toEqual([]);
  });

  it('in a companion is reported', async () => {
    const rig = new Rig([good], { companions: [{ start: boom, stop: boom }] });
    await run(rig);
    expect(bugs(rig)).toMatchObject([{ doing: 'starting a companion' }, { doing: 'stopping a companion' }]);
  });

  it.each([
    ['find', { find: boom, end: () => Promise.resolve() }],
    [
      'end',
      {
        find: () => Promise.resolve([{ runId: 'old', pid: 7 }]),
        end: () => Promise.reject(new TypeError('no such thing')),
      },
    ],
  ])('in the search for leftover processes is reported: %s', async (_method, finder) => {
    const disk = new Disk();
    const firing = { jobName: 'good', scheduledFor: 0, trigger: 'manual', generation: 0 } as const;
    const left: OpenRun = {
      runId: 'old',
      firing,
      attempts: 1,
      startedAt: 0,
      latenessMs: 0,
      retryAt: undefined,
      pid: 7,
    };
    disk.open.set('old', left);
    const rig = new Rig([good], { ledger: new FakeLedger(disk), finder });
    rig.executor.lasting = 0;
    rig.scheduler.start();
    await rig.clock.advance(20_000);
    expect(endingsOf(rig, 'good').map((ending) => ending.event === 'run.finished' && ending.outcome.status)).toEqual([
      'lost',
      'success',
      'success',
    ]);
    expect(bugs(rig)).toHaveLength(1);
  });

  it('in an alarm does not keep other alarms from ringing, and is rethrown without a listener', async () => {
    const clock = new FakeClock();
    const loop = new TimerLoop(clock, () => clock.monotonic());
    let rang = 0;
    loop.after(10, boom);
    loop.after(10, () => rang++);
    await expect(clock.advance(10)).rejects.toThrow('no such thing');
    expect(rang).toBe(1);
    loop.after(10, () => rang++);
    await clock.advance(10);
    expect(rang).toBe(2);
  });
});

it('a ledger that throws at startup leaves a scheduler that knows its start time', () => {
  const ledger = new FakeLedger(new Disk());
  ledger.recall = boom;
  const rig = new Rig([job('tick', everyMs(10_000))], { ledger });
  expect(() => rig.scheduler.start()).toThrow('no such thing');
  expect(rig.scheduler.startedAt).toBe(rig.clock.now());
});
