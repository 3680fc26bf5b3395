import { loadTimerFile, rootDistrust, type TimerFile } from '../../config/index.js';
import type { Clock } from '../../domain/clock.js';
import { compareJobs, type Job } from '../../domain/job.js';
import type { TimerEvent } from '../../domain/events/index.js';
import type { AttemptIo } from '../../domain/executor.js';
import type { SharedPlace } from '../../domain/state-place.js';
import type { Sink } from '../../domain/sink.js';
import type { Cancel, Duration } from '../../domain/time.js';
import { executorKinds } from '../../executors/index.js';
import { QueueWorker, type RunningWork, type Work, type WorkResult } from '../../executors/queue/index.js';
import { networkMount, thisMachine } from '../../this-machine.js';
import { version } from '../../version.js';
import { openLauncher, type OpenLauncher } from '../launcher.js';
import { openShared, probe, queuePlaceOf, type SharedState } from '../shared/open.js';
import type { OnRequest } from '../daemon.js';
import type { Surroundings } from '../surroundings.js';
import { runAttempt, type WorkerAttempts } from './worker-attempt.js';
import { WorkerSign } from './worker-sign.js';

export interface WorkerOptions {
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  readonly sinks: readonly Sink[];
  readonly labels: readonly string[];
  readonly slots: number;
  readonly lock: Duration;
  /** How long active runs may take after a request to stop; absent: as long as they need. */
  readonly grace?: Duration | undefined;
  readonly launcher?: 'auto' | 'execa' | undefined;
  readonly onRequest: OnRequest;
}

/** Runs a worker of a shared state until a request to stop. @throws BoardTrouble if the store refuses it. */
export async function startWorker(timerFile: TimerFile, place: SharedPlace, options: WorkerOptions): Promise<void> {
  const shared = await openShared(place, options.clock);
  try {
    await probe(shared);
    const worker = await FileWorker.open(timerFile, shared, options);
    await worker.run();
  } finally {
    await shared.board.close();
  }
}

/** Runs attempts of the timers of one file. */
class FileWorker {
  readonly #shared: SharedState;
  readonly #options: WorkerOptions;
  readonly #launcher: OpenLauncher;
  readonly #attempts: WorkerAttempts;
  readonly #queue: QueueWorker;
  readonly #works = new WeakMap<AttemptIo, Work>();
  #file: TimerFile;
  #jobs: ReadonlyMap<string, Job>;
  #ended = 0;
  #disarm: Cancel = () => undefined;

  static async open(file: TimerFile, shared: SharedState, options: WorkerOptions): Promise<FileWorker> {
    const { clock, surroundings, sinks } = options;
    const emit = (event: TimerEvent) => sinks.forEach((sink) => sink.accept(event));
    const { orphans, launcher: choice } = file.settings;
    const launcher = await openLauncher(options.launcher ?? choice, {
      clock,
      surroundings,
      stateFile: undefined,
      orphans,
      scheduler: () => ({ now: () => clock.now(), emit }),
    });
    const place = await queuePlaceOf(shared.place);
    return new FileWorker(file, { shared, options, launcher, emit, place });
  }

  private constructor(
    file: TimerFile,
    parts: {
      readonly shared: SharedState;
      readonly options: WorkerOptions;
      readonly launcher: OpenLauncher;
      readonly emit: (event: TimerEvent) => void;
      readonly place: Awaited<ReturnType<typeof queuePlaceOf>>;
    },
  ) {
    const { shared, options, launcher, emit, place } = parts;
    const { clock, labels, slots, lock, surroundings } = options;
    this.#file = file;
    this.#jobs = byName(file);
    this.#shared = shared;
    this.#options = options;
    this.#launcher = launcher;
    const executor = executorKinds.shell.create({
      clock,
      environment: surroundings.env,
      distrust: rootDistrust,
      networkMount,
      launcher: launcher.launcher,
      term: {
        environment: { TIMERS_NODE: shared.node },
        heldUntil: (io) => this.#works.get(io)?.heldUntil(),
      },
    });
    this.#attempts = {
      clock,
      executor,
      node: shared.node,
      strayAction: file.settings.orphans,
      emit,
      drained: () => this.#drained(),
      began: (io, work) => this.#works.set(io, work),
      ended: () => this.#ended++,
    };
    const id = shared.newId();
    this.#queue = new QueueWorker({
      ...{ clock, place, labels, slots, lock, id, node: shared.node },
      begin: (work) => this.#begin(work),
      onRefused: (reason) => this.#refused(reason),
      onReach: (isReached) => this.#reached(isReached),
    });
  }

  /** Resolves when it has stopped. */
  async run(): Promise<void> {
    const { clock, labels, slots, onRequest, sinks } = this.#options;
    const { node, board } = this.#shared;
    const started = { version, node, pid: process.pid, file: this.#file.path, state: board.place, labels, slots };
    this.#emit({ event: 'worker.started', at: clock.now(), ...started });
    this.#launcher.start();
    const sign = new WorkerSign({ board, clock, id: this.#shared.newId() }, { node, labels, slots });
    this.#queue.start();
    sign.start();
    await new Promise<void>((resolve) => {
      let requests = 0;
      onRequest((request, signal) => {
        if (request === 'reload') void this.#reload();
        else if (++requests === 1) void this.#drain(signal).then(resolve);
        else this.#queue.end(requests > 2);
      });
    });
    this.#disarm();
    await sign.stop();
    this.#queue.close();
    this.#launcher.stop();
    this.#emit({ event: 'worker.stopped', at: clock.now(), node, attempts: this.#ended });
    await Promise.all(sinks.flatMap((sink) => sink.flush?.() ?? []));
  }

  /** An attempt that it does not run has a result, too: the reason. */
  #begin(work: Work): RunningWork | WorkResult {
    const job = this.#jobs.get(work.name);
    const fault = this.#faultOf(job, work);
    if (job !== undefined && fault === undefined) return runAttempt(job, work, this.#attempts);
    const { node } = this.#shared;
    this.#refused(fault ?? '');
    return { exit: { kind: 'not_started', code: 126, error: `worker ${node}: ${fault ?? ''}` }, node, tail: [] };
  }

  /** Why the order is not one for this file, as a clause. */
  #faultOf(job: Job | undefined, { name, label, order }: Work): string | undefined {
    const { path } = this.#file;
    const runOn = job?.command.runOn;
    if (job === undefined) return `its file ${path} has no timer "${name.slice(0, 128)}"`;
    if (runOn?.label !== label)
      return `its file ${path} has run_on: ${runOn?.label ?? 'local'} for ${name}, and the scheduler has ${label}`;
    if (runOn.hash === order.hash) return undefined;
    return `its file ${path} defines ${name} differently (${runOn.hash}) than the scheduler (${order.hash.slice(0, 20)})`;
  }

  async #drain(signal: string): Promise<void> {
    const { clock, grace } = this.#options;
    const { node } = this.#shared;
    this.#emit({ event: 'worker.stopping', at: clock.now(), node, running: this.#queue.running, signal });
    if (grace !== undefined) this.#disarm = clock.after(grace, () => this.#queue.end(false));
    await this.#queue.drain();
  }

  /** Active runs keep their definition. */
  async #reload(): Promise<void> {
    const { clock, surroundings } = this.#options;
    const request = { cwd: surroundings.cwd, file: this.#file.named };
    const {
      timerFile,
      problems,
      path = this.#file.path,
    } = await loadTimerFile(request, thisMachine(clock.now(), this.#shared.place));
    const at = clock.now();
    if (timerFile === undefined) {
      const lines = problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
      this.#emit({ event: 'config.rejected', at, file: path, problems: lines });
      return;
    }
    const change = compareJobs(this.#jobs, timerFile.jobs);
    this.#file = timerFile;
    this.#jobs = byName(timerFile);
    this.#emit({ event: 'config.reloaded', at, file: path, ...change });
  }

  #reached(isReached: boolean): void {
    const at = this.#options.clock.now();
    const file = this.#shared.board.place;
    if (isReached) this.#emit({ event: 'state.recovered', at, file, lost: 0 });
    else this.#emit({ event: 'state.unavailable', at, file, reason: 'the connection was lost', isShared: true });
  }

  #refused(reason: string): void {
    this.#emit({ event: 'worker.refused', at: this.#options.clock.now(), node: this.#shared.node, reason });
  }

  /** A log that accepts no more lines delays the command that prints them, and nothing else. */
  #drained(): Promise<void> | undefined {
    const waits = this.#options.sinks.flatMap((sink) => sink.drained?.() ?? []);
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined);
  }

  #emit(event: TimerEvent): void {
    this.#attempts.emit(event);
  }
}

const byName = ({ jobs }: TimerFile): ReadonlyMap<string, Job> => new Map(jobs.map((job) => [job.name, job]));
