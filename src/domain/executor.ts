import type { Cancellation } from './cancellation.js';
import type { Command } from './command.js';
import type { Exit } from './outcome.js';
import type { Duration } from './time.js';
import type { Usage } from './usage.js';

export type OutputStream = 'stdout' | 'stderr';

/** The input of one attempt, and its callbacks. */
export interface AttemptIo {
  /** The `TIMERS_*` variables; they override all other variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly cancellation: Cancellation;
  /**
   * How long the attempt may wait for a worker or a launcher, in ms from now, before it has `expired`. Absent if it
   * waits as long as necessary.
   */
  readonly startWithin?: Duration | undefined;
  /**
   * Called with the name of the machine that runs the attempt: before `started`, and before its end. Only with a shared
   * state.
   */
  taken?(node: string): void;
  /**
   * Called once, when the process exists. Not called if the process could not be started. `forMs` is how long it has
   * been running.
   */
  started(pid: number, forMs?: Duration): void;
  /**
   * Called for every block of output, in order: whole lines, each without its newline, joined by newlines. `truncated`
   * means that the block is one line that was cut.
   */
  output(stream: OutputStream, text: string, truncated: boolean): void;
  /** Called once with the last lines of output and their streams, if the output is in another log. */
  outputTail?(lines: readonly TailLine[]): void;
  /** Called with a sentence if output does not reach its target (a file that cannot be written). The run continues. */
  trouble(sentence: string): void;
  /** Called once, after the process has ended, if the executor measures resource usage. */
  used?(usage: Usage): void;
  /**
   * Called while the attempt is canceled, for each process that its command started outside its process group. Returns
   * whether to end that process too. If absent, the executor does not look for such processes.
   */
  stray?(pid: number): 'kill' | 'keep';
  /**
   * Returns `undefined` while more lines are accepted, and otherwise a promise that resolves when they are again. An
   * executor stops reading until then.
   */
  drained(): Promise<void> | undefined;
}

/** A line of output without its newline. */
export interface TailLine {
  readonly stream: OutputStream;
  readonly text: string;
}

/** A way to run commands. */
export interface Executor {
  /**
   * Runs one attempt to its end. Never rejects. When canceled, ends the whole process group, and on Linux the processes
   * that have left it, if `io.stray` returns `kill`: SIGTERM, `killAfter`, SIGKILL. When it resolves, no pipe is open
   * and no timer armed. No process of a canceled attempt remains that a signal could end. If the command ended by
   * itself, its background processes continue, as with cron.
   */
  execute(command: Command, io: AttemptIo): Promise<Exit>;
}
