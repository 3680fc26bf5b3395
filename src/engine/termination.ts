import type { Clock } from '../domain/clock.js';
import type { Firing } from '../domain/firing.js';
import type { Job } from '../domain/job.js';
import type { CancelCause } from '../domain/outcome.js';
import { SECOND, type Duration } from '../domain/time.js';
import type { Run } from './run.js';
import type { RunTable } from './run-table.js';
import { oneStep, Slices } from './slices.js';
import type { TimerLoop } from './timer-loop.js';

const SHUTDOWN: CancelCause = { kind: 'shutdown' };

/** How long a process may outlive its SIGKILL (stuck in the kernel) before the stop continues without it. */
const ABANDON_AFTER: Duration = 5 * SECOND;

/** Which runs a stop leaves open for the next scheduler. */
export interface Survival {
  /** Returns whether the next scheduler runs a firing that was admitted but has not started. */
  survives(job: Job, firing: Firing): boolean;
  /** Whether the next scheduler continues immediately: then retries stay open, too. */
  readonly handsOver: boolean;
}

/** Ends all runs of a stopping scheduler. */
export class Termination {
  readonly #runs: RunTable;
  readonly #elapsed: TimerLoop;
  readonly #clock: Clock;
  readonly #survival: Survival;

  constructor(runs: RunTable, elapsed: TimerLoop, clock: Clock, survival: Survival) {
    this.#runs = runs;
    this.#elapsed = elapsed;
    this.#clock = clock;
    this.#survival = survival;
  }

  /**
   * Ends waiting runs now, and active runs with SIGTERM, then with SIGKILL after the job's grace. Runs that wait for
   * their first attempt stay open if they survive. With a handover, so do runs that wait for a later attempt, and runs
   * on a worker. Resolves when nothing is active any longer, within a bounded time.
   */
  async stop(): Promise<void> {
    const closed = this.#close();
    for (const run of this.#runs.active()) {
      run.cancel(SHUTDOWN);
      if (!this.#runs.isActive(run)) continue;
      this.#elapsed.after(run.job.stopGrace, () => this.#forceOne(run));
    }
    await closed;
    await this.#runs.idle();
  }

  /**
   * Ends waiting runs as {@link stop} does. Active runs end by themselves, after their remaining attempts. Resolves
   * when nothing is active any longer.
   */
  async drain(): Promise<void> {
    const closed = this.#close();
    for (const run of this.#runs.active()) if (!run.hasBegun) run.cancel(SHUTDOWN);
    await closed;
    await this.#runs.idle();
  }

  /** Ends active runs with SIGKILL, now. */
  force(): void {
    for (const run of this.#runs.active()) this.#forceOne(run);
  }

  /**
   * Admits nothing more. Parked runs end in slices, because there may be thousands. Runs at the gates leave
   * immediately, so that none starts.
   */
  #close(): Promise<void> {
    this.#runs.close();
    const endings = new Slices<Run>(
      this.#clock,
      oneStep((run) => this.#endParked(run)),
    );
    endings.begin(this.#runs.parked(), () => undefined);
    const left = this.#runs.active().filter((run) => this.#isLeftOpen(run));
    // Waiting runs are withdrawn first, so that no freed place starts one of them.
    for (const run of left) if (run.withdraw()) this.#runs.deactivate(run);
    for (const run of left) if (run.detach()) this.#runs.deactivate(run);
    return endings.done();
  }

  #isLeftOpen({ hasBegun, job, firing }: Run): boolean {
    return hasBegun ? this.#survival.handsOver : this.#survival.survives(job, firing);
  }

  /** Ends a parked run, unless it stays open or a verb has canceled it since the stop began. */
  #endParked(run: Run): void {
    if (this.#runs.find(run) === undefined || this.#isLeftOpen(run)) return;
    this.#runs.end([run], { kind: 'missed', reason: 'shutdown' });
  }

  #forceOne(run: Run): void {
    if (!this.#runs.isActive(run)) return;
    run.force(SHUTDOWN);
    this.#elapsed.after(ABANDON_AFTER, () => run.abandon());
  }
}
