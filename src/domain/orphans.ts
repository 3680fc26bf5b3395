import type { Exit } from './outcome.js';
import type { Duration } from './time.js';

/** A process that has outlived the scheduler that started it. */
export interface Orphan {
  readonly runId: string;
  readonly pid: number;
}

/** Finds and ends processes that a scheduler left running when it died. */
export interface Orphans {
  /** The living processes of these runs. Empty if the system does not list them. Never throws. */
  find(runIds: ReadonlySet<string>): readonly Orphan[];
  /**
   * How commands ended after their scheduler died, by the id of their run, as far as that is known. Each end is
   * returned once. Never throws.
   */
  ends?(): ReadonlyMap<string, Exit>;
  /** SIGTERM, after `grace` SIGKILL. Resolves when none of them is alive, or a few seconds after the SIGKILL. Never rejects. */
  end(orphans: readonly Orphan[], grace: Duration): Promise<void>;
}
