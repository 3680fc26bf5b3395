import type { Job } from '../../domain/job.js';

/** The settings that all entries of a crontab share. cron's default shell is `/bin/sh`. */
export interface SharedVariables {
  readonly shell: string;
  /** Whether all commands have this shell as `$SHELL`. */
  readonly isNamed: boolean;
  readonly env: Readonly<Record<string, string>>;
}

/** Names with a different meaning in cron. */
const OF_CRON = /^(?:SHELL|CRON_TZ|RANDOM_DELAY|MAIL.*|CONTENT_.*|LOGNAME|USER|MLS_LEVEL|XDG_SESSION_CLASS)$/;

/** Returns the shell and the variables that all timers have, and that a line of a crontab can set. */
export function sharedVariables(jobs: readonly Job[]): SharedVariables {
  const commands = jobs.filter(({ enabled }) => enabled).map(({ command }) => command);
  const [first] = commands;
  const shell = first?.shell ?? '/bin/sh';
  const shared = Object.entries(first?.env ?? {}).filter(
    ([name, value]) => commands.every(({ env }) => env[name] === value) && isSettable(name, value),
  );
  return {
    shell: commands.every((command) => command.shell === shell) ? shell : '/bin/sh',
    isNamed: commands.every((command) => command.shell === shell && command.env['SHELL'] === shell),
    env: Object.fromEntries(shared),
  };
}

const isSettable = (name: string, value: string): boolean =>
  /^[A-Za-z_]\w*$/.test(name) && !OF_CRON.test(name) && !/[\n"]/.test(value);

export const variableLines = ({ shell, isNamed, env }: SharedVariables): readonly string[] => [
  ...(shell === '/bin/sh' && !isNamed ? [] : [`SHELL=${shell}`]),
  // Quotes keep spaces at both ends.
  ...Object.entries(env).map(([name, value]) => `${name}=${/^[\w./:@+,-]+$/.test(value) ? value : `"${value}"`}`),
];

/** Quotes one argument of a POSIX shell. */
export const quotedValue = (word: string): string =>
  /^[\w./:=@+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
