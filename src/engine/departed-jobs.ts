import type { TimerEvent } from '../domain/events/index.js';
import type { Job } from '../domain/job.js';
import type { Sink } from '../domain/sink.js';
import type { JobState } from './job-state.js';

interface Departed {
  readonly state: JobState;
  /** What some sinks have yet to receive: the removal, and the ends of runs by their ids. */
  readonly untold: Set<string>;
}

const REMOVAL = 'removal';

/**
 * Keeps removed jobs for hooks, monitors and the status. It is itself the last sink, so it knows when every sink has
 * received the removal of a job and the ends of its runs.
 */
export class DepartedJobs implements Sink {
  readonly name = 'departed jobs';
  readonly #departed = new Map<string, Departed>();

  get(name: string): Job | undefined {
    return this.#departed.get(name)?.state.job;
  }

  /** Returns the states of removed jobs whose runs have not ended. */
  unfinished(): readonly JobState[] {
    const states = Array.from(this.#departed.values(), ({ state }) => state);
    return states.filter(({ running, parked }) => running > 0 || parked.size > 0);
  }

  /** Adds a removed job. Call it before the event of the removal. */
  add(state: JobState): void {
    const untold = new Set([...state.runs, ...state.parked].map(({ id }) => id));
    this.#departed.set(state.job.name, { state, untold: untold.add(REMOVAL) });
  }

  accept(event: TimerEvent): void {
    if (this.#departed.size === 0) return;
    switch (event.event) {
      case 'timer.removed':
        this.#told(event.jobName, REMOVAL);
        return;
      case 'config.reloaded':
        for (const name of event.removed) this.#told(name, REMOVAL);
        return;
      case 'run.finished':
      case 'firing.skipped':
      case 'firing.missed':
        if (event.runId !== undefined) this.#told(event.firing.jobName, event.runId);
        return;
      default:
    }
  }

  #told(name: string, what: string): void {
    const departed = this.#departed.get(name);
    departed?.untold.delete(what);
    if (departed?.untold.size === 0) this.#departed.delete(name);
  }
}
