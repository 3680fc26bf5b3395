import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TimerEvent } from '../../src/domain/events/index.js';
import { firingId, type Firing } from '../../src/domain/firing.js';
import type { Job } from '../../src/domain/job.js';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time.js';
import { catchUp, overlap, retry } from '../../src/policies/index.js';
import { atInstants, everyMs, job, Rig } from '../support/rig.js';
import { rounds } from './rounds.js';

/** One seeded day: its jobs, how their commands behave, what happens to the clock, and when it ends. */
const day = fc.record({
  jobs: fc.array(
    fc.record({
      interval: fc.constantFrom(SECOND, 7 * SECOND, MINUTE, 10 * MINUTE, HOUR),
      fixed: fc.boolean(),
      overlap: fc.constantFrom('skip' as const, 'queue' as const, 'allow' as const, 'replace' as const),
      catchUp: fc.constantFrom('none' as const, 'latest' as const, 'all' as const),
      attempts: fc.integer({ min: 1, max: 3 }),
      timeout: fc.option(fc.constantFrom(SECOND, MINUTE), { nil: undefined }),
      deadline: fc.option(fc.constantFrom(SECOND, MINUTE), { nil: undefined }),
      group: fc.option(fc.constantFrom('g', 'h'), { nil: undefined }),
      runAtStart: fc.boolean(),
      offset: fc.constantFrom(0, 0, 1_500),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  concurrency: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  lasting: fc.constantFrom(undefined, 0, 300, 5 * SECOND, 90 * SECOND),
  failing: fc.nat(3),
  happenings: fc.array(
    fc.record({
      after: fc.constantFrom(0, 400, 5 * SECOND, 3 * MINUTE, 20 * MINUTE),
      kind: fc.constantFrom('step' as const, 'suspend' as const, 'block' as const, 'trigger' as const, 'end' as const),
      by: fc.constantFrom(-5 * HOUR, -2 * HOUR, -MINUTE, -300, 300, 2 * SECOND, 10 * MINUTE, 6 * HOUR),
    }),
    { maxLength: 8 },
  ),
});

type Day = typeof day extends fc.Arbitrary<infer D> ? D : never;

const START = Date.parse('2026-03-29T00:00:00Z');

function jobsOf(the: Day): Job[] {
  return the.jobs.map((spec, index) =>
    job(
      `job-${index}`,
      spec.fixed
        ? atInstants(...Array.from({ length: 40 }, (_, n) => START + (n - 5) * 17 * MINUTE))
        : everyMs(spec.interval),
      {
        admission: [overlap(spec.overlap)],
        misfire: catchUp({ policy: spec.catchUp }),
        retry: retry(
          { attempts: spec.attempts, delay: 2 * SECOND, factor: 2, maxDelay: MINUTE, jitter: false },
          () => 0,
        ),
        runAtStart: spec.runAtStart,
        offset: spec.offset,
        ...(spec.timeout !== undefined && { timeout: spec.timeout }),
        ...(spec.deadline !== undefined && { deadline: spec.deadline }),
        ...(spec.group !== undefined && { group: spec.group }),
      },
    ),
  );
}

async function live(the: Day): Promise<Rig> {
  const rig = new Rig(jobsOf(the), {
    start: '2026-03-29T00:00:00Z',
    ...(the.concurrency !== undefined && { concurrency: the.concurrency }),
  });
  rig.executor.lasting = the.lasting;
  let attempts = 0;
  rig.executor.exits = () => ({
    kind: 'exited',
    code: the.failing > 0 && attempts++ % (the.failing + 1) === 0 ? 1 : 0,
  });
  rig.scheduler.start();
  for (const { after, kind, by } of the.happenings) {
    await rig.clock.advance(after);
    if (kind === 'step') rig.clock.stepWall(by);
    else if (kind === 'suspend') rig.clock.suspend(Math.abs(by));
    else if (kind === 'block') rig.clock.block(Math.abs(by));
    else if (kind === 'trigger') rig.scheduler.controls.trigger('job-0');
    else rig.executor.attempts.at(-1)?.end(0);
  }
  await rig.clock.advance(5 * MINUTE);
  const stopped = rig.scheduler.stop('SIGTERM');
  await rig.clock.advance(MINUTE);
  await stopped;
  return rig;
}

const endingOf = (event: TimerEvent): Firing | undefined =>
  event.event === 'run.finished' || event.event === 'firing.skipped' || event.event === 'firing.missed'
    ? event.firing
    : undefined;

test('each firing has one outcome, none is early, no timer stays armed, and events survive JSON', async () => {
  await fc.assert(
    fc.asyncProperty(day, async (the) => {
      const rig = await live(the);
      const ended = new Map<string, number>();
      const begun = new Set<string>();
      const early: TimerEvent[] = [];
      for (const event of rig.events) {
        const firing = endingOf(event);
        if (firing)
          ended.set(
            `${firingId(firing)} ${firing.trigger}`,
            (ended.get(`${firingId(firing)} ${firing.trigger}`) ?? 0) + 1,
          );
        if (event.event === 'run.started') {
          begun.add(`${firingId(event.firing)} ${event.firing.trigger}`);
          if (event.latenessMs < 0) early.push(event);
        }
      }
      expect(early).toEqual([]);
      expect(JSON.parse(JSON.stringify(rig.events))).toEqual(rig.events);
      expect([...ended].filter(([id, count]) => count !== 1 && !id.endsWith('manual'))).toEqual([]);
      expect([...begun].filter((id) => !ended.has(id))).toEqual([]);
      expect(rig.clock.armed).toBe(0);
      expect(rig.events.at(-1)?.event).toBe('scheduler.stopped');
    }),
    rounds(150),
  );
});

test('without clock jumps, exactly the due firings are reported', async () => {
  await fc.assert(
    fc.asyncProperty(day, async (the) => {
      const quiet = { ...the, happenings: the.happenings.filter(({ kind }) => kind === 'block' || kind === 'end') };
      const rig = await live(quiet);
      const until = rig.events.find((event) => event.event === 'scheduler.stopping')!.at;
      for (const { name, schedule, offset } of jobsOf(the)) {
        let due = 0;
        for (
          let instant = schedule.next(START);
          instant !== undefined && instant + offset <= until;
          instant = schedule.next(instant)
        )
          due++;
        const told = rig.events
          .filter((event) => endingOf(event)?.jobName === name && endingOf(event)?.trigger !== 'start')
          .reduce((sum, event) => sum + (event.event === 'firing.missed' ? (event.count ?? 1) : 1), 0);
        expect(`${name} ${told}`).toBe(`${name} ${due}`);
      }
    }),
    rounds(80),
  );
});
