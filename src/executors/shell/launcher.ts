import type { Readable } from 'node:stream';
import type { AttemptIo, OutputStream } from '../../domain/executor.js';
import type { Exit } from '../../domain/outcome.js';
import type { Duration } from '../../domain/time.js';
import type { Usage } from '../../domain/usage.js';
import type { CommandVariables } from './environment.js';

/** A process to start. `env` is its entire environment. */
export interface Start {
  readonly program: string;
  readonly args: readonly string[];
  /** Absolute path of the working directory. */
  readonly cwd: string;
  readonly env: CommandVariables;
  /** The user to run as. Absent for the user of this process. `groups` are the supplementary groups, without `gid`. */
  readonly identity?: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };
  /**
   * `inherit`: where this process prints. `apart`: a pipe for each stream. `together`: one pipe for both, which keeps
   * their order.
   */
  readonly output: 'inherit' | 'apart' | 'together';
  /** The time from SIGTERM to SIGKILL, if the launcher has to end the process. */
  readonly grace: Duration;
  /**
   * The time, by `sinceBoot`, from which the process must no longer start: {@link Launcher.launch} then rejects with
   * code ECANCELED. Absent if there is no limit.
   */
  readonly until?: Duration;
}

/** A stream of a command's output. */
export interface OutputSource {
  readonly name: OutputStream;
  /** Starts reading it. */
  open(): Readable;
  /**
   * Call this instead of {@link open} when the command has ended. Passes the rest of the output, at most 128 KiB, to
   * `take`. Returns whether that was all. If not, open the stream, because another process may hold the pipe. If this
   * function is absent, open the stream immediately.
   */
  readonly finish?: (take: (chunk: Buffer) => void) => boolean;
}

export interface ProcessEnd {
  readonly exit: Exit;
  /** Absent if the launcher does not measure it. */
  readonly usage?: Usage;
}

/** A process that leads its own group and session. With `inherit` it has no `sources`. */
export interface Launched {
  readonly pid: number;
  readonly sources: readonly OutputSource[];
  /** Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Call this once, when no further signal assumes that the leader is running. After that, its pid may be reused. */
  readonly release: () => void;
}

/** Starts processes with empty standard input. */
export interface Launcher {
  /**
   * Call this before {@link launch}. Returns `undefined` if the command may be launched now. Otherwise resolves when it
   * is its turn. Absent if commands never wait.
   */
  turn?(): Promise<void> | undefined;
  /**
   * Resolves with `undefined` if the attempt was canceled before there was a process. Rejects with the system's error
   * if there is no process, and with {@link LauncherDied} if that is unknown.
   */
  launch(start: Start, io: AttemptIo): Promise<Launched | undefined>;
}

/** The launcher died during a start. */
export class LauncherDied extends Error {
  constructor() {
    super('its launcher died while it was starting: whether it ran is unknown');
  }
}
