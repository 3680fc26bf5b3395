import { schedulerCalendar } from '../../src/daemon/calendar.js';
import type { TimerEvent } from '../../src/domain/events/index.js';
import type { Ending, Recorded } from '../../src/domain/ledger.js';
import { toStatusRecord } from '../../src/domain/status-record.js';
import { SECOND } from '../../src/domain/time.js';
import { apiRoutes, Live, Past, type Acted } from '../../src/http/index.js';
import { EventRing } from '../../src/control/index.js';
import type { Job } from '../../src/domain/job.js';
import { causeOf } from '../../src/domain/outcome-cause.js';
import { RecentOutcomes } from '../../src/daemon/recent-outcomes.js';
import { Rig } from '../support/rig.js';
import { Listening } from './ask.js';

export interface ServedPage {
  readonly rig: Rig;
  readonly listening: Listening;
  readonly acted: { readonly verb: string; readonly args: unknown }[];
  /** Sends the page what has happened since the last time. */
  tell(): void;
  /** Lets time pass for the page. */
  pass(): Promise<void>;
}

/** A scheduler on a fake clock and its page, on a real port. */
export async function servePage(
  jobs: readonly Job[],
  { recorded, token, answer }: { recorded?: Recorded; token?: string; answer?: Acted } = {},
): Promise<ServedPage> {
  const rig = new Rig(jobs);
  const { scheduler, clock, events } = rig;
  scheduler.start();
  const ring = new EventRing(
    () => true,
    (event) => JSON.stringify(event),
  );
  const facts = {
    facts: { pid: 7, version: '1', file: '/etc/timers.yaml', timezone: 'UTC' },
    words: (job: Job) => job.written.text,
  };
  const turn = () => Promise.resolve();
  const recent = new RecentOutcomes(rig.clock, () => recorded);
  const live = new Live({
    clock,
    recent,
    turn,
    canAct: token !== undefined,
    status: () => scheduler.controls.status(),
    toRecord: (status) => toStatusRecord(status, facts),
  });
  const sources = {
    recorded: () => recorded,
    remembered: (interest: { readonly jobName?: string }) => ring.past(interest, Number.POSITIVE_INFINITY),
    follow: ring.follow.bind(ring),
  };
  const acted: { verb: string; args: unknown }[] = [];
  const routes = apiRoutes({
    ...sources,
    live,
    clock,
    past: new Past(sources),
    causeOf: (ending: Ending) => causeOf(ending),
    outcomes: () => undefined,
    turn,
    now: () => clock.now(),
    coming: (jobName, until, most) => {
      const job = jobs.find(({ name }) => name === jobName) ?? jobs[0]!;
      const next = job.schedule.next(clock.now()) ?? until;
      const step = SECOND * 10;
      return Array.from({ length: most }, (_, index) => ({
        jobName: job.name,
        scheduledFor: next + index * step,
        startsAt: next + index * step,
      })).filter(({ scheduledFor }) => scheduledFor <= until);
    },
    calendar: () => schedulerCalendar(scheduler.controls.status(), turn),
    act: (verb, args) => {
      acted.push({ verb, args });
      return Promise.resolve(answer ?? { kind: 'done', answer: { verb } });
    },
  });
  const listening = await new Listening(routes, token === undefined ? {} : { token }).ready();
  const told: TimerEvent[] = [];
  const page: ServedPage = {
    rig,
    listening,
    acted,
    tell() {
      for (const event of events.filter((one) => !told.includes(one))) {
        told.push(event);
        ring.accept(event);
        recent.accept(event);
        live.accept(event);
      }
    },
    pass: () => clock.advance(600),
  };
  await clock.settle();
  page.tell();
  return page;
}
