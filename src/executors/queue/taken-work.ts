import { TAKE_NEXT } from './queue-scripts.js';
import { parsed } from './work-orders.js';
import { keyIn, type QueuePlace } from './channels.js';

/** What a worker has taken from a queue. Anyone may have put it there. */
export interface TakenWork {
  readonly id: string;
  readonly label: string;
  /** The value of its lock. */
  readonly token: string;
  readonly name: string;
  readonly data: unknown;
  /** Whether no worker had it before. If one had, that worker died, and it is unknown whether the attempt ran. */
  readonly isFirst: boolean;
}

/** A request for work: keys and arguments of `TAKE_NEXT`. */
export interface TakeRequest {
  readonly label: string;
  /** The value of the locks that it takes. */
  readonly token: string;
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
  /** Reads the reply. */
  readonly read: (reply: unknown) => readonly TakenWork[];
}

/** The queue of a label. A worker on its list of idle workers gets a message when the queue has work. */
interface Source {
  readonly label: string;
  isListed: boolean;
  /** How many messages about this queue have arrived. */
  heard: number;
}

interface WorkSourcesParts {
  readonly place: QueuePlace;
  readonly labels: readonly string[];
  readonly lock: number;
  readonly node: string;
  /** The id of this worker, unique among workers. */
  readonly id: string;
}

/**
 * Chooses the queue that a worker asks next: label after label, skipping queues that will send a message when they have
 * work.
 */
export class WorkSources {
  readonly #parts: WorkSourcesParts;
  readonly #sources: readonly Source[];
  readonly #lists: readonly string[];
  #turn = 0;
  #tokens = 0;

  constructor(parts: WorkSourcesParts) {
    const { place, labels } = parts;
    this.#parts = parts;
    this.#sources = labels.map((label) => ({ label, isListed: false, heard: 0 }));
    this.#lists = labels.map((label) => keyIn(place, label, 'idle'));
  }

  /** The lists of idle workers. */
  get lists(): readonly string[] {
    return this.#lists;
  }

  /** Whether any queue may have work without sending a message. */
  get mayHaveWork(): boolean {
    return this.#sources.some(({ isListed }) => !isListed);
  }

  /** Call this when a message says that the queue of a label has work. */
  heard(label: string): void {
    const source = this.#sources.find((one) => one.label === label);
    if (source === undefined) return;
    source.isListed = false;
    source.heard++;
  }

  /** Assumes that a message or an entry in a list of idle workers has been lost. */
  distrust(): void {
    for (const source of this.#sources) source.isListed = false;
  }

  /** Returns the next request, for at most `room` attempts. Do not call this while another request is in progress. */
  next(room: number): TakeRequest {
    const { place, lock, node, id } = this.#parts;
    const count = this.#sources.length;
    let turn = this.#turn;
    while (this.#sources[turn % count]?.isListed === true && turn < this.#turn + count) turn++;
    this.#turn = turn + 1;
    const source = this.#sources[turn % count] as Source;
    const { label, heard } = source;
    const token = `${id}:${++this.#tokens}`;
    // For each label, every second request takes returned jobs first.
    const takesReturned = Math.floor(turn / count) % 2;
    const key = (name: string) => keyIn(place, label, name);
    const own = TAKE_NEXT.keys('').map(key);
    return {
      ...{ label, token },
      keys: [...own, ...this.#lists.filter((list) => list !== own.at(-1))],
      args: [key(''), token, lock, node, id, room, takesReturned],
      read: (reply) => {
        const [isListed, ...values] = reply as readonly unknown[];
        const taken = Array.from({ length: values.length / 4 }, (_, index) =>
          readTaken(values.slice(4 * index, 4 * index + 4), { label, token }),
        );
        if (taken.length === room) this.distrust();
        else source.isListed = isListed === 1 && source.heard === heard;
        return taken;
      },
    };
  }
}

function readTaken(values: readonly unknown[], of: { readonly label: string; readonly token: string }): TakenWork {
  const [id, name, data] = values.map(String) as [string, string, string];
  return { ...of, id, name, data: parsed(data), isFirst: values[3] === 1 };
}
