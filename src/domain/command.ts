import type { Duration } from './time.js';

/** What a job runs. */
export interface Command {
  /** The shell runs a string. A list is a program and its arguments, started without a shell. */
  readonly run: string | readonly string[];
  /** Absolute path of the shell that runs a string. */
  readonly shell: string;
  /** Absolute path of the working directory. */
  readonly cwd: string;
  /** Added to the environment; overrides `envFile`. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of a file of `NAME=value` lines, read again before every attempt. */
  readonly envFile?: string;
  /** The user that the command runs as; absent for the scheduler's user. */
  readonly user?: Account;
  /**
   * Variables of the scheduler that a command of another user also receives. A command of the scheduler's own user
   * receives all of them.
   */
  readonly passEnv?: readonly string[];
  /** Exit codes that count as success. */
  readonly successCodes: readonly number[];
  /** The time from SIGTERM to SIGKILL. */
  readonly killAfter: Duration;
  readonly output: OutputTarget;
  /** Which workers run the command; absent if the scheduler's machine does. */
  readonly runOn?: RunOn;
}

/** Which workers run a command. Its attempts outlive the scheduler that started them. */
export interface RunOn {
  /** `any`, or a label of workers. */
  readonly label: string;
  /** A hash of the keys that define what runs: a worker runs only timers that its own file defines identically. */
  readonly hash: string;
}

/**
 * Writes a command for people in one line, cut to `most` characters. A list gets quotes where the shell would need
 * them.
 */
export function commandLine({ run }: Pick<Command, 'run'>, most = 200): string {
  const line = typeof run === 'string' ? run : run.map(quoted).join(' ');
  const text = line.replace(/\s+/g, ' ').trim();
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

const quoted = (word: string): string => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** The largest user or group id that Node can give a process. `setpriv` sets larger ones. */
export const NODES_LARGEST_ID = 2_147_483_647;

/** A user of this machine, as in passwd(5). */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups, without `gid`. */
  readonly groups: readonly number[];
  readonly name: string;
  /** Absolute path of the home directory. */
  readonly home: string;
  readonly shell: string;
}

/** Where output lines go. Except with `inherit`, the last lines are also kept for the record of a failure. */
export type OutputTarget =
  | { readonly to: 'log'; readonly parse?: 'json' }
  | { readonly to: 'inherit' }
  | { readonly to: 'discard' }
  | { readonly to: 'file'; readonly file: string; readonly maxSize?: number };
