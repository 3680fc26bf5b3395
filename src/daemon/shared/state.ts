import type { TimerFile } from '../../config/index.js';
import type { Clock } from '../../domain/clock.js';
import type { TimerEvent } from '../../domain/events/index.js';
import type { Recorded } from '../../domain/ledger.js';
import { isRedisUrl, type SharedPlace } from '../../domain/state-place.js';
import type { ClockSettings } from '../../domain/time-source.js';
import type { Sink } from '../../domain/sink.js';
import type { Duration } from '../../domain/time.js';
import type { Companion } from '../../engine/scheduler-parts.js';
import type { Scheduler } from '../../engine/scheduler.js';
import { BoardTrouble, type Term } from '../../stores/shared/index.js';
import type { Composition } from '../compose.js';
import type { Control } from '../control.js';
import type { Operation } from '../operation.js';
import { Membership } from './membership.js';
import { openShared, probe, type SharedState } from './open.js';
import { createStateClock, stateTimeOf } from './state-clock.js';
import { SharedPast } from './past.js';
import { heardInTerm, Terms } from './terms.js';
import { WorkWatch } from './work-watch.js';
import { runOnByTimer, TermWorkers } from './workers.js';

/** A shared state, ready for a machine to stand by. */
export type OpenedShared =
  | {
      readonly kind: 'shared';
      readonly recorded: () => Recorded | undefined;
      /** Nothing is forwarded from a shared state. */
      readonly outcomes: () => undefined;
      readonly troubles: readonly [];
      /** Registers the only listener for the time that each commit took. */
      readonly onCommitted: (listener: (took: Duration) => void) => void;
      readonly operate: (house: House) => Operation;
    }
  | { readonly kind: 'refused'; readonly message: string };

/** What the schedulers of this machine share, across all terms. */
interface House {
  readonly compose: (more: Pick<Composition, 'ledger' | 'term' | 'stateTime' | 'workers' | 'sinks'>) => Scheduler;
  readonly companions: readonly Companion[];
  readonly sinks: readonly Sink[];
  readonly control: Pick<Control, 'carryOutHere'>;
  readonly file: () => TimerFile;
}

interface WatchedHouse extends House {
  readonly clockSettings: ClockSettings | undefined;
  readonly clock: Clock;
  readonly onCommitted: (took: Duration) => void;
}

/**
 * Opens the shared state of a timer file. An unreachable store is not an error, because it may be reachable later. A
 * store that refuses access is one.
 */
export async function openSharedState(place: SharedPlace, timerFile: TimerFile, clock: Clock): Promise<OpenedShared> {
  try {
    const shared = await openShared(place, clock);
    await probe(shared);
    let heard: (took: Duration) => void = () => undefined;
    const past = new SharedPast(shared.board, clock, timerFile.settings.history);
    return {
      kind: 'shared',
      recorded: past.recorded,
      outcomes: () => undefined,
      troubles: [],
      onCommitted: (listener) => (heard = listener),
      operate: (house) =>
        operateShared(shared, past, {
          ...house,
          clock,
          clockSettings: timerFile.settings.clock,
          onCommitted: (took) => heard(took),
        }),
    };
  } catch (error) {
    if (!(error instanceof BoardTrouble)) throw error;
    return { kind: 'refused', message: error.message };
  }
}

const duringOf = (term: Term, { node }: SharedState) => ({
  environment: {
    TIMERS_FENCE: String(term.taken.fence),
    TIMERS_NODE: node,
  },
  heldUntil: () => term.heldUntil(),
});

function operateShared(
  shared: SharedState,
  past: SharedPast,
  { compose, companions, sinks, control, file, clock, clockSettings, onCommitted }: WatchedHouse,
): Operation {
  const heardIn = (term?: Term) =>
    sinks.map((sink) => heardInTerm(sink, () => term?.isLost === true && !terms.isStopping));
  const stateTime = stateTimeOf(shared.board);
  const stateClock = createStateClock(stateTime, { clock, settings: clockSettings, terms: () => terms });
  let workers: TermWorkers | undefined;
  const watch: WorkWatch = new WorkWatch({
    board: shared.board,
    clock,
    jobs: () => file().jobs,
    workers: () => (terms.isActive ? workers : undefined),
  });
  const emit = (event: TimerEvent) => terms.scheduler.emit(event);
  const forWorkers = { emit, runOnOf: runOnByTimer(() => file().jobs) };
  const composeActive = (term: Term) => {
    const during = duringOf(term, shared);
    workers = isRedisUrl(shared.place.url) ? new TermWorkers(shared.place, clock, during, forWorkers) : undefined;
    return compose({
      sinks: [...heardIn(term), ...(workers ? [workers] : [])],
      ledger: { ledger: term.ledger, file: shared.board.place },
      ...{ term: during, stateTime, workers },
    });
  };
  const member = { start: () => membership.start(), stop: () => void membership.stop() };
  const terms: Terms = new Terms({
    shared,
    clock,
    sinks,
    onCommitted,
    orphans: () => file().settings.orphans,
    companions: [...companions, past, watch, stateClock, member],
    compose: (term) => (term === undefined ? compose({ sinks: heardIn() }) : composeActive(term)),
  });
  const membership = new Membership({
    ...{ shared, clock, terms, jobs: () => file().jobs, carryOut: control.carryOutHere },
    ...{ queues: () => watch.record, clockOffset: () => stateClock.latest },
  });
  return {
    get scheduler() {
      return terms.scheduler;
    },
    runner: terms,
    reload: (plan, source) => terms.reload(plan, source),
    membership,
  };
}
