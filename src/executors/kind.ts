import type { Stats } from 'node:fs';
import type { Clock } from '../domain/clock.js';
import type { NetworkMount } from '../system/network-mount.js';
import type { AttemptIo, Executor } from '../domain/executor.js';
import type { Duration } from '../domain/time.js';

/** One way to run commands. Add a file that exports one, and list it in `index.ts`. */
export interface ExecutorKind {
  create(context: ExecutorContext): Executor;
}

/** A period in which this machine may start commands: as the active one, or as a worker. */
export interface ExecutorTerm {
  /** The variables that describe the period to commands. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Until when this machine may start that attempt, by `sinceBoot`; `undefined` if it no longer may. Checked just
   * before each process starts.
   */
  readonly heldUntil: (io: AttemptIo) => Duration | undefined;
}

export interface ExecutorContext {
  readonly clock: Clock;
  /**
   * What commands of the scheduler's own user inherit. Copied when the executor is created: later changes have no
   * effect.
   */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Why root must not read a file, checked on the opened file; `undefined`: it may. */
  readonly distrust?: ((path: string, stats: Stats) => string | undefined) | undefined;
  /** On a shared state: the period in which this machine may start commands. Absent: always. */
  readonly term?: ExecutorTerm | undefined;
  /** The network file system that a path (absolute) leads to; it may hang. Absent: mounts are unknown. */
  readonly networkMount?: ((path: string) => NetworkMount | undefined) | undefined;
}
