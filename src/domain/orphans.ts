import type { Duration } from './time.js';

/** A process that has outlived the scheduler that started it. */
export interface Orphan {
  readonly runId: string;
  readonly pid: number;
}

/** Finds and ends what a scheduler that died has left running. */
export interface Orphans {
  /** The living processes of these runs. Empty where the system does not tell. Never throws. */
  find(runIds: ReadonlySet<string>): readonly Orphan[];
  /** SIGTERM, after `grace` SIGKILL. Resolves when none of them lives, or a few seconds after the SIGKILL. Never rejects. */
  end(orphans: readonly Orphan[], grace: Duration): Promise<void>;
}
