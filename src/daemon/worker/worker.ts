import { rootDistrust, type TimerFile } from '../../config/index.js';
import type { Clock } from '../../domain/clock.js';
import type { TimerEvent } from '../../domain/events/index.js';
import type { AttemptIo } from '../../domain/executor.js';
import type { SharedPlace } from '../../domain/state-place.js';
import type { Sink } from '../../domain/sink.js';
import type { Cancel, Duration } from '../../domain/time.js';
import { executorKinds } from '../../executors/index.js';
import { QueueWorker, type Misfit, type RunningWork, type Work } from '../../executors/queue/index.js';
import { networkMount } from '../../this-machine.js';
import { version } from '../../version.js';
import { openLauncher, type OpenLauncher } from '../launcher.js';
import { openShared, probe, queuePlaceOf, type SharedState } from '../shared/open.js';
import type { OnRequest } from '../daemon.js';
import type { Surroundings } from '../surroundings.js';
import { runAttempt, type WorkerAttempts } from './worker-attempt.js';
import { Refusals } from './refusals.js';
import { WorkerFile } from './worker-file.js';
import { WorkerSign } from './worker-sign.js';

export interface WorkerOptions {
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  readonly sinks: readonly Sink[];
  readonly labels: readonly string[];
  readonly slots: number;
  readonly lock: Duration;
  /** How long active runs may take after a request to stop. Absent for no limit. */
  readonly grace?: Duration | undefined;
  readonly launcher?: 'auto' | 'execa' | undefined;
  /** Whether to reload the timer file after each change. */
  readonly watches: boolean;
  readonly onRequest: OnRequest;
}

/** Runs a worker of a shared state until a request to stop. @throws BoardTrouble if the store refuses access. */
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
  readonly #file: WorkerFile;
  readonly #refusals: Refusals;
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
    this.#file = new WorkerFile(file, { clock, surroundings, place: shared.place, emit });
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
    this.#refusals = new Refusals(clock, (reason) =>
      emit({ event: 'worker.refused', at: clock.now(), node: shared.node, reason }),
    );
    const id = shared.newId();
    this.#queue = new QueueWorker({
      ...{ clock, place, labels, slots, lock, id, node: shared.node },
      begin: (work) => this.#begin(work),
      onRefused: (reason) => this.#refusals.add(reason),
      onUnheard: (reason) => emit({ event: 'queue.unheard', at: clock.now(), reason }),
      onReach: (isReached) => this.#reached(isReached),
    });
  }

  /** Runs the worker. Resolves when it has stopped. */
  async run(): Promise<void> {
    const { clock, labels, slots, watches, onRequest, sinks } = this.#options;
    const { node, board } = this.#shared;
    const started = { version, node, pid: process.pid, file: this.#file.path, state: board.place, labels, slots };
    this.#emit({ event: 'worker.started', at: clock.now(), ...started });
    this.#launcher.start();
    const sign = new WorkerSign({ board, clock, id: this.#shared.newId() }, { node, labels, slots });
    this.#queue.start();
    sign.start();
    const unwatch = watches ? this.#file.watch() : undefined;
    await new Promise<void>((resolve) => {
      let requests = 0;
      onRequest((request, signal) => {
        if (request === 'reload') void this.#file.reload();
        else if (++requests === 1) void this.#drain(signal).then(resolve);
        else this.#queue.end(requests > 2);
      });
    });
    unwatch?.();
    this.#disarm();
    await sign.stop();
    this.#queue.close();
    this.#launcher.stop();
    this.#refusals.settle();
    this.#emit({ event: 'worker.stopped', at: clock.now(), node, attempts: this.#ended });
    await Promise.all(sinks.flatMap((sink) => sink.flush?.() ?? []));
  }

  #begin(work: Work): RunningWork | Misfit {
    const found = this.#file.find(work);
    if (typeof found !== 'string') return runAttempt(found, work, this.#attempts);
    const { node } = this.#shared;
    this.#refusals.add(found);
    const exit = { kind: 'not_started', code: 126, error: `worker ${node}: ${found}` } as const;
    return { otherwise: { exit, node, tail: [] } };
  }

  async #drain(signal: string): Promise<void> {
    const { clock, grace } = this.#options;
    const { node } = this.#shared;
    this.#emit({ event: 'worker.stopping', at: clock.now(), node, running: this.#queue.running, signal });
    if (grace !== undefined) this.#disarm = clock.after(grace, () => this.#queue.end(false));
    await this.#queue.drain();
  }

  #reached(isReached: boolean): void {
    const at = this.#options.clock.now();
    const file = this.#shared.board.place;
    if (isReached) this.#emit({ event: 'state.recovered', at, file, lost: 0 });
    else this.#emit({ event: 'state.unavailable', at, file, reason: 'the connection was lost', isShared: true });
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
