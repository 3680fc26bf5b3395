import type { Exit } from './outcome.js';
import type { Duration } from './time.js';

/** A process that has outlived the scheduler that started it. */
export interface Orphan {
  readonly runId: string;
  readonly pid: number;
}

/** An attempt on workers that no scheduler follows. */
export interface LeftAttempt {
  readonly runId: string;
  readonly attempt: number;
  readonly label: string;
}

/** Finds and ends processes that a scheduler left running when it died. */
export interface Orphans {
  /**
   * Returns the living processes of these runs; none if the system does not list them. Yields to the event loop,
   * because there may be thousands of processes. Never rejects.
   */
  find(runIds: ReadonlySet<string>): Promise<readonly Orphan[]>;
  /**
   * Returns how commands ended after their scheduler died, by the id of their run, as far as that is known. Each result
   * is returned once. Never throws.
   */
  ends?(): ReadonlyMap<string, Exit>;
  /**
   * Sends SIGTERM, and SIGKILL after `grace`. Resolves when none of the processes is alive, or a few seconds after the
   * SIGKILL. Never rejects.
   */
  end(orphans: readonly Orphan[], grace: Duration): Promise<void>;
  /**
   * Withdraws an attempt from its queue. If a worker already has it, ends its command, unless `action` is `keep`.
   * Resolves with true when the attempt can neither start nor continue, or with false if the term ends first. Never
   * rejects. Absent if there are no workers.
   */
  takeBack?(left: LeftAttempt, action: 'kill' | 'keep'): Promise<boolean>;
}
