import type { Account, Command } from '../../domain/command.js';

export type VariableMap = Readonly<Record<string, string | undefined>>;

/**
 * The environment of a process, in two parts, because a launcher prepares the part that many processes share only once.
 */
export interface CommandVariables {
  readonly shared: VariableMap;
  /** Added to `shared`, and overrides it. */
  readonly own: VariableMap;
}

export const allVariables = ({ shared, own }: CommandVariables): NodeJS.ProcessEnv => ({ ...shared, ...own });

/** systemd's default `PATH`. */
export const CLEAN_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Time and language: not secret, and needed to print a date. */
const ABOUT_LOCALE = /^(TZ|LANG|LANGUAGE|LC_\w+)$/;

/** Returns the user that a command runs as, if not the scheduler's. */
export const otherUser = ({ user }: Pick<Command, 'user'>): Account | undefined =>
  user === undefined || user.uid === process.getuid?.() ? undefined : user;

/**
 * Returns the environment of a command before anything is added. A command of our own user inherits everything. Another
 * user's environment starts as at a login, because the scheduler's may contain secrets.
 */
export function inheritedEnvironment(
  command: Pick<Command, 'user' | 'passEnv'>,
  environment: VariableMap,
): VariableMap {
  const user = otherUser(command);
  if (user === undefined) return environment;
  const passed = new Set(command.passEnv);
  return {
    PATH: CLEAN_PATH,
    HOME: user.home,
    USER: user.name,
    LOGNAME: user.name,
    SHELL: user.shell,
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => passed.has(name) || ABOUT_LOCALE.test(name))),
  };
}
