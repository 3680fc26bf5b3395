import type { Account } from '../../domain/command.js';
import { CLEAN_PATH } from './environment.js';
import { notExecutable } from './find-program.js';

/** A process to start: `env` is its whole environment. */
export interface Start {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Absent: our own. */
  readonly uid?: number;
  readonly gid?: number;
  /** What it reads from descriptor 3. */
  readonly input?: Uint8Array;
}

/**
 * How to start a shell of another user. Node sets a user and one group; further groups are set by `setpriv` (util-linux), which becomes the
 * shell. As setpriv begins as root, `env` must hold nothing that the user has a say in.
 */
export function shellAs({ uid, gid, groups }: Account, args: readonly string[], env: NodeJS.ProcessEnv): Start {
  const start = { cwd: '/', env };
  if (groups.length === 0) return { ...start, program: '/bin/sh', args, uid, gid };
  const rights = [`--reuid=${uid}`, `--regid=${gid}`, `--groups=${groups.join(',')}`];
  return { ...start, program: 'setpriv', args: [...rights, '--', '/bin/sh', ...args] };
}

const ENTER = `
cd -- "$1" 2>/dev/null || {
  printf '%s\\n' "timers: the working directory $1 cannot be entered as user $2: set cwd" >&2
  exit 126
}
shift 2
unset OLDPWD
refuse() { printf 'timers: %s\\n' "$2" >&2; exit "$1"; }
case $1 in
*/*) [ -x "$1" ] && [ ! -d "$1" ] || refuse 126 "${notExecutable({ what: '$1' })}" ;;
*) command -v -- "$1" >/dev/null || refuse 127 "$1 was not found in PATH" ;;
esac
exec "$@"
`;
const TAKE_ENVIRONMENT = 'eval "$(cat <&3)"; exec 3<&-\n';

/**
 * How to start a command of another user in its folder. Node enters the folder before it changes the user, so a link that the user has put
 * there would lead him into a folder of root's. Here a shell of the user enters it, and becomes the command.
 *
 * With further groups the shell takes its environment from descriptor 3: an `LD_PRELOAD` of the user's env_file is not for setpriv.
 */
export function enterAs(
  user: Account,
  { folder, command, env }: { folder: string; command: readonly string[]; env: NodeJS.ProcessEnv },
): Start {
  const words = ['timers', folder, user.name, ...command];
  if (user.groups.length === 0) return shellAs(user, ['-c', ENTER, ...words], env);
  const start = shellAs(user, ['-c', TAKE_ENVIRONMENT + ENTER, ...words], { PATH: CLEAN_PATH });
  return { ...start, input: Buffer.from(exportsOf(env)) };
}

/** Variables that a shell keeps to itself: to set one would end it. */
const READ_ONLY = /^(UID|EUID|PPID|SHELLOPTS|BASHOPTS|BASH_VERSINFO)$/;

const exportsOf = (env: NodeJS.ProcessEnv): string =>
  Object.entries(env)
    .filter(([name, value]) => value !== undefined && /^[A-Za-z_]\w*$/.test(name) && !READ_ONLY.test(name))
    .map(([name, value = '']) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');
