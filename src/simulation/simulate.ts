import type { Command } from '../domain/command.js';
import { MARKS_FROM } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { Duration, Instant } from '../domain/time.js';
import { Scheduler } from '../engine/scheduler.js';
import { BusyMinutes } from './busy-minutes.js';
import { FakeExecutor, type Behavior } from './fake-executor.js';
import { Tally, type SimulatedMoment } from './tally.js';
import { VirtualClock } from './virtual-clock.js';

/** What is simulated. */
export interface Scenario {
  readonly jobs: readonly Job[];
  readonly concurrency?: number;
  readonly groups: ReadonlyMap<string, number>;
  /** The scheduler starts at `from`, and firings come strictly after it; `until` is inclusive. */
  readonly span: { readonly from: Instant; readonly until: Instant };
  /** Returns how long an attempt of a job lasts. */
  readonly lasting: (job: Job) => Duration;
  /** Returns whether the job's next attempt fails. */
  readonly fails: (job: Job) => boolean;
  /** Returns the time of day by which busy minutes are reported. */
  readonly timeOfDay: (instant: Instant) => Duration;
}

/**
 * Runs the scheduler itself on a clock that jumps from event to event, without executing anything. Runs that are active
 * at the end are left unfinished.
 */
export async function simulate(scenario: Scenario, onMoment: (moment: SimulatedMoment) => void): Promise<Tally> {
  const { span, groups, concurrency } = scenario;
  const clock = new VirtualClock(span.from);
  const behaviors = new Map<Command, Behavior>();
  const jobs = scenario.jobs.map((job) => withOwnCommand(job, scenario, behaviors));
  const tally = new Tally(jobs, new BusyMinutes(scenario.timeOfDay), onMoment);
  const faults: unknown[] = [];
  let [runs, marks] = [0, 0];
  const scheduler = new Scheduler(
    {
      jobs,
      groups,
      ...(concurrency !== undefined && { concurrency }),
      facts: { version: '', file: '', pid: 0 },
    },
    {
      clock,
      executor: new FakeExecutor(clock, behaviors),
      sinks: [tally],
      newRunId: () => String(++runs),
      newMark: () => MARKS_FROM + ++marks,
      onSinkError: (_sink, error) => void faults.push(error),
    },
  );
  scheduler.start();
  await clock.runUntil(span.until);
  tally.close(span.until);
  if (faults.length > 0) throw faults[0];
  return tally;
}

/** Gives a job commands of its own, because the executor identifies a job by its commands. */
function withOwnCommand(job: Job, scenario: Scenario, behaviors: Map<Command, Behavior>): Job {
  const command = { ...job.command };
  const lasting = scenario.lasting(job);
  behaviors.set(command, { lasting, fails: () => scenario.fails(job) });
  if (job.fallback === undefined) return { ...job, command };
  // Nothing is known about the fallback. Assume that it takes as long as an attempt and succeeds.
  const fallback = { ...job.fallback };
  behaviors.set(fallback, { lasting, fails: () => false });
  return { ...job, command, fallback };
}
