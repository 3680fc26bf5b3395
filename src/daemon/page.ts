import { readFileSync } from 'node:fs';
import { RefusalError, type Args } from '../control/index.js';
import type { Clock } from '../domain/clock.js';
import type { Recorded } from '../domain/ledger.js';
import type { OutcomeLog } from '../domain/outcome-log.js';
import type { Sink } from '../domain/sink.js';
import { toStatusRecord, type StatusContext } from '../domain/status-record.js';
import { apiRoutes, Live, Past, staticRoutes, type Acted, type Route, type StaticFile } from '../http/index.js';
import type { Scheduler } from '../engine/scheduler.js';
import { causeOf } from '../domain/outcome-cause.js';
import { firingsAfter } from '../engine/upcoming-firings.js';
import { schedulerCalendar } from './calendar.js';
import type { Control } from './control.js';
import { ActiveStatus } from './shared/active-status.js';
import type { Surroundings } from './surroundings.js';

/** The page of a scheduler: its listeners, and its request handlers. */
export interface Page {
  readonly sink: Sink;
  readonly routes: readonly Route[];
}

export interface PageParts {
  /** Passes a verb to another machine of a shared state; `undefined` if this one must execute it. */
  readonly elsewhere?: ((verb: string, args: Args) => Promise<unknown> | undefined) | undefined;
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  readonly scheduler: () => Scheduler;
  readonly status: StatusContext;
  readonly control: Pick<Control, 'ring' | 'recent' | 'carryOut'>;
  /** What has been recorded so far. */
  readonly recorded: () => Recorded | undefined;
  /** The outcomes as a log; `undefined` while the state can't be written, or there is none. */
  readonly outcomes: () => OutcomeLog | undefined;
}

/**
 * Assembles the page at `/`, and its requests under `/api/`. `canAct`: whether actions are possible, by a token or by
 * the socket's permissions.
 */
export function openPage(
  { surroundings, clock, scheduler, status, control, recorded, outcomes, elsewhere }: PageParts,
  canAct: boolean,
): Page {
  const controls = () => scheduler().controls;
  const turn = () => new Promise<void>((resolve) => clock.soon(resolve));
  const active = elsewhere && new ActiveStatus({ clock, ask: (args) => elsewhere('status', args) });
  /** The timers with their next firings: on a standby machine, those of the active one. */
  const armed = () => {
    const own = controls().status();
    return active ? { ...own, jobs: active.armed(own.jobs) } : own;
  };
  const live = new Live({
    active,
    clock,
    recent: control.recent,
    turn,
    canAct,
    status: () => controls().status(),
    toRecord: (of) => toStatusRecord(of, status),
  });
  const sources = {
    recorded,
    remembered: (interest: { readonly jobName?: string }) => control.ring.past(interest, Number.POSITIVE_INFINITY),
    follow: control.ring.follow.bind(control.ring),
  };
  const api = apiRoutes({
    ...sources,
    live,
    clock,
    past: new Past(sources),
    causeOf,
    outcomes,
    turn,
    now: () => controls().status().at,
    coming: (jobName, until, count) => {
      const { jobs } = armed();
      const asked = jobName === undefined ? jobs : jobs.filter(({ job }) => job.name === jobName);
      return [...firingsAfter(asked, { until, count })].map(({ job, ...firing }) => ({ jobName: job.name, ...firing }));
    },
    calendar: () => schedulerCalendar(armed(), turn),
    act: (verb, args) => acted(() => control.carryOut(verb, args)),
  });
  return { sink: live, routes: [...api, ...staticRoutes(readPage((sentence) => surroundings.err(sentence)))] };
}

async function acted(carryOut: () => unknown): Promise<Acted> {
  try {
    return { kind: 'done', answer: await carryOut() };
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    return { kind: 'refused', because: becauseOf(error), reason: error.message };
  }
}

function becauseOf({ code }: RefusalError): 'unknown' | 'wrong' | 'unfit' {
  if (code.startsWith('unknown_')) return 'unknown';
  return code === 'bad_argument' ? 'wrong' : 'unfit';
}

const FILES = [
  { path: '/', name: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/page.js', name: 'page.js', type: 'text/javascript; charset=utf-8' },
  { path: '/page.css', name: 'page.css', type: 'text/css; charset=utf-8' },
  { path: '/icon.svg', name: 'icon.svg', type: 'image/svg+xml' },
] as const;

/**
 * Reads the page's files from the build. Both this file and the built program are two folders below the one that
 * contains `dist`.
 */
function readPage(complain: (sentence: string) => void): readonly StaticFile[] {
  try {
    return FILES.map(({ path, name, type }) => {
      return { path, type, content: readFileSync(new URL(`../../dist/page/${name}`, import.meta.url)) };
    });
  } catch (error) {
    complain(`timers: no page at /, because it was not built: ${String(error)}`);
    return [];
  }
}
