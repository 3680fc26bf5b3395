import { Session, type HeapProfiler } from 'node:inspector/promises';
import { setFlagsFromString } from 'node:v8';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Command } from '../../src/domain/command.js';
import type { TimerEvent } from '../../src/domain/events/index.js';
import type { AttemptIo, Executor } from '../../src/domain/executor.js';
import { SECOND } from '../../src/domain/time.js';
import { Scheduler } from '../../src/engine/scheduler.js';
import { PendingRecords } from '../../src/stores/pending-records.js';
import { FakeClock } from '../support/fake-clock.js';
import { hiddenClasses } from '../support/hidden-class.js';
import { atInstants, job } from '../support/rig.js';

// What a firing of thousands costs if it does nothing, in figures that do not depend on the speed of the machine. How
// late they are is measured by `npm run bench lateness`.

const DUE = '2026-01-01T00:00:01Z';

/** A clock that counts how often it is read, and how many turns of the event loop are requested. */
class CountingClock extends FakeClock {
  reads = 0;
  turns = 0;

  override now(): number {
    this.reads++;
    return super.now();
  }

  override monotonic(): number {
    this.reads++;
    return super.monotonic();
  }

  override soon(task: () => void): void {
    this.turns++;
    super.soon(task);
  }
}

interface Instant {
  readonly clock: CountingClock;
  readonly requests: (readonly [Command, AttemptIo])[];
  readonly events: TimerEvent[];
  /** Lets all firings come due and end. */
  readonly pass: () => Promise<void>;
}

/** `count` timers that are due at one instant, for an executor that does nothing. */
async function instantOf(count: number, keeps: 'all' | 'nothing'): Promise<Instant> {
  const clock = new CountingClock();
  const [requests, events]: [Instant['requests'], TimerEvent[]] = [[], []];
  const done = Promise.resolve({ kind: 'exited', code: 0 } as const);
  const execute: Executor['execute'] = (spec, io) => {
    if (keeps === 'all') requests.push([spec, io]);
    return done;
  };
  const accept = (event: TimerEvent) => {
    if (keeps === 'all') events.push(event);
  };
  const schedule = atInstants(DUE);
  let runs = 0;
  const scheduler = new Scheduler(
    {
      jobs: Array.from({ length: count }, (_, index) => job(`t${index}`, schedule)),
      facts: { version: '', file: '', pid: 0 },
    },
    {
      clock,
      executor: { execute },
      sinks: [{ name: 'none', accept }],
      newRunId: () => `run-${++runs}`,
      newMark: () => 0,
      onSinkError: (_, error) => {
        throw error;
      },
    },
  );
  scheduler.start();
  await clock.settle();
  return { clock, requests, events, pass: () => clock.advance(2 * SECOND) };
}

/** Bytes per firing. */
const MOST = 9_200;

const session = new Session();
beforeAll(() => session.connect());
afterAll(() => session.disconnect());

// Optimized code allocates half as much, and it depends on the machine how soon code is optimized.
beforeAll(() => setFlagsFromString('--no-opt'));
afterAll(() => setFlagsFromString('--opt'));

const sizeOf = ({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number =>
  children.reduce((sum, child) => sum + sizeOf(child), selfSize);

/** How many bytes `work` allocates on the heap of V8, including what is garbage already. There is a sample for every 512 bytes or so. */
async function allocatedBy(work: () => Promise<void>): Promise<number> {
  const all = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true };
  await session.post('HeapProfiler.startSampling', { samplingInterval: 512, ...all });
  await work();
  const { profile } = await session.post('HeapProfiler.stopSampling');
  return sizeOf(profile.head);
}

/** Bytes per firing. */
async function allocatedPerFiring(count: number): Promise<number> {
  const instant = await instantOf(count, 'nothing');
  return (await allocatedBy(() => instant.pass())) / count;
}

// 8,800 without optimized code. Copies of the thousands that wait are 4,500 more. Whatever else the process does, such as
// the messages of the test runner, can only add to that, so the least of three counts.
test('a firing allocates little, however many others are due', async () => {
  await allocatedPerFiring(1_000);
  let least = Infinity;
  for (let left = 3; left > 0 && least >= MOST; left--) least = Math.min(least, await allocatedPerFiring(8_000));
  expect(least).toBeLessThan(MOST);
});

test('firings share turns of the event loop, and few readings of the clock are their own', async () => {
  const { clock, pass } = await instantOf(4_000, 'nothing');
  [clock.reads, clock.turns] = [0, 0];
  await pass();
  expect(clock.turns / 4_000).toBeLessThan(0.25);
  expect(clock.reads / 4_000).toBeLessThan(14);
});

test('objects of one kind share a hidden class', async () => {
  const { requests, events, pass } = await instantOf(200, 'all');
  await pass();
  const named = (name: TimerEvent['event']) => events.filter(({ event }) => event === name);
  const pending = new PendingRecords({ jobs: new Map(), open: [], lastSeenAt: undefined });
  pending.add([...named('run.admitted'), ...named('attempt.begun')], []);
  const kinds = {
    request: requests.map(([, io]) => io),
    variables: requests.map(([, { env }]) => env),
    firing: named('attempt.begun').map((event) => ('firing' in event ? event.firing : {})),
    'run.admitted': named('run.admitted'),
    'attempt.begun': named('attempt.begun'),
    'run.finished': named('run.finished'),
    'open run': Array.from(pending.changedRuns, ({ run }) => run),
  };
  for (const [kind, objects] of Object.entries(kinds)) {
    expect(objects, kind).toHaveLength(200);
    expect(hiddenClasses(objects), kind).toBeLessThan(4);
  }
});
