import type { Clock } from '../../domain/clock.js';
import { FairQueue } from '../../turns/fair-queue.js';
import type { NetworkMount } from '../../system/network-mount.js';
import { SECOND, type Duration } from '../../domain/time.js';
import { TookTooLong, withTimeLimit } from './time-limit.js';

/**
 * How many threads network mounts may use, of the four that Node has for files, host names and similar work. Local
 * disks use another one.
 */
const NETWORK_THREADS = 2;
/** How long one step (open, write, close) may take. */
const PATIENCE: Duration = 10 * SECOND;

/** A step on a file. Once `isGivenUp` returns `true`, nobody waits for the result. */
type Work<T> = (isGivenUp: () => boolean) => Promise<T>;

/** The lane of files that are not on a network mount. */
const LOCAL = '';

type Steps = FairQueue<() => Promise<void>>;

const createSteps = (clock: Clock, atOnce: number): Steps =>
  new FairQueue({
    clock,
    atOnce,
    perKey: Number.POSITIVE_INFINITY,
    overAll: Number.POSITIVE_INFINITY,
    run: (step) => step(),
    refuse: () => undefined,
    end: () => undefined,
  });

/**
 * Executes steps on files whose file system may hang, such as network mounts. A step that hangs keeps a thread, and
 * nothing can end it. So each mount has one step at a time, and all network mounts together have at most {@link
 * NETWORK_THREADS}. A step is given up after {@link PATIENCE}. From then on, further steps on that mount fail
 * immediately, until the hanging step ends.
 */
export class FileLanes {
  readonly #clock: Clock;
  readonly #network: Steps;
  readonly #local: Steps;
  readonly #stuck = new Set<string>();
  readonly #networkMount: (path: string) => Pick<NetworkMount, 'at'> | undefined;

  constructor(clock: Clock, networkMount: (path: string) => Pick<NetworkMount, 'at'> | undefined = () => undefined) {
    this.#clock = clock;
    this.#networkMount = networkMount;
    this.#network = createSteps(clock, NETWORK_THREADS);
    this.#local = createSteps(clock, 1);
  }

  laneOf(path: string): FileLane {
    const mount = this.#networkMount(path)?.at ?? LOCAL;
    return { run: (what, work) => this.#run(mount, what, work), owe: (work) => this.#add(mount, work) };
  }

  async #run<T>(mount: string, what: string, work: Work<T>): Promise<T> {
    if (this.#stuck.has(mount)) throw new TookTooLong(`${mount || 'the disk'} does not respond`);
    let isGivenUp = false;
    const result = new Promise<T>((resolve, reject) => {
      this.#add(mount, async () => {
        if (!isGivenUp) await work(() => isGivenUp).then(resolve, reject);
      });
    });
    try {
      return await withTimeLimit(result, PATIENCE, { clock: this.#clock, what });
    } catch (error) {
      isGivenUp = error instanceof TookTooLong;
      if (isGivenUp) this.#stuck.add(mount);
      throw error;
    }
  }

  #add(mount: string, work: () => Promise<void>): void {
    const step = async () => {
      await work().catch(() => undefined);
      this.#stuck.delete(mount);
    };
    (mount === LOCAL ? this.#local : this.#network).add(mount, step);
  }
}

/** The steps on the files of one mount. */
export interface FileLane {
  /** Runs a step. @throws TookTooLong, and whatever the step throws. */
  run<T>(what: string, work: Work<T>): Promise<T>;
  /** Runs a step as soon as possible, however long it takes. */
  owe(work: () => Promise<void>): void;
}
