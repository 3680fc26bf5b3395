import type { Account } from '../../domain/command.js';

const ENTER = `
cd -- "$1" 2>/dev/null || {
  printf '%s\\n' "timers: the working directory $1 cannot be entered as user $2: set cwd" >&2
  exit 126
}
shift 2
unset OLDPWD
exec "$@"
`;

/**
 * How to start a command of another user in its folder. Node enters the folder before it changes the user, so a link that the user has put
 * there would lead him into a folder of root's. Here a shell of the user enters it, and becomes the command.
 */
export const enterAs = ({ name }: Account, folder: string, command: readonly string[]) => ({
  cwd: '/',
  program: '/bin/sh',
  args: ['-c', ENTER, 'timers', folder, name, ...command],
});
