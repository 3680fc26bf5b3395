import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Job } from '../../src/domain/job.js';
import type { Orphans } from '../../src/domain/orphans.js';
import type { TimerEvent } from '../../src/domain/events/index.js';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time.js';
import { firingId } from '../../src/domain/firing.js';
import { catchUp, overlap, retry } from '../../src/policies/index.js';
import { Disk, FakeLedger } from '../support/fake-ledger.js';
import { everyMs, job, Rig } from '../support/rig.js';
import { SlowClock } from '../support/slow-clock.js';
import { rounds } from './rounds.js';

/** The part of a timer that no reload changes. */
const fixed = fc.record({
  overlap: fc.constantFrom('skip' as const, 'queue' as const, 'allow' as const, 'replace' as const),
  deadline: fc.option(fc.constantFrom(2 * SECOND, 20 * SECOND, 3 * MINUTE), { nil: undefined }),
  group: fc.option(fc.constantFrom('g', 'h'), { nil: undefined }),
  lasting: fc.constantFrom(0, 300, 5 * SECOND, 90 * SECOND),
});
type Fixed = typeof fixed extends fc.Arbitrary<infer T> ? T : never;

/** The part that a reload changes; `undefined`: the timer is not in the file. */
const changing = fc.option(
  fc.record({
    interval: fc.constantFrom(SECOND, 5 * SECOND, 7 * SECOND, MINUTE, HOUR),
    enabled: fc.constantFrom(true, true, false),
    attempts: fc.integer({ min: 1, max: 3 }),
    command: fc.constantFrom('a', 'b'),
  }),
  { nil: undefined, freq: 5 },
);
type Changing = typeof changing extends fc.Arbitrary<infer T> ? T : never;

const NAMES = ['one', 'two', 'three'] as const;
const indexOf = (jobName: string): number => NAMES.findIndex((one) => one === jobName);
const file = fc.tuple(changing, changing, changing);

const name = fc.constantFrom(...NAMES);
const request = fc.oneof(
  { weight: 3, arbitrary: fc.record({ verb: fc.constant('reload' as const), file }) },
  fc.record({ verb: fc.constant('pause' as const), name, for: fc.option(fc.constantFrom(MINUTE), { nil: undefined }) }),
  fc.record({
    verb: fc.constantFrom('resume' as const, 'trigger' as const, 'cancel' as const, 'reset' as const),
    name,
  }),
);
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

/** A course of events: each step is a wait and then a request. */
const course = fc.record({
  fixed: fc.tuple(fixed, fixed, fixed),
  concurrency: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
  failing: fc.nat(3),
  first: file,
  steps: fc.array(fc.tuple(fc.constantFrom(0, 1, 400, 3 * SECOND, 10 * SECOND, 50 * SECOND), request), {
    minLength: 1,
    maxLength: 12,
  }),
});

interface Limited {
  readonly fixed: readonly Fixed[];
  readonly concurrency?: number;
}

const ATTEMPT_PAUSE = 4 * SECOND;

function jobOf(index: number, of: readonly Fixed[], changes: NonNullable<Changing>): Job {
  const { overlap: rule, deadline, group } = of[index]!;
  const { interval, enabled, attempts, command } = changes;
  return job(NAMES[index]!, everyMs(interval), {
    enabled,
    admission: [overlap(rule)],
    misfire: catchUp({ policy: 'none' }),
    retry: retry({ attempts, delay: ATTEMPT_PAUSE, factor: 1, maxDelay: ATTEMPT_PAUSE, jitter: false }, () => 0),
    written: { key: 'every', text: String(interval) },
    definition: { every: String(interval), enabled: String(enabled), attempts: String(attempts), run: command },
    ...(deadline !== undefined && { deadline }),
    ...(group !== undefined && { group }),
  });
}

const jobsOf = (of: readonly Fixed[], changes: readonly Changing[]): Job[] =>
  changes.flatMap((one, index) => (one === undefined ? [] : [jobOf(index, of, one)]));

/** Checks what holds at every moment. */
function checkNow({ scheduler, clock }: Rig, jobs: readonly Job[]): void {
  const { at, jobs: states } = scheduler.controls.status();
  expect(states.map(({ job: { name } }) => name).sort()).toEqual(jobs.map(({ name }) => name).sort());
  for (const {
    job: { name, enabled, deadline = Infinity },
    next,
    runs,
  } of states) {
    expect([name, next !== undefined]).toEqual([name, enabled]);
    if (next !== undefined) expect(next).toBeGreaterThan(at - 1);
    for (const { state, attempts, firing } of runs)
      if (state === 'waiting' && attempts === 0)
        expect(clock.now() - firing.scheduledFor).toBeLessThanOrEqual(deadline);
  }
}

/** Checks that limits hold throughout, and that no firing has two outcomes. Returns those that have none. */
function checkPast(events: readonly TimerEvent[], of: readonly Fixed[], concurrency = Infinity): readonly string[] {
  const active = new Map<string, string>();
  const ended: string[] = [];
  const admitted: string[] = [];
  for (const event of events) {
    if (event.event === 'run.admitted') admitted.push(firingId(event.firing));
    if (event.event === 'run.finished' || event.event === 'attempt.failed') active.delete(event.runId);
    if (event.event === 'run.finished' || event.event === 'firing.skipped' || event.event === 'firing.missed')
      ended.push(firingId(event.firing));
    if (event.event === 'firing.missed' && event.reason === 'deadline') {
      const { deadline = 0 } = of[indexOf(event.firing.jobName)]!;
      expect(event.at).toBeGreaterThanOrEqual(event.firing.scheduledFor + deadline);
    }
    if (event.event !== 'run.started') continue;
    active.set(event.runId, event.firing.jobName);
    const running = [...active.values()];
    const mine = of[indexOf(event.firing.jobName)]!;
    expect(running.length).toBeLessThanOrEqual(concurrency);
    if (mine.overlap !== 'allow') expect(running.filter((one) => one === event.firing.jobName)).toHaveLength(1);
    if (mine.group !== undefined)
      expect(running.filter((one) => of[indexOf(one)]!.group === mine.group).length).toBe(1);
    if (event.attempt === 1) expect(event.latenessMs).toBeLessThanOrEqual(mine.deadline ?? Infinity);
  }
  expect(ended.filter((id, index) => ended.indexOf(id) !== index)).toEqual([]);
  return admitted.filter((id) => !ended.includes(id));
}

/** Makes a request. Returns the jobs after a reload. */
function ask({ scheduler, clock }: Rig, { fixed: of, ...limits }: Limited, asked: Request): Job[] | undefined {
  const { controls } = scheduler;
  if (asked.verb === 'reload') {
    const jobs = jobsOf(of, asked.file);
    controls.reload({ jobs, ...limits }, { file: 'timers.yaml' });
    return jobs;
  }
  const until = asked.verb === 'pause' && asked.for !== undefined ? clock.now() + asked.for : undefined;
  if (asked.verb === 'pause') controls.pause(asked.name, { until, reason: undefined });
  else controls[asked.verb](asked.name);
  return undefined;
}

/** Sets how long commands last. Every (`failing` + 1)th fails; none if `failing` is 0. */
function behave({ executor }: Rig, of: readonly Fixed[], failing: number): void {
  let attempts = 0;
  executor.onExecute = (env) => {
    executor.lasting = of[indexOf(env['TIMERS_TASK_NAME'] ?? '')]!.lasting;
  };
  executor.exits = () => ({ kind: 'exited', code: failing > 0 && attempts++ % (failing + 1) === 0 ? 1 : 0 });
}

test('through random requests and reloads, limits hold, timers stay armed as in the file, and each firing has one outcome', async () => {
  await fc.assert(
    fc.asyncProperty(course, async ({ fixed: of, concurrency, failing, first, steps }) => {
      const limits = concurrency === undefined ? {} : { concurrency };
      let jobs = jobsOf(of, first);
      const ledger = new FakeLedger(new Disk());
      const rig = new Rig(jobs, { ledger, start: '2026-01-01T00:00:00.500Z', ...limits });
      behave(rig, of, failing);
      rig.scheduler.start();
      for (const [after, asked] of steps) {
        await rig.clock.advance(after);
        jobs = ask(rig, { fixed: of, ...limits }, asked) ?? jobs;
        await rig.clock.settle();
        checkNow(rig, jobs);
      }
      for (let left = 3; left > 0; left--) {
        await rig.clock.advance(2 * MINUTE);
        checkNow(rig, jobs);
      }
      const stopped = rig.scheduler.stop('SIGTERM');
      await rig.clock.advance(5 * MINUTE);
      await stopped;
      expect(checkPast(rig.events, of, concurrency)).toEqual([]);
    }),
    rounds(100),
  );
});

/** A scheduler that leaves runs behind, and requests to the next one, each after some turns of its start. */
const restart = fc.record({
  fixed: fc.tuple(fixed, fixed, fixed),
  concurrency: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
  failing: fc.nat(3),
  first: file,
  lasting: fc.integer({ min: 5, max: 200 }).map((seconds) => seconds * SECOND),
  isShared: fc.boolean(),
  isStopped: fc.boolean(),
  /** How long the processes of the dead scheduler take to end. */
  orphans: fc.option(fc.constantFrom(0, SECOND, 8 * SECOND), { nil: undefined }),
  down: fc.constantFrom(0, 2 * SECOND, 3 * MINUTE),
  asked: fc.array(fc.tuple(fc.nat({ max: 40 }), request), { maxLength: 4 }),
});

test('through random requests during a start, the same holds, and no timer runs before its leftover processes have ended', async () => {
  await fc.assert(
    fc.asyncProperty(restart, async (the) => {
      const { fixed: of, concurrency, failing } = the;
      const limits = concurrency === undefined ? {} : { concurrency };
      const disk = new Disk();
      const ledgerOf = (node: string) => new FakeLedger(disk, { node: the.isShared ? node : undefined });
      const clock = new SlowClock('2026-01-01T00:00:00.500Z');
      let jobs = jobsOf(of, the.first);

      const first = new Rig(jobs, { clock, ledger: ledgerOf('one'), life: 'first', ...limits });
      behave(first, of, failing);
      first.scheduler.start();
      await clock.advance(the.lasting);
      if (the.isStopped) await Promise.all([first.scheduler.stop(), clock.advance(MINUTE)]);
      clock.forgetAll();
      first.executor.isDead = () => true;
      const left = new Map(
        [...disk.open.values()].flatMap(({ attempts, retryAt, runId, firing }) =>
          attempts > 0 && retryAt === undefined ? [[runId, firing.jobName]] : [],
        ),
      );
      await clock.advance(the.down);

      const alive = the.orphans === undefined ? [] : [...left.keys()];
      const finder: Orphans = {
        find: (runIds) => Promise.resolve(alive.filter((id) => runIds.has(id)).map((runId) => ({ runId, pid: 77 }))),
        end: (orphans) =>
          new Promise((resolve) =>
            clock.after(the.orphans ?? 0, () => {
              for (const { runId } of orphans) alive.splice(alive.indexOf(runId), 1);
              resolve();
            }),
          ),
      };
      const second = new Rig(jobs, { clock, ledger: ledgerOf('two'), life: 'second', finder, ...limits });
      behave(second, of, failing);
      const { onExecute } = second.executor;
      const nextTo: unknown[] = [];
      const canceled = new Set<string>();
      const startedAgain: unknown[] = [];
      second.executor.onExecute = (env) => {
        if (canceled.has(env['TIMERS_FIRING_ID'] ?? '')) startedAgain.push(env);
        nextTo.push(...alive.filter((runId) => left.get(runId) === env['TIMERS_TASK_NAME']));
        onExecute(env);
      };
      clock.isSlow = true;
      second.scheduler.start();
      for (const [turns, asked] of the.asked) {
        let n = turns;
        const turn = () => {
          if (n-- > 0) {
            clock.soon(turn);
            return;
          }
          if (asked.verb === 'cancel')
            for (const { firing } of disk.open.values())
              if (firing.jobName === asked.name) canceled.add(firingId(firing));
          jobs = ask(second, { fixed: of, ...limits }, asked) ?? jobs;
        };
        clock.soon(turn);
      }
      await clock.settle();
      clock.isSlow = false;
      await clock.advance(10 * SECOND);
      checkNow(second, jobs);
      await clock.advance(5 * MINUTE);
      checkNow(second, jobs);
      const stopped = second.scheduler.stop('SIGTERM');
      await clock.advance(5 * MINUTE);
      await stopped;

      expect(nextTo).toEqual([]);
      expect(startedAgain).toEqual([]);
      const open = [...disk.open.values()].map(({ firing }) => firingId(firing));
      expect(checkPast(second.events, of, concurrency).filter((id) => !open.includes(id))).toEqual([]);
      const ended = disk.endings.map(({ firing }) => firingId(firing));
      expect(ended.filter((id, index) => ended.indexOf(id) !== index)).toEqual([]);
    }),
    rounds(100),
  );
});
