import type { Clock } from '../../domain/clock.js';
import type { Job } from '../../domain/job.js';
import type { QueueRecord } from '../../domain/status-record.js';
import type { Cancel, Duration } from '../../domain/time.js';
import type { Companion } from '../../engine/scheduler-parts.js';
import type { Board } from '../../stores/shared/index.js';
import { repeatRounds } from '../../turns/repeat-rounds.js';
import { livingWorkers } from '../worker/worker-sign.js';
import type { TermWorkers } from './workers.js';

const BETWEEN_LOOKS: Duration = 5_000;

interface WatchParts {
  readonly board: Board;
  readonly clock: Clock;
  /** The timers of the file. */
  readonly jobs: () => readonly Job[];
  /** `undefined` while this machine stands by. */
  readonly workers: () => TermWorkers | undefined;
}

/** On the active machine, checks every few seconds how much work there is for workers. */
export class WorkWatch implements Companion {
  readonly #parts: WatchParts;
  #record: readonly QueueRecord[] = [];
  #stop: Cancel = () => undefined;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** The work by label; `undefined` if there are neither workers nor timers for them. */
  get record(): readonly QueueRecord[] | undefined {
    return this.#record.length > 0 && this.#parts.workers() !== undefined ? this.#record : undefined;
  }

  start(): void {
    this.#stop = repeatRounds(this.#parts.clock, BETWEEN_LOOKS, () => this.#look());
  }

  stop(): void {
    this.#stop();
  }

  async #look(): Promise<void> {
    const workers = this.#parts.workers();
    // The store failed. Other requests to it report that, and the next check tries again.
    this.#record = workers === undefined ? [] : await this.#count(workers).catch(() => []);
  }

  async #count(workers: TermWorkers): Promise<readonly QueueRecord[]> {
    const { board, clock, jobs } = this.#parts;
    const slots = new Map<string, number>();
    for (const worker of await livingWorkers(board))
      for (const label of worker.labels) slots.set(label, (slots.get(label) ?? 0) + worker.slots);
    const ours = jobs().flatMap(({ command: { runOn } }) => runOn?.label ?? []);
    const all = [...new Set([...ours, ...slots.keys()])].sort();
    return Promise.all(
      all.map(async (label): Promise<QueueRecord> => {
        const room = { label, slots: slots.get(label) ?? 0 };
        // BullMQ is loaded only for a file that needs it.
        if (!ours.includes(label)) return { ...room, waiting: 0, active: 0, oldest_ms: 0 };
        const { waiting, active, oldestAt } = await workers.depth(label);
        return {
          ...room,
          waiting,
          active,
          oldest_ms: oldestAt === undefined ? 0 : Math.max(0, clock.now() - oldestAt),
        };
      }),
    );
  }
}
