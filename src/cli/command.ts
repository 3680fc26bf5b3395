import type { Command } from 'commander';
import type { Terminal } from './terminal.js';

/** The groups of `timers --help`, in order, with their headings. */
export const COMMAND_GROUPS = {
  run: 'Run commands',
  'look ahead': 'Look ahead',
  'look back': 'Look back',
  operate: 'Operate the running scheduler',
  file: 'Work on the timer file',
  help: 'Get help',
} as const;

/**
 * One command of the program. Its folder in `commands/` has a `command.ts` that exports it, and `commands/index.ts`
 * lists it.
 */
export interface CommandKind {
  /** The word on the command line. */
  readonly name: string;
  readonly group: keyof typeof COMMAND_GROUPS;
  /** What the command does: one line of `timers --help`, at most 63 characters. */
  readonly summary: string;
  /** Further sentences for the help of this command and for the reference. */
  readonly details?: string;
  /** The version that added it. */
  readonly since: string;
  /**
   * Whether all output has been written or discarded once the command is done. If so, nothing keeps the program
   * running.
   */
  readonly hasFlushed?: true;
  /**
   * For a command that follows output: its exit code when the reader of standard output exits (`| head`). Other
   * commands end by themselves.
   */
  readonly whenUnread?: ExitCode;
  /** Shown at the end of the command's help. */
  readonly examples: readonly Example[];
  /**
   * Declares arguments and options. Loads nothing: a command imports what it needs when it runs, because every package
   * makes startup slower. Returns the action of the command; its promise resolves to the exit code.
   */
  configure(command: Command): (terminal: Terminal, args: readonly unknown[]) => Promise<ExitCode>;
}

export interface Example {
  readonly line: string;
  readonly does: string;
}

/**
 * 0: done. 1: the operation failed, or the file is invalid. 2: wrong usage. `run` returns the exit code of the timer's
 * command.
 */
export type ExitCode = number;

/**
 * Wrong usage that is detected only when the command runs, such as an unknown timer name or an invalid time. Ends the
 * program with exit code 2.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
