import type { BoardChange, Fence } from '../board.js';
import { deleteKey, putKey, type EtcdOperation } from './operations.js';

/** The maximum number of operations in a transaction. etcd accepts 128, and one of them replaces the head. */
const MOST_OPERATIONS = 120;
/** The maximum size of a transaction, in characters of Base64. etcd accepts 1.5 MiB of bytes. */
const MOST_CHARACTERS = 1_400_000;
/** The number of operations in each inner transaction. etcd counts them together with the operations around them. */
const INNER_OPERATIONS = 60;

const jobKey = (root: string, job: string): string => `${root}jobs/${job}`;

/** The job comes first, so that a whole change can delete a run together with the entries of its job. */
const runKey = (root: string, job: string, id: string): string => `${root}runs/${JSON.stringify([job, id])}`;

/** Returns the job and the id from the rest of a key. */
export const runOf = (rest: string): readonly [job: string, id: string] => JSON.parse(rest) as [string, string];

const pad = (number: number, digits: number) => String(number).padStart(digits, '0');

/** Returns the prefix of all positions of a write. Prefixes sort as fence and number do. */
export const writePosition = (fence: Fence, seq: number): string => `${pad(fence, 16)}.${pad(Math.max(seq, 0), 12)}`;

/** One change, grouped by job. */
export class ChangeByJob {
  readonly #root: string;
  readonly #jobs = new Map<string, EtcdOperation[]>();
  readonly #keys = new Set<string>();

  constructor(root: string, { jobs, runs, log }: BoardChange, position: string) {
    this.#root = root;
    for (const { job, key, text } of jobs) this.#set(job, jobKey(root, key), text);
    for (const { job, key, text } of runs) this.#set(job, runKey(root, job, key), text);
    for (const [index, { job, text }] of log.entries()) this.#set(job, `${root}log/${position}.${pad(index, 8)}`, text);
  }

  /** Deletes what a whole change does not have. The keys are without the root and the folder. */
  deleteOthers(jobs: readonly string[], runs: readonly string[]): void {
    for (const job of jobs) this.#deleteOther(job, jobKey(this.#root, job));
    for (const rest of runs) this.#deleteOther(runOf(rest)[0], `${this.#root}runs/${rest}`);
  }

  /**
   * The operations of each transaction, in order; at least one transaction. The entries of one job are never separated.
   */
  get parts(): EtcdOperation[][] {
    let part: EtcdOperation[] = [];
    let size = 0;
    const parts = [part];
    for (const operations of this.#jobs.values()) {
      const added = sizeOf(operations);
      const isFull = part.length + operations.length > MOST_OPERATIONS || size + added > MOST_CHARACTERS;
      if (isFull && part.length > 0) {
        parts.push((part = []));
        size = 0;
      }
      for (const operation of operations) part.push(operation);
      size += added;
    }
    return parts.map(nest);
  }

  #deleteOther(job: string, key: string): void {
    if (!this.#keys.has(key)) this.#set(job, key, undefined);
  }

  #set(job: string, key: string, text: string | undefined): void {
    this.#keys.add(key);
    const operations = this.#jobs.get(job) ?? [];
    operations.push(text === undefined ? deleteKey(key) : putKey(key, text));
    this.#jobs.set(job, operations);
  }
}

const sizeOf = (operations: readonly EtcdOperation[]): number =>
  operations.reduce((sum, one) => sum + ('request_put' in one ? one.request_put.value.length : 0) + 200, 0);

/**
 * Nests the operations of a job that has more entries than a transaction has operations. Inner transactions change all
 * of them at once.
 */
function nest(operations: EtcdOperation[]): EtcdOperation[] {
  if (operations.length <= MOST_OPERATIONS) return operations;
  const inner: EtcdOperation[] = [];
  for (let from = 0; from < operations.length; from += INNER_OPERATIONS)
    inner.push({ request_txn: { success: operations.slice(from, from + INNER_OPERATIONS) } });
  return inner;
}
