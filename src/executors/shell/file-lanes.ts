import type { Clock } from '../../domain/clock.js';
import { FairQueue } from '../../turns/fair-queue.js';
import type { NetworkMount } from '../../system/network-mount.js';
import { SECOND, type Duration } from '../../domain/time.js';
import { TookTooLong, withTimeLimit } from './time-limit.js';

/** How many of the four threads that Node has for files, names of hosts and the like. Local disks have one besides. */
const NETWORK_THREADS = 2;
/** How long one step (open, write, close) may take. */
const PATIENCE: Duration = 10 * SECOND;

/** A step on a file. After `isGivenUp` nobody waits for its result. */
type Work<T> = (isGivenUp: () => boolean) => Promise<T>;

/** The lane of what is on no network mount. */
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
 * Takes steps on files whose system may hang, as network mounts do. A step that hangs keeps a thread, and nothing ends it. So of one mount one
 * step at a time is taken, and of all network mounts {@link NETWORK_THREADS}. Each is given up after {@link PATIENCE}, and from then on every further step on that
 * mount at once, until the one that hangs is over.
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
  /** Takes a step. @throws TookTooLong; and what it throws itself. */
  run<T>(what: string, work: Work<T>): Promise<T>;
  /** Takes a step when it can, however long that takes. */
  owe(work: () => Promise<void>): void;
}
