import type { FiringMissed } from '../domain/event.js';
import type { Firing } from '../domain/firing.js';
import type { CancelCause } from '../domain/outcome.js';
import type { AdmissionPolicy, Verdict } from '../domain/policy.js';
import { SECOND, type Duration } from '../domain/time.js';
import type { JobState } from './job-state.js';
import { Run, type Ending, type RunOwner, type RunSurroundings } from './run.js';

const NONE: readonly Run[] = [];
const ADMIT: Verdict = { kind: 'admit' };
const SHUTDOWN: CancelCause = { kind: 'shutdown' };

/** How long a process may outlive its SIGKILL (stuck in the kernel) before the stop goes on without it. */
const ABANDON_AFTER: Duration = 5 * SECOND;

/** Turns firings into runs: asks Now? of the job's admission policies, keeps what waits, and tells of every firing how it ended. */
export class Dispatcher implements RunOwner {
  readonly #around: RunSurroundings;
  readonly #onRunEnded: (state: JobState) => void;
  readonly #active = new Map<Run, JobState>();
  readonly #parked = new Set<JobState>();
  #stopped: (() => void) | undefined;
  #isStopping = false;
  #finished = 0;

  /** `onRunEnded` is told after the run's ending was, and before the firing that waited for it is asked about again. */
  constructor(around: RunSurroundings, onRunEnded: (state: JobState) => void) {
    this.#around = around;
    this.#onRunEnded = onRunEnded;
  }

  /** Runs that are on: attempting, in a retry pause, or waiting for a slot. */
  get running(): number {
    return this.#active.size;
  }

  /** Runs that have ended. */
  get finished(): number {
    return this.#finished;
  }

  /** Takes a firing that has come due. It ends in exactly one of `run.finished`, `firing.skipped`, `firing.missed`. */
  submit(state: JobState, firing: Firing): void {
    if (this.#isStopping) {
      this.#miss(state, firing, 'shutdown');
      return;
    }
    const verdict = ask(state.job.admission, firing, state);
    switch (verdict.kind) {
      case 'admit':
        this.#run(state, firing);
        return;
      case 'skip':
        this.#skip(state, firing, verdict.reason);
        return;
      case 'wait':
        this.#park(state, firing);
        return;
      case 'replace':
        this.#replace(state, firing);
    }
  }

  /** Ends everything: what waits now, what runs by SIGTERM and after the job's grace by SIGKILL. Resolves when nothing runs any more; bounded. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const state of this.#parked) this.#unpark(state, (firing) => this.#miss(state, firing, 'shutdown'));
    const allEnded = new Promise<void>((resolve) => {
      this.#stopped = resolve;
    });
    for (const [run] of [...this.#active]) {
      run.cancel(SHUTDOWN);
      if (!this.#active.has(run)) continue;
      this.#around.elapsed.after(run.job.stopGrace, () => this.#forceOne(run));
    }
    this.#resolveIfStopped();
    await allEnded;
  }

  /** Ends what runs by SIGKILL, now. */
  force(): void {
    for (const [run] of [...this.#active]) this.#forceOne(run);
  }

  #forceOne(run: Run): void {
    if (!this.#active.has(run)) return;
    run.force(SHUTDOWN);
    this.#around.elapsed.after(ABANDON_AFTER, () => run.abandon());
  }

  #run(state: JobState, firing: Firing): void {
    const { previousScheduledFor, lastSuccessAt } = state;
    state.admitted++;
    state.previousScheduledFor = firing.scheduledFor;
    const spec = { job: state.job, firing, gates: state.gates, history: { previousScheduledFor, lastSuccessAt } };
    const run = new Run(spec, this.#around, this);
    state.runs = [...state.runs, run];
    this.#active.set(run, state);
    run.start();
  }

  /** Called by the run. */
  runEnded(run: Run, ending: Ending): void {
    const state = this.#active.get(run);
    if (state === undefined) return;
    this.#active.delete(run);
    state.runs = state.runs.length === 1 ? NONE : state.runs.filter((other) => other !== run);
    if (ending.kind === 'finished') this.#finished++;
    note(state, ending, this.#around.now());
    this.#onRunEnded(state);
    if (state.runs.length === 0) this.#unpark(state, (firing) => this.submit(state, firing));
    this.#resolveIfStopped();
  }

  #park(state: JobState, firing: Firing): void {
    state.parked = firing;
    this.#parked.add(state);
  }

  #unpark(state: JobState, use: (firing: Firing) => void): void {
    const firing = state.parked;
    if (firing === undefined) return;
    state.parked = undefined;
    this.#parked.delete(state);
    use(firing);
  }

  #replace(state: JobState, firing: Firing): void {
    this.#unpark(state, (waited) => this.#skip(state, waited, 'replaced'));
    this.#park(state, firing);
    for (const run of state.runs) run.cancel({ kind: 'replaced' });
  }

  #skip(state: JobState, firing: Firing, reason: string): void {
    note(state, { kind: 'skipped', reason }, this.#around.now());
    this.#around.emit({ event: 'firing.skipped', at: this.#around.now(), firing, reason });
  }

  #miss(state: JobState, firing: Firing, reason: FiringMissed['reason']): void {
    note(state, { kind: 'missed', reason }, this.#around.now());
    this.#around.emit({ event: 'firing.missed', at: this.#around.now(), firing, reason });
  }

  #resolveIfStopped(): void {
    if (this.#isStopping && this.#active.size === 0) this.#stopped?.();
  }
}

/** The first answer that is not "admit" counts. */
function ask(policies: readonly AdmissionPolicy[], firing: Firing, state: JobState): Verdict {
  for (const policy of policies) {
    const verdict = policy.admit(firing, state);
    if (verdict.kind !== 'admit') return verdict;
  }
  return ADMIT;
}

function note(state: JobState, ending: Ending, at: number): void {
  state.lastStatus = ending.kind === 'finished' ? ending.outcome.status : ending.kind;
  state.lastFinishedAt = at;
  if (ending.kind === 'finished' && ending.outcome.status === 'success') state.lastSuccessAt = at;
}
