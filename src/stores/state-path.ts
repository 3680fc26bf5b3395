import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';

/**
 * Where the state of a timer file is kept unless it says otherwise: in `$XDG_STATE_HOME/timers`, by default `~/.local/state/timers`, under the
 * file's name and eight digits that stand for its real path. A relative `XDG_STATE_HOME` counts as unset (XDG Base Directory Specification 0.8).
 */
export function defaultStatePath(timerFileRealPath: string, env: Readonly<Record<string, string | undefined>>): string {
  const told = env['XDG_STATE_HOME'] ?? '';
  const home = isAbsolute(told) ? told : join(env['HOME'] ?? homedir(), '.local', 'state');
  const digest = createHash('sha256').update(timerFileRealPath).digest('hex').slice(0, 8);
  return join(home, 'timers', `${basename(timerFileRealPath)}-${digest}.db`);
}
