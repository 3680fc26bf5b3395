import type { Cancellation } from './cancellation.js';
import type { Command } from './command.js';
import type { Exit } from './outcome.js';

export type OutputStream = 'stdout' | 'stderr';

/** What one attempt is given, and whom it tells. */
export interface AttemptIo {
  /** The `TIMERS_*` variables; they win over every other. */
  readonly env: Readonly<Record<string, string>>;
  readonly cancellation: Cancellation;
  /** Told once, when there is a process. Not told when it could not be started. */
  started(pid: number): void;
  /** Told for every line of output, in order per stream, without its newline; `truncated` when it was cut. */
  line(stream: OutputStream, text: string, truncated: boolean): void;
  /** Told, in a sentence, when output does not reach its target (a file that cannot be written). The run goes on. */
  trouble(sentence: string): void;
  /**
   * Told of each process that the command has started outside its process group, when the attempt is being ended; returns whether it is ended, too.
   * Absent: nobody looks for them.
   */
  stray?(pid: number): 'kill' | 'keep';
  /** `undefined` while more lines are welcome; else resolves when they are again. An executor stops reading until then. */
  drained(): Promise<void> | undefined;
}

/** A way to run commands. */
export interface Executor {
  /**
   * Runs one attempt to its end. Never rejects. When canceled, ends the whole process group, and on Linux the
   * processes that have left it, if `io.stray` says so: SIGTERM, `killAfter`, SIGKILL.
   * When it resolves no pipe is open and no timer armed, and of a canceled attempt no process is left that a signal could end. Background
   * processes of one that ended by itself are left alone, as cron does.
   */
  execute(command: Command, io: AttemptIo): Promise<Exit>;
}
