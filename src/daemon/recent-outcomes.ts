import type { Clock } from '../domain/clock.js';
import { isAdHoc } from '../domain/ad-hoc.js';
import { causeOf } from '../domain/outcome-cause.js';
import type { TimerEvent } from '../domain/events/index.js';
import { isEnding, type Ending, type Recorded } from '../domain/ledger.js';
import { MOST_RECENT, recentOutcomeOf, type RecentOutcome, type RecentPast } from '../domain/recent-outcome.js';
import type { Sink } from '../domain/sink.js';

/** The maximum number of outcomes for all jobs together: with more jobs than fit, each keeps fewer. */
const MOST_OF_ALL = 200_000;
/** How many jobs are loaded before timers and processes get a turn. */
const BATCH = 16;

/**
 * Keeps the last outcomes of each job for clients. Loads the outcomes of earlier schedulers on the first request.
 * Bounded by {@link MOST_OF_ALL}.
 */
export class RecentOutcomes implements Sink, RecentPast {
  readonly name = 'recent';
  readonly #clock: Clock;
  readonly #recorded: () => Recorded | undefined;
  readonly #byJob = new Map<string, RecentOutcome[]>();
  /** Jobs whose past was loaded, or could not be. */
  readonly #recalled = new Set<string>();
  #recalling: Promise<void> = Promise.resolve();

  /** `recorded` returns what has been recorded so far; `undefined` if nothing is recorded. */
  constructor(clock: Clock, recorded: () => Recorded | undefined) {
    this.#clock = clock;
    this.#recorded = recorded;
  }

  accept(event: TimerEvent): void {
    if (event.event === 'config.reloaded') for (const name of event.removed) this.#forget(name);
    // Another machine of the shared state recorded the latest outcomes.
    if (event.event === 'scheduler.took_over') for (const known of [this.#byJob, this.#recalled]) known.clear();
    if (!isEnding(event)) return;
    const { jobName } = event.firing;
    // An ad-hoc timer no longer exists after its outcome.
    if (!isAdHoc(jobName)) this.#keep(jobName, [...(this.#byJob.get(jobName) ?? []), toOutcome(event)]);
  }

  of(name: string, most: number): readonly RecentOutcome[] {
    return most === 0 ? [] : (this.#byJob.get(name)?.slice(-most) ?? []);
  }

  recall(names: readonly string[]): Promise<void> {
    const missing = () => names.filter((name) => !this.#recalled.has(name) && !isAdHoc(name));
    if (missing().length > 0) this.#recalling = this.#recalling.then(() => this.#lookUp(missing()));
    return this.#recalling;
  }

  async #lookUp(names: readonly string[]): Promise<void> {
    for (const name of names) this.#recalled.add(name);
    try {
      for (const [index, name] of names.entries()) {
        if (index % BATCH === BATCH - 1) await new Promise<void>((resolve) => this.#clock.soon(resolve));
        const past = this.#recorded()?.endings({ jobName: name, limit: MOST_RECENT, withoutOutput: true }) ?? [];
        this.#precede(name, past.map(toOutcome));
      }
    } catch {
      // An unreadable history adds nothing. The log reports trouble with the state.
    }
  }

  /** Puts recorded outcomes before those seen here, which are also in the history once they are recorded. */
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

const toOutcome = (ending: Ending): RecentOutcome => recentOutcomeOf(ending, causeOf(ending));

const identityOf = ({ status, at, scheduledFor, runId }: RecentOutcome): string =>
  `${status} ${at} ${runId ?? scheduledFor}`;
