import { createHash } from 'node:crypto';
import { userInfo } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the default path of the state file of a timer file. It is in `$XDG_STATE_HOME/timers`, by default
 * `~/.local/state/timers`. Its name is the name of the timer file and eight digits from a hash of the real path. A
 * relative `XDG_STATE_HOME` counts as unset (XDG Base Directory Specification 0.8), and so does a relative `HOME`.
 */
export function defaultStatePath(timerFileRealPath: string, env: Environment): string {
  const told = env['XDG_STATE_HOME'] ?? '';
  const home = isAbsolute(told) ? told : join(homeOf(env), '.local', 'state');
  const digest = createHash('sha256').update(timerFileRealPath).digest('hex').slice(0, 8);
  return join(home, 'timers', `${basename(timerFileRealPath)}-${digest}.db`);
}

/**
 * Returns the home of the user. For a user without an account (containers can run as any uid), it is `/`, as for
 * programs that systemd starts.
 */
function homeOf(env: Environment): string {
  const told = env['HOME'] ?? '';
  if (isAbsolute(told)) return told;
  try {
    return userInfo().homedir;
  } catch {
    return '/';
  }
}
