import type { Duration } from './time.js';

/** What a job runs. */
export interface Command {
  /** A text goes to the shell; a list is program and arguments, started without one. */
  readonly run: string | readonly string[];
  /** Absolute path of the shell for a text. */
  readonly shell: string;
  /** Absolute path of the working directory. */
  readonly cwd: string;
  /** Added to the environment; wins over `envFile`. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of a file of `NAME=value` lines, read again before every attempt. */
  readonly envFile?: string;
  /** Whom it runs as; absent: as the scheduler. */
  readonly user?: Account;
  /** Variables of the scheduler that another user's command receives as well. Its own user's receive all. */
  readonly passEnv?: readonly string[];
  /** Exit codes that count as success. */
  readonly successCodes: readonly number[];
  /** From SIGTERM to SIGKILL. */
  readonly killAfter: Duration;
  readonly output: OutputTarget;
}

/** A command in one line for people, cut to `most` characters: a list with quotes where the shell would need them. */
export function commandLine({ run }: Pick<Command, 'run'>, most = 200): string {
  const line = typeof run === 'string' ? run : run.map(quoted).join(' ');
  const text = line.replace(/\s+/g, ' ').trim();
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

const quoted = (word: string): string => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** A user of this machine, as in passwd(5). */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** Further groups, without `gid`. */
  readonly groups: readonly number[];
  readonly name: string;
  /** Absolute path of the home directory. */
  readonly home: string;
  readonly shell: string;
}

/** Where output lines go. A tail is kept for the failure's record in every case but `inherit`. */
export type OutputTarget =
  | { readonly to: 'log'; readonly parse?: 'json' }
  | { readonly to: 'inherit' }
  | { readonly to: 'discard' }
  | { readonly to: 'file'; readonly file: string; readonly maxSize?: number };
