import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ending } from '../../src/domain/ledger.js';
import type { Job } from '../../src/domain/job.js';
import { HOUR, MINUTE, SECOND, type Instant } from '../../src/domain/time.js';
import { breaker, catchUp, overlap, retry } from '../../src/policies/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { Disk, FakeLedger } from '../support/fake-ledger.js';
import { atInstants, everyMs, job, Rig } from '../support/rig.js';
import { rounds } from './rounds.js';

/** One seeded day on which the scheduler dies again and again. */
const day = fc.record({
  jobs: fc.array(
    fc.record({
      interval: fc.constantFrom(7 * SECOND, MINUTE, 10 * MINUTE, HOUR),
      fixed: fc.boolean(),
      overlap: fc.constantFrom('skip' as const, 'queue' as const, 'allow' as const, 'replace' as const),
      catchUp: fc.constantFrom('none' as const, 'latest' as const, 'all' as const),
      attempts: fc.integer({ min: 1, max: 3 }),
      breaker: fc.option(fc.constantFrom(1, 2), { nil: undefined }),
      fallback: fc.boolean(),
      deadline: fc.option(fc.constantFrom(SECOND, MINUTE), { nil: undefined }),
      timeout: fc.option(fc.constantFrom(SECOND, MINUTE), { nil: undefined }),
      group: fc.option(fc.constantFrom('g', 'h'), { nil: undefined }),
      runAtStart: fc.boolean(),
      offset: fc.constantFrom(0, 0, 1_500),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  concurrency: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  lasting: fc.constantFrom(undefined, 0, 300, 5 * SECOND, 90 * SECOND),
  failing: fc.nat(3),
  /** Each scheduler dies at that step, or is shut down cleanly if it has none; then nothing runs for a while. */
  lives: fc.array(
    fc.record({
      lasting: fc.constantFrom(3 * SECOND, 2 * MINUTE, 15 * MINUTE),
      diesAtStep: fc.option(fc.nat({ max: 60 }), { nil: undefined }),
      down: fc.constantFrom(0, 2 * SECOND, 3 * MINUTE, 2 * HOUR),
      event: fc.constantFrom('none' as const, 'suspend' as const, 'full disk' as const, 'block' as const),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});

type Day = typeof day extends fc.Arbitrary<infer D> ? D : never;

const START = Date.parse('2026-03-29T00:00:00Z');

const jobsOf = (the: Day): Job[] =>
  the.jobs.map((spec, index) =>
    job(
      `job-${index}`,
      spec.fixed
        ? atInstants(...Array.from({ length: 80 }, (_, n) => START + (n - 5) * 17 * MINUTE))
        : everyMs(spec.interval),
      {
        admission: [overlap(spec.overlap)],
        misfire: catchUp({ policy: spec.catchUp }),
        retry: retry(
          { attempts: spec.attempts, delay: 20 * SECOND, factor: 2, maxDelay: MINUTE, jitter: false },
          () => 0,
        ),
        runAtStart: spec.runAtStart,
        offset: spec.offset,
        ...(spec.fallback && { fallback: job('any', everyMs(HOUR)).command }),
        ...(spec.breaker !== undefined && { breaker: breaker({ failures: spec.breaker, cooldown: MINUTE }) }),
        ...(spec.timeout !== undefined && { timeout: spec.timeout }),
        ...(spec.deadline !== undefined && { deadline: spec.deadline }),
        ...(spec.group !== undefined && { group: spec.group }),
      },
    ),
  );

/** The result of a whole day. */
interface Past {
  readonly disk: Disk;
  readonly until: Instant;
  /** `firing id, trigger, attempt` of every process; `firing id, fallback` of a fallback. */
  readonly processes: readonly string[];
  /** Endings in the logs. */
  readonly told: readonly Ending[];
}

async function live(the: Day): Promise<Past> {
  const clock = new FakeClock(START);
  const disk = new Disk();
  const processes: string[] = [];
  const told: Ending[] = [];
  let attempts = 0;
  let until = START;
  const lives = [...the.lives, { lasting: MINUTE, diesAtStep: undefined, down: 0, event: 'none' as const }];
  for (const [index, life] of lives.entries()) {
    const ledger = new FakeLedger(disk);
    const options = { clock, ledger, life: `life${index}` };
    const rig = new Rig(jobsOf(the), {
      ...options,
      ...(the.concurrency !== undefined && { concurrency: the.concurrency }),
    });
    // A scheduler that dies before its first record has never existed.
    let steps = index === 0 ? -2 : 0;
    const step = () => {
      if (life.diesAtStep !== undefined && steps++ === life.diesAtStep && life.event !== 'full disk')
        ledger.isDead = true;
    };
    ledger.onCommit = step;
    rig.executor.lasting = the.lasting;
    rig.executor.exits = () => ({
      kind: 'exited',
      code: the.failing > 0 && attempts++ % (the.failing + 1) === 0 ? 1 : 0,
    });
    rig.executor.isDead = () => {
      step();
      return ledger.isDead;
    };
    rig.executor.onExecute = (env) =>
      void processes.push(
        env['TIMERS_FALLBACK'] === ''
          ? `${env['TIMERS_FIRING_ID']} ${env['TIMERS_TRIGGER']} ${env['TIMERS_ATTEMPT']}`
          : `${env['TIMERS_FIRING_ID']} fallback`,
      );
    rig.scheduler.start();
    await rig.clock.advance(life.lasting / 2);
    if (life.event === 'suspend') rig.clock.suspend(10 * MINUTE);
    if (life.event === 'block') rig.clock.block(2 * MINUTE);
    if (life.event === 'full disk') ledger.isFull = true;
    await rig.clock.advance(life.lasting / 2);
    ledger.isFull = false;
    if (!ledger.isDead) {
      const stopped = rig.scheduler.stop('SIGTERM');
      await rig.clock.advance(MINUTE);
      const diedMeanwhile = (): boolean => ledger.isDead;
      if (!diedMeanwhile()) {
        await stopped;
        const stopping = rig.events.find((event) => event.event === 'scheduler.stopping');
        until = stopping?.at ?? until;
        told.push(...rig.events.filter(isEnding));
      }
    }
    clock.forgetAll();
    await clock.advance(life.down);
  }
  return { disk, until, processes, told };
}

const isEnding = (event: { readonly event: string }): event is Ending =>
  ['run.finished', 'firing.skipped', 'firing.missed'].includes(event.event);

const isScheduled = ({ firing }: Ending): boolean => firing.trigger === 'schedule' || firing.trigger === 'catch_up';

/** The instants that an outcome covers. */
function instantsOf(ending: Ending, { schedule }: Job): Instant[] {
  if (ending.event !== 'firing.missed' || ending.firstScheduledFor === undefined) return [ending.firing.scheduledFor];
  const instants: Instant[] = [];
  for (
    let instant: Instant | undefined = ending.firstScheduledFor;
    instant !== undefined && instant <= ending.firing.scheduledFor;
    instant = schedule.next(instant)
  )
    instants.push(instant);
  expect(instants).toHaveLength(ending.count ?? 1);
  return instants;
}

test('after a crash at any time, each firing has one outcome or waits, and no process starts twice', async () => {
  await fc.assert(
    fc.asyncProperty(day, async (the) => {
      const { disk, until, processes, told } = await live(the);
      const open = [...disk.open.values()];
      expect(open.filter(({ attempts, decided }) => attempts > 0 || decided)).toEqual([]);
      expect(processes.filter((process, index) => processes.indexOf(process) !== index)).toEqual([]);
      for (const one of jobsOf(the)) {
        const recorded = disk.endings
          .filter((ending) => ending.firing.jobName === one.name && isScheduled(ending))
          .flatMap((ending) => instantsOf(ending, one))
          .concat(open.filter(({ firing }) => firing.jobName === one.name).map(({ firing }) => firing.scheduledFor))
          .sort((a, b) => a - b);
        const due: Instant[] = [];
        for (
          let instant = one.schedule.next(START);
          instant !== undefined && instant + one.offset <= until;
          instant = one.schedule.next(instant)
        )
          due.push(instant);
        expect(recorded.map((instant) => `${one.name} ${new Date(instant).toISOString()}`)).toEqual(
          due.map((instant) => `${one.name} ${new Date(instant).toISOString()}`),
        );
      }
      const kept = new Set(disk.endings.map((ending) => JSON.stringify(ending)));
      expect(told.filter((ending) => !kept.has(JSON.stringify(ending)))).toEqual([]);
    }),
    rounds(400),
  );
});
