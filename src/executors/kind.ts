import type { Stats } from 'node:fs';
import type { Clock } from '../domain/clock.js';
import type { NetworkMount } from '../system/network-mount.js';
import type { AttemptIo, Executor } from '../domain/executor.js';
import type { Duration } from '../domain/time.js';

/** One way to run commands. Add a file that exports one, and list it in `index.ts`. */
export interface ExecutorKind {
  create(context: ExecutorContext): Executor;
}

/** A period in which this machine may start commands: as the active machine, or as a worker. */
export interface ExecutorTerm {
  /** The variables that describe the period to commands. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Returns until when this machine may start an attempt, by `sinceBoot`; `undefined` if it no longer may. Called just
   * before each process starts.
   */
  readonly heldUntil: (io: AttemptIo) => Duration | undefined;
}

export interface ExecutorContext {
  readonly clock: Clock;
  /**
   * The environment that commands of the scheduler's own user inherit. Copied when the executor is created: later
   * changes have no effect.
   */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Returns why root must not read a file, based on the opened file; `undefined` if it may. */
  readonly distrust?: ((path: string, stats: Stats) => string | undefined) | undefined;
  /** The period in which this machine may start commands, on a shared state. Absent if it may always start them. */
  readonly term?: ExecutorTerm | undefined;
  /** Returns the network file system that an absolute path leads to, which may hang. Absent if mounts are unknown. */
  readonly networkMount?: ((path: string) => NetworkMount | undefined) | undefined;
}
