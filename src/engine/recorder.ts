import type { Keeping } from '../domain/ad-hoc.js';
import type { Clock } from '../domain/clock.js';
import { entryOf, type TimerEvent } from '../domain/events/index.js';
import type { JobRecord, Ledger } from '../domain/ledger.js';
import { SECOND, type Duration, type Instant } from '../domain/time.js';
import { contain, type Report } from './bugs.js';
import type { JobState } from './job-state.js';

/** How long a stop waits for another program's lock on the state, from its beginning: as long as for a run. */
const LOCK_PATIENCE: Duration = 8 * SECOND;
/** And how long, when what runs has taken all of that. */
const LEAST_PATIENCE: Duration = SECOND;

/**
 * Gathers what the ledger has to know and hands it over in as few transactions as the order of things allows: before a process starts, and
 * before the log tells of it. Whatever happens in one turn is one transaction.
 */
export class Recorder {
  #ledger: Ledger | undefined;
  readonly #clock: Clock;
  readonly #now: () => Instant;
  readonly #report: Report;
  #events: TimerEvent[] = [];
  /** Whether anything noted is worth a transaction of its own. */
  #isUrgent = false;
  readonly #changed = new Set<JobState>();
  #waiting: (() => void)[] = [];
  #closingSince: Duration = 0;
  #hurry: () => void = () => undefined;
  readonly #hurried = new Promise<void>((resolve) => (this.#hurry = resolve));

  /** Without a ledger nothing is gathered, and nobody waits. */
  constructor(ledger: Ledger | undefined, clock: Clock, now: () => Instant, report: Report) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#now = now;
    this.#report = report;
  }

  /** Notes an event, and that it changed what is remembered of its job. */
  note(event: TimerEvent, state: JobState | undefined): void {
    if (this.#ledger === undefined) return;
    const { recorded } = entryOf(event);
    if (recorded === false) return;
    if (recorded === 'event') this.#events.push(event);
    // A pid is good to know, no more: it goes with whatever is recorded next.
    if (event.event === 'run.started') return;
    this.#isUrgent = true;
    if (state === undefined) return;
    if (event.event === 'timer.removed') this.#changed.delete(state);
    else this.#changed.add(state);
  }

  /** Notes that what is remembered of a job has changed, without a word. */
  touch(state: JobState): void {
    if (this.#ledger === undefined) return;
    this.#isUrgent = true;
    this.#changed.add(state);
  }

  /** Calls `then` when everything noted so far is recorded: at once without a ledger, else in the next turn of the event loop, with all that this one brings. */
  whenRecorded(then: () => void): void {
    if (this.#ledger === undefined) {
      then();
      return;
    }
    if (this.#waiting.length === 0) this.#clock.soon(() => this.record());
    this.#waiting.push(then);
  }

  /** Hands over what is noted, and lets go who waits for it. */
  record(): void {
    if (this.#isUrgent) this.#commit();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const then of waiting) contain(then, (error) => this.#report('going on behind a commit', error));
  }

  /** Resolves when everything noted so far is recorded, as far as it can be. Not before the ledger has said so. Never rejects. */
  kept(): Promise<Keeping> {
    const ledger = this.#ledger;
    if (ledger === undefined) return Promise.resolve('memory');
    return new Promise((resolve) => {
      this.whenRecorded(() => resolve(ledger.isBehind ? 'unrecorded' : 'recorded'));
    });
  }

  /** To be told when a stop begins: from then on its patience counts. */
  expectClose(): void {
    this.#closingSince = this.#clock.monotonic();
  }

  /** Records what was noted last, waiting for another program's lock within bounds, and closes the ledger, which tells what could not be recorded. */
  async close(): Promise<void> {
    this.record();
    const ledger = this.#ledger;
    if (ledger === undefined) return;
    const failed = (error: unknown) => this.#report('closing the state', error);
    const waited = this.#clock.monotonic() - this.#closingSince;
    try {
      await Promise.race([ledger.settle(Math.max(LOCK_PATIENCE - waited, LEAST_PATIENCE)), this.#hurried]);
    } catch (error) {
      failed(error);
    }
    this.record();
    contain(() => ledger.close(), failed);
    this.#ledger = undefined;
  }

  /** Lets {@link close} wait no longer. */
  hurry(): void {
    this.#hurry();
  }

  #commit(): void {
    const events = this.#events;
    this.#events = [];
    const changed = Array.from(this.#changed, toJobRecord);
    this.#changed.clear();
    this.#isUrgent = false;
    contain(
      () => this.#ledger?.commit(events, changed, this.#now()),
      (error) => this.#report('recording', error),
    );
  }
}

const toJobRecord = ({ job, fingerprint, memory }: JobState): JobRecord => ({
  name: job.name,
  fingerprint,
  memory,
  ...(job.adHoc !== undefined && { definition: job.adHoc }),
});
