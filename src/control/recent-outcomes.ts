import type { Clock } from '../domain/clock.js';
import { jobNameOf, type TimerEvent } from '../domain/event.js';
import type { History } from '../domain/ledger.js';
import { recentOutcomeOf, type RecentOutcome } from '../domain/recent.js';
import type { Sink } from '../domain/sink.js';

/** How many outcomes are kept of each job. */
export const MOST_RECENT = 20;
/** And of all: with more jobs than this has room for, each has fewer. */
const MOST_OF_ALL = 200_000;
/** How many jobs are looked up before timers and processes get a turn. */
const BATCH = 16;

/** Opens what was recorded; `undefined` where nothing is. Whoever opens it closes it. */
export type OpenHistory = () => History | undefined;

/** Keeps the last outcomes of each job for who asks. What was before this scheduler is looked up when somebody asks first. Bounded. */
export class RecentOutcomes implements Sink {
  readonly name = 'recent';
  readonly #clock: Clock;
  readonly #open: OpenHistory;
  readonly #byJob = new Map<string, RecentOutcome[]>();
  /** Whose past was looked up, or was not to be had. */
  readonly #recalled = new Set<string>();
  #recalling: Promise<void> = Promise.resolve();

  constructor(clock: Clock, open: OpenHistory) {
    this.#clock = clock;
    this.#open = open;
  }

  accept(event: TimerEvent): void {
    if (event.event === 'config.reloaded') for (const name of event.removed) this.#forget(name);
    const [name, outcome] = [jobNameOf(event), recentOutcomeOf(event)];
    if (name === undefined || outcome === undefined) return;
    this.#keep(name, [...(this.#byJob.get(name) ?? []), outcome]);
  }

  /** The latest `most` outcomes of a job, oldest first. */
  of(name: string, most: number): readonly RecentOutcome[] {
    return most === 0 ? [] : (this.#byJob.get(name)?.slice(-most) ?? []);
  }

  /** Looks up the past of these jobs, of each once, a few in a turn of the event loop. Never rejects. */
  recall(names: readonly string[]): Promise<void> {
    const missing = () => names.filter((name) => !this.#recalled.has(name));
    if (missing().length > 0) this.#recalling = this.#recalling.then(() => this.#lookUp(missing()));
    return this.#recalling;
  }

  async #lookUp(names: readonly string[]): Promise<void> {
    for (const name of names) this.#recalled.add(name);
    const history = names.length === 0 ? undefined : this.#open();
    if (history === undefined) return;
    try {
      for (const [index, name] of names.entries()) {
        if (index % BATCH === BATCH - 1) await new Promise<void>((resolve) => this.#clock.soon(resolve));
        this.#precede(name, history.endings({ jobName: name, limit: MOST_RECENT }).flatMap(toOutcome));
      }
    } catch {
      // A history that cannot be read has told nothing; of a state in trouble the log tells.
    } finally {
      history.close();
    }
  }

  /** What was seen here is in the history as well, as far as it is recorded. */
  #precede(name: string, past: readonly RecentOutcome[]): void {
    const seen = this.#byJob.get(name) ?? [];
    const known = new Set(seen.map(identityOf));
    this.#keep(name, [...past.filter((outcome) => !known.has(identityOf(outcome))), ...seen]);
  }

  #keep(name: string, outcomes: readonly RecentOutcome[]): void {
    const most = Math.max(1, Math.min(MOST_RECENT, Math.floor(MOST_OF_ALL / (this.#byJob.size + 1))));
    this.#byJob.set(name, outcomes.slice(-most));
  }

  #forget(name: string): void {
    this.#byJob.delete(name);
    this.#recalled.delete(name);
  }
}

const toOutcome = (event: TimerEvent): readonly RecentOutcome[] => {
  const outcome = recentOutcomeOf(event);
  return outcome === undefined ? [] : [outcome];
};

const identityOf = ({ status, at, scheduledFor, runId }: RecentOutcome): string =>
  `${status} ${at} ${runId ?? scheduledFor}`;
