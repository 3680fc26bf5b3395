import { aboutBug, loadTimerFile, type TimerFile } from '../../config/index.js';
import type { Clock } from '../../domain/clock.js';
import type { TimerEvent } from '../../domain/events/index.js';
import { compareJobs, type Job } from '../../domain/job.js';
import type { SharedPlace } from '../../domain/state-place.js';
import type { Cancel } from '../../domain/time.js';
import type { Work } from '../../executors/queue/index.js';
import { thisMachine } from '../../this-machine.js';
import { rejectionOf } from '../rejection.js';
import type { Surroundings } from '../surroundings.js';
import { watchTimerFile } from '../watch-file.js';

interface WorkerFileParts {
  readonly clock: Clock;
  readonly surroundings: Surroundings;
  /** The state in use, whatever a later version of the file says. */
  readonly place: SharedPlace;
  readonly emit: (event: TimerEvent) => void;
}

/** The timer file of a worker, as last loaded. */
export class WorkerFile {
  readonly #parts: WorkerFileParts;
  #file: TimerFile;
  #jobs: ReadonlyMap<string, Job>;
  /** The last reload. Reloads run one at a time, in the order of the requests. */
  #last: Promise<void> = Promise.resolve();

  constructor(first: TimerFile, parts: WorkerFileParts) {
    this.#parts = parts;
    this.#file = first;
    this.#jobs = byName(first);
  }

  get path(): string {
    return this.#file.path;
  }

  /** Returns the timer to run or, as a clause, why the order does not match this file. */
  find({ name, label, order }: Work): Job | string {
    const { path } = this.#file;
    const job = this.#jobs.get(name);
    const runOn = job?.command.runOn;
    if (job === undefined) return `its file ${path} has no timer "${name.slice(0, 128)}"`;
    if (runOn?.label !== label)
      return `its file ${path} has run_on: ${runOn?.label ?? 'local'} for ${name}, but the scheduler has ${label}`;
    if (runOn.hash === order.hash) return job;
    return `its file ${path} defines ${name} differently (${runOn.hash}) than the scheduler (${order.hash.slice(0, 20)})`;
  }

  /**
   * Loads the file in its current version. Active runs keep their definition. Never rejects: a bug is reported as an
   * error of the file.
   */
  reload(): Promise<void> {
    const { clock, emit } = this.#parts;
    return (this.#last = this.#last
      .then(() => this.#reload())
      .catch((error: unknown) => {
        for (const event of rejectionOf({ file: this.path, problems: [aboutBug(error)] }, clock.now())) emit(event);
      }));
  }

  /** Reloads the file after each change. */
  watch(): Cancel {
    const { clock, surroundings } = this.#parts;
    return watchTimerFile(this.#file.named, { clock, surroundings, changed: () => void this.reload() });
  }

  async #reload(): Promise<void> {
    const { clock, surroundings, place, emit } = this.#parts;
    const request = { cwd: surroundings.cwd, file: this.#file.named };
    const {
      timerFile,
      problems,
      path: file = this.path,
    } = await loadTimerFile(request, thisMachine(clock.now(), place));
    const at = clock.now();
    if (timerFile === undefined) {
      for (const event of rejectionOf({ file, problems }, at)) emit(event);
      return;
    }
    const change = compareJobs(this.#jobs, timerFile.jobs);
    this.#file = timerFile;
    this.#jobs = byName(timerFile);
    emit({ event: 'config.reloaded', at, file, ...change });
  }
}

const byName = ({ jobs }: TimerFile): ReadonlyMap<string, Job> => new Map(jobs.map((job) => [job.name, job]));
