import { readTimerNames } from '../../../config/index.js';
import { createSystemClock } from '../../../clocks/system.js';
import { thisMachine } from '../../../this-machine.js';
import { readPackageFile } from '../../package-file.js';
import type { Terminal } from '../../terminal.js';

/** The completion scripts of the shells, in `completions/`. `npm run docs` writes them. */
const FILES = { bash: 'timers.bash', zsh: '_timers', fish: 'timers.fish' } as const;

/** What `timers completion` can print. */
export type Asked = keyof typeof FILES | 'names' | 'zones';

/** Returns the lines of a script, the names of timers that need no quotes, or all time zones. */
export async function wordsFor(asked: Asked, { cwd }: Terminal, file: string | undefined): Promise<readonly string[]> {
  if (asked === 'zones') return Intl.supportedValuesOf('timeZone');
  if (asked !== 'names') return readPackageFile(`completions/${FILES[asked]}`).trimEnd().split('\n');
  const request = { cwd, ...(file !== undefined && { file }) };
  const names = await readTimerNames(request, thisMachine(createSystemClock().now()));
  return names.filter((name) => /^[\w.-]+$/.test(name));
}
