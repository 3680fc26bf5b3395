import type { AttemptBegun, FiringMissed, FiringSkipped, RunAdmitted, TimerEvent } from '../domain/events/index.js';
import type { Job } from '../domain/job.js';
import type { Sink } from '../domain/sink.js';
import type { Duration, Instant } from '../domain/time.js';
import type { BusyMinutes } from './busy-minutes.js';
import { JobTally, Peak } from './job-tally.js';

/** Something that rules may forbid. */
export interface SimulatedMoment {
  /**
   * `start`: the start of a run's first attempt. `waiting`: the run still waited when the simulation ended. `overlap`:
   * a firing came due during a run of its own job.
   */
  readonly kind: 'start' | 'waiting' | 'overlap' | 'skipped' | 'missed';
  readonly job: Job;
  readonly at: Instant;
  /** Active attempts of all jobs. */
  readonly running: number;
  /** For `start` and `waiting`: how long the run has waited since its admission. Otherwise 0. */
  readonly waited: Duration;
  /** How many firings the moment represents: 1, except for missed firings that share one event. */
  readonly count: number;
}

/** An admitted run that has not ended. */
interface OpenRun {
  readonly tally: JobTally;
  readonly admittedAt: Instant;
  hasStarted: boolean;
  /** Whether an attempt is active. */
  isOn: boolean;
}

/** Counts what the events report. */
export class Tally implements Sink {
  readonly name = 'tally';
  /** In the order of the file. */
  readonly jobs: ReadonlyMap<string, JobTally>;
  readonly minutes: BusyMinutes;
  /** The maximum number of attempts at once, across all jobs. */
  readonly peak = new Peak();
  readonly #onMoment: (moment: SimulatedMoment) => void;
  readonly #open = new Map<string, OpenRun>();
  #running = 0;

  constructor(jobs: readonly Job[], minutes: BusyMinutes, onMoment: (moment: SimulatedMoment) => void) {
    this.jobs = new Map(jobs.map((job) => [job.name, new JobTally(job)]));
    this.minutes = minutes;
    this.#onMoment = onMoment;
  }

  accept(event: TimerEvent): void {
    switch (event.event) {
      case 'run.admitted':
        this.#admitted(event);
        return;
      case 'attempt.begun':
        this.#begun(event);
        return;
      case 'attempt.failed':
        this.#off(event.runId);
        return;
      case 'run.finished':
        this.#off(event.runId);
        this.#tallyOf(event).finished(event.outcome.status, event.at);
        this.#leave(event.runId);
        return;
      case 'firing.skipped':
        this.#skipped(event);
        return;
      case 'firing.missed':
        this.#missed(event);
        return;
      default:
    }
  }

  /** Ends the simulation, and counts the runs that still wait. */
  close(at: Instant): void {
    for (const { tally, admittedAt, hasStarted } of this.#open.values()) {
      if (hasStarted) continue;
      tally.waited(at - admittedAt, at);
      this.#tell('waiting', tally, { at, waited: at - admittedAt });
    }
    this.minutes.close();
  }

  #admitted({ runId, firing, at }: RunAdmitted): void {
    const tally = this.#tallyOf({ firing });
    if (tally.on > 0) this.#overlap(tally, at);
    tally.on++;
    this.#open.set(runId, { tally, admittedAt: at, hasStarted: false, isOn: false });
  }

  #begun({ runId, at, decided }: AttemptBegun): void {
    const run = this.#open.get(runId);
    if (run === undefined) return;
    run.isOn = true;
    this.peak.rise(++this.#running, at);
    this.minutes.start(at, this.#running);
    run.tally.begun(at);
    if (decided) run.tally.fallbacks.add(at);
    if (run.hasStarted) return;
    run.hasStarted = true;
    if (decided) return;
    const waited = at - run.admittedAt;
    run.tally.started(at, waited);
    this.#tell('start', run.tally, { at, waited });
  }

  #off(runId: string | undefined): void {
    const run = runId === undefined ? undefined : this.#open.get(runId);
    if (run?.isOn !== true) return;
    run.isOn = false;
    run.tally.ended();
    this.#running--;
  }

  #leave(runId: string | undefined): void {
    const run = runId === undefined ? undefined : this.#open.get(runId);
    if (runId === undefined || run === undefined) return;
    run.tally.on--;
    this.#open.delete(runId);
  }

  #skipped({ firing, reason, runId, at }: FiringSkipped): void {
    const tally = this.#tallyOf({ firing });
    if (reason === 'overlap' && runId === undefined) this.#overlap(tally, at);
    tally.skipped(reason, at);
    this.#tell('skipped', tally, { at });
    this.#off(runId);
    this.#leave(runId);
  }

  #missed({ firing, count = 1, runId, at }: FiringMissed): void {
    const tally = this.#tallyOf({ firing });
    tally.missed.add(at, count);
    this.#tell('missed', tally, { at, count });
    this.#leave(runId);
  }

  #overlap(tally: JobTally, at: Instant): void {
    tally.overlaps.add(at);
    this.#tell('overlap', tally, { at });
  }

  #tell(
    kind: SimulatedMoment['kind'],
    { job }: JobTally,
    facts: Pick<SimulatedMoment, 'at'> & Partial<SimulatedMoment>,
  ): void {
    this.#onMoment({ kind, job, running: this.#running, waited: 0, count: 1, ...facts });
  }

  #tallyOf({ firing }: Pick<RunAdmitted, 'firing'>): JobTally {
    const tally = this.jobs.get(firing.jobName);
    if (tally === undefined) throw new Error(`a firing of no simulated job: ${firing.jobName}`);
    return tally;
  }
}
