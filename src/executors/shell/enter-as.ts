import { NODES_LARGEST_ID, type Account } from '../../domain/command.js';
import { allVariables, CLEAN_PATH } from './environment.js';
import { notExecutable } from './find-program.js';
import type { Start } from './launcher.js';

type Identity = NonNullable<Start['identity']>;

/** A process as Node starts it: `env` is its entire environment. */
interface NodeStart extends Pick<Start, 'program' | 'args' | 'cwd'> {
  readonly env: NodeJS.ProcessEnv;
  /** The user id. Absent for our own. */
  readonly uid?: number;
  readonly gid?: number;
  /** The input that the process finds on descriptor 3. */
  readonly input?: Uint8Array;
}

/**
 * Returns how to start a shell as another user. Node sets a user and one group. `setpriv` (util-linux) sets further
 * groups and larger ids, and then becomes the shell. Because setpriv starts as root, `env` must contain nothing that
 * the user controls.
 */
export function shellAs(identity: Identity, args: readonly string[], env: NodeJS.ProcessEnv): NodeStart {
  const { uid, gid, groups } = identity;
  const start = { cwd: '/', env };
  if (isSetByNode(identity)) return { ...start, program: '/bin/sh', args, uid, gid };
  const further = groups.length === 0 ? '--clear-groups' : `--groups=${groups.join(',')}`;
  const rights = [`--reuid=${uid}`, `--regid=${gid}`, further];
  return { ...start, program: 'setpriv', args: [...rights, '--', '/bin/sh', ...args] };
}

const isSetByNode = ({ uid, gid, groups }: Identity): boolean =>
  groups.length === 0 && Math.max(uid, gid) <= NODES_LARGEST_ID;

const TAKE_ENVIRONMENT = 'eval "$(cat <&3)"; exec 3<&-; exec "$@"';

/**
 * Returns how Node starts a process with this identity. With setpriv, a shell of the user reads the environment from
 * descriptor 3, so an `LD_PRELOAD` in the user's env_file does not reach setpriv.
 */
export function becoming({ program, args, cwd, env: variables, identity }: Start): NodeStart {
  const env = allVariables(variables);
  if (identity === undefined) return { program, args, cwd, env };
  const { uid, gid } = identity;
  if (isSetByNode(identity)) return { program, args, cwd, env, uid, gid };
  const start = shellAs(identity, ['-c', TAKE_ENVIRONMENT, 'timers', program, ...args], { PATH: CLEAN_PATH });
  return { ...start, cwd, input: Buffer.from(exportsOf(env)) };
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
/**
 * Returns how to start a command as another user in its folder. Node enters the folder before it changes the user, so a
 * link that the user has put there could lead into a folder that only root may enter. Instead, a shell of the user
 * enters the folder, and then becomes the command.
 */
export const enterAs = (
  user: Account,
  folder: string,
  command: readonly string[],
): Pick<Start, 'program' | 'args' | 'cwd' | 'identity'> => ({
  program: '/bin/sh',
  args: ['-c', ENTER, 'timers', folder, user.name, ...command],
  cwd: '/',
  identity: user,
});

/** Variables that a shell reserves: setting one would end the shell. */
const READ_ONLY = /^(UID|EUID|PPID|SHELLOPTS|BASHOPTS|BASH_VERSINFO)$/;

const exportsOf = (env: NodeJS.ProcessEnv): string =>
  Object.entries(env)
    .filter(([name, value]) => value !== undefined && /^[A-Za-z_]\w*$/.test(name) && !READ_ONLY.test(name))
    .map(([name, value = '']) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');
