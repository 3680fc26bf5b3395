import { expect, test } from 'vitest';
import { EventRing } from '../../src/control/index.js';
import type { Clock } from '../../src/domain/clock.js';
import { isEnding } from '../../src/domain/ledger.js';
import type { Sink } from '../../src/domain/sink.js';
import { toTimestamp } from '../../src/domain/time.js';
import { createHooks, createPings, createNotifications } from '../../src/delivery/index.js';
import { sinkKinds } from '../../src/sinks/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { everyMs, job, Rig } from '../support/rig.js';

const boom = (): never => {
  throw new TypeError('no such thing');
};

/** Every listener that calls external code for an event, with a call that throws. */
const sinks: Readonly<Record<string, (clock: Clock) => Sink | Promise<Sink>>> = {
  ...Object.fromEntries(
    Object.entries(sinkKinds).map(([key, open]) => [
      `${key} log`,
      (clock: Clock) =>
        open({
          destination: { write: boom, drained: () => undefined, flush: boom, onDropped: () => undefined },
          clock,
          level: 'debug',
          host: 'ada',
          color: false,
          local: { zone: 'UTC', format: toTimestamp },
        }),
    ]),
  ),
  hooks: (clock) => createHooks({ hooksOf: boom, executor: { execute: boom }, clock, emit: boom }),
  pings: (clock) => createPings({ monitorsOf: boom, send: boom, clock, emit: boom }),
  notifications: (clock) =>
    createNotifications({
      notifyOf: boom,
      send: boom,
      executor: { execute: boom },
      clock,
      host: 'ada',
      format: boom,
      emit: boom,
    }),
  'ring of events': () => new EventRing(boom, boom),
};

test.each(Object.entries(sinks))(
  'a bug in a dependency of the %s does not cost a timer its runs',
  async (_name, create) => {
    const clock = new FakeClock(Date.parse('2026-11-23T08:00Z'));
    const rig = new Rig([job('good', everyMs(10_000)), job('bad', everyMs(10_000))], {
      clock,
      sinks: [await create(clock)],
      onSinkError: () => undefined,
    });
    rig.executor.lasting = 1_000;
    rig.executor.exits = (env) => ({ kind: 'exited', code: env['TIMERS_TASK_NAME'] === 'bad' ? 1 : 0 });
    rig.scheduler.start();
    await rig.clock.advance(35_000);
    const endings = rig.events.filter(isEnding).map((ending) => [ending.firing.jobName, ending.event]);
    expect(endings.filter(([name]) => name === 'good')).toEqual(Array(3).fill(['good', 'run.finished']));
    expect(endings.filter(([name]) => name === 'bad')).toEqual(Array(3).fill(['bad', 'run.finished']));
    const stopped = rig.scheduler.stop();
    await rig.clock.advance(120_000);
    await stopped;
    expect(rig.events.at(-1)?.event).toBe('scheduler.stopped');
  },
);
