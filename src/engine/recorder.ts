import type { Keeping } from '../domain/ad-hoc.js';
import type { Clock } from '../domain/clock.js';
import { entryOf, jobNameOf, type TimerEvent } from '../domain/events/index.js';
import type { Committed, JobRecord, Ledger } from '../domain/ledger.js';
import { SECOND, type Duration } from '../domain/time.js';
import { TurnQueue } from '../turns/turn-queue.js';
import { contain } from './contain.js';
import { reportBug, type Emitter } from './context.js';
import type { JobState } from './job-state.js';

/**
 * How long a stop waits for another program's lock on the state, counted from the start of the stop. The same as the
 * default grace for a run.
 */
const LOCK_PATIENCE: Duration = 8 * SECOND;
/** How long a stop waits for the lock if the active runs have used up that time. */
const LEAST_PATIENCE: Duration = SECOND;

/**
 * Collects what the ledger records, and writes it in as few transactions as the order allows. Events are written before
 * a process starts that depends on them, and before the log shows them. Everything that happens in one turn is one
 * transaction.
 */
export class Recorder {
  #ledger: Ledger | undefined;
  readonly #clock: Clock;
  readonly #context: Emitter;
  #events: TimerEvent[] = [];
  /** Whether anything noted needs its own transaction. */
  #isUrgent = false;
  readonly #changed = new Set<JobState>();
  /** Callbacks that wait for the next transaction. */
  #waiting: ((committed: Committed) => void)[] = [];
  /** Callbacks that waited for a transaction and start processes: called in slices, because there may be hundreds. */
  readonly #released: TurnQueue;
  /** Callbacks that only report the result of the next transaction. */
  #asking: ((committed: Committed) => void)[] = [];
  /** The latest commit, while it is pending. */
  #committing: Promise<Committed> | undefined;
  #closingSince: Duration = 0;
  #hurry: () => void = () => undefined;
  readonly #hurried = new Promise<void>((resolve) => (this.#hurry = resolve));

  /** Without a ledger nothing is collected, and nothing waits. */
  constructor(ledger: Ledger | undefined, clock: Clock, context: Emitter) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#context = context;
    this.#released = new TurnQueue(clock);
  }

  /** Notes an event, and that it changed the memory of its job. */
  note(event: TimerEvent, stateOf: (jobName: string) => JobState | undefined): void {
    if (this.#ledger === undefined) return;
    const { recorded } = entryOf(event);
    if (recorded === false) return;
    if (recorded === 'event') this.#events.push(event);
    // A pid is useful, but nothing waits for its record: the next transaction includes it.
    if (event.event === 'run.started') return;
    this.#isUrgent = true;
    const state = stateOf(jobNameOf(event) ?? '');
    if (state === undefined) return;
    if (event.event === 'timer.removed') this.#changed.delete(state);
    else this.#changed.add(state);
  }

  /** Notes that the memory of a job has changed without an event. */
  touch(state: JobState): void {
    if (this.#ledger === undefined) return;
    this.#isUrgent = true;
    this.#changed.add(state);
  }

  /**
   * Calls `then` when everything noted so far is recorded, or the state is lost. Without a ledger, that is immediately.
   * Otherwise, everything from this turn of the event loop is recorded in the next. Callbacks are called in the order
   * of their requests, many of them in slices.
   */
  whenRecorded(then: (committed: Committed) => void): void {
    if (this.#ledger === undefined) {
      then('recorded');
      return;
    }
    this.#planRecord();
    this.#waiting.push(then);
  }

  /** Records what is noted, then calls the callbacks that wait for it. Returns a promise if recording takes time. */
  record(): Promise<Committed> | undefined {
    if (this.#isUrgent) this.#commit();
    const [waiting, asking] = [this.#waiting, this.#asking];
    [this.#waiting, this.#asking] = [[], []];
    const goOn = (committed: Committed): void => {
      for (const tell of asking) tell(committed);
      for (const then of waiting) this.#release(() => then(committed));
    };
    if (this.#committing === undefined) goOn('recorded');
    else void this.#committing.then(goOn);
    return this.#committing;
  }

  /**
   * Resolves when everything noted so far is recorded, as far as possible, and the ledger has confirmed it. Never
   * rejects. `lost`: another scheduler may have taken over the state first, so it is unknown whether everything is
   * recorded.
   */
  kept(): Promise<Keeping | 'lost'> {
    const ledger = this.#ledger;
    if (ledger === undefined) return Promise.resolve('memory');
    return new Promise((resolve) => {
      this.#planRecord();
      this.#asking.push((committed) => resolve(committed === 'recorded' && ledger.isBehind ? 'unrecorded' : committed));
    });
  }

  #planRecord(): void {
    if (this.#waiting.length + this.#asking.length === 0) this.#clock.soon(() => void this.record());
  }

  #release(then: () => void): void {
    const failed = (error: unknown) => reportBug(this.#context, 'continuing after a commit', error);
    this.#released.add(() => contain(then, failed));
  }

  /** Notes that a stop begins, because the patience of {@link close} counts from then on. */
  expectClose(): void {
    this.#closingSince = this.#clock.monotonic();
  }

  /**
   * Records the last notes, with a bounded wait for another program's lock. Then closes the ledger, which reports what
   * it could not record.
   */
  async close(): Promise<void> {
    void this.record();
    this.#released.finish();
    const ledger = this.#ledger;
    if (ledger === undefined) return;
    const failed = (error: unknown) => reportBug(this.#context, 'closing the state', error);
    const waited = this.#clock.monotonic() - this.#closingSince;
    try {
      await Promise.race([ledger.settle(Math.max(LOCK_PATIENCE - waited, LEAST_PATIENCE)), this.#hurried]);
    } catch (error) {
      failed(error);
    }
    void this.record();
    try {
      await ledger.close();
    } catch (error) {
      failed(error);
    }
    this.#ledger = undefined;
    this.#committing = undefined;
  }

  /** Ends the wait of {@link close}. */
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
      () => this.#wait(this.#ledger?.commit(events, changed, this.#context.now())),
      (error) => reportBug(this.#context, 'recording', error),
    );
  }

  /** Remembers the latest commit while it is pending. Commits finish in order, so one is enough. */
  #wait(committing: Promise<Committed> | undefined): void {
    this.#committing = committing;
    void committing?.then(() => {
      if (this.#committing === committing) this.#committing = undefined;
    });
  }
}

const toJobRecord = ({ job, fingerprint, memory }: JobState): JobRecord => ({
  name: job.name,
  fingerprint,
  memory,
  ...(job.adHoc !== undefined && { definition: job.adHoc }),
});
