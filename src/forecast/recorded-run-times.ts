import { isAdHoc } from '../domain/ad-hoc.js';
import type { TimerEvent } from '../domain/events/index.js';
import type { Duration } from '../domain/time.js';
import { DEFAULT_RUN_TIME, RECENT_RUNS, runTimeOf, type RunTime } from '../simulation/recorded-run-times.js';

/** Returns the durations of a job's latest runs, up to `limit`, ascending. May throw. */
export type DurationsOf = (jobName: string, limit: number) => readonly Duration[];

interface Known {
  readonly time: RunTime;
  /** The number of runs that `time` is based on. */
  readonly runs: number;
  /** How many runs have ended since `time` was computed. */
  fresh: number;
}

/** The recorded run times of jobs. Those of a job are read again once more than a tenth of its runs are new. */
export class RecordedRunTimes {
  readonly #durationsOf: DurationsOf;
  readonly #known = new Map<string, Known>();

  constructor(durationsOf: DurationsOf) {
    this.#durationsOf = durationsOf;
  }

  note(event: TimerEvent): void {
    if (event.event === 'config.reloaded') for (const name of event.removed) this.#known.delete(name);
    if (event.event !== 'run.finished') return;
    const known = this.#known.get(event.firing.jobName);
    if (known !== undefined) known.fresh++;
  }

  /**
   * Returns the run time of a job, or {@link DEFAULT_RUN_TIME} for an ad-hoc job or one without runs. Takes up to a
   * millisecond.
   */
  of(jobName: string): RunTime {
    if (isAdHoc(jobName)) return DEFAULT_RUN_TIME;
    const known = this.#known.get(jobName);
    if (known !== undefined && known.fresh * 10 <= known.runs) return known.time;
    const durations = this.#durationsOf(jobName, RECENT_RUNS);
    const time = runTimeOf(durations) ?? DEFAULT_RUN_TIME;
    this.#known.set(jobName, { time, runs: durations.length, fresh: 0 });
    return time;
  }
}
