import type { Command } from 'commander';
import type { Terminal } from './terminal.js';

/** The groups of `timers --help`, in its order, with their headings. */
export const COMMAND_GROUPS = {
  run: 'Run commands',
  'look ahead': 'Look ahead',
  'look back': 'Look back',
  operate: 'Operate the running scheduler',
  file: 'Work on the timer file',
} as const;

/** One command of the program: a folder in `commands/` whose `command.ts` exports one, listed in `commands/index.ts`. */
export interface CommandKind {
  /** The word on the command line. */
  readonly name: string;
  readonly group: keyof typeof COMMAND_GROUPS;
  /** What it does: one line of `timers --help`, at most 63 characters. */
  readonly summary: string;
  /** Sentences that its own help and the reference add. */
  readonly details?: string;
  /** The version that brought it. */
  readonly since: string;
  /** Whether all it says has left, or was given up, when it is done: then nothing keeps the program from ending. */
  readonly hasFlushed?: true;
  /** Of a command that follows: its exit code when nobody reads standard output any more (`| head`). Others end by themselves. */
  readonly whenUnread?: ExitCode;
  /** Shown at the end of the command's help. */
  readonly examples: readonly Example[];
  /**
   * Declares arguments and options. Loads nothing: what a command needs it imports when it runs, because every package costs start-up time.
   * Returns what the command does; its promise carries the exit code.
   */
  configure(command: Command): (terminal: Terminal, args: readonly unknown[]) => Promise<ExitCode>;
}

export interface Example {
  readonly line: string;
  readonly does: string;
}

/** 0 done · 1 the operation failed or the file is invalid · 2 wrong usage; `run` passes on its command's own. */
export type ExitCode = number;

/** Wrong usage that only shows when the command runs: an unknown timer name, an invalid time. Ends the program with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
