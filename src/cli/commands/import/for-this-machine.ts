import type { Diagnostic } from '../../../config/index.js';
import type { Difference, ImportedTimer } from '../../../importers/kind.js';

type Keys = Readonly<Record<string, unknown>>;

interface Changed {
  readonly keys: Keys;
  readonly changes: readonly Difference[];
}

/**
 * Moves a shell or a user that this machine does not have into the command itself. Leaves out an environment file that
 * cannot be read. The timer file is then valid here. `errorsOf` checks keys.
 */
export function forThisMachine(
  { keys, place }: ImportedTimer,
  errorsOf: (keys: Keys) => readonly Diagnostic[],
): Changed {
  if (!LOCAL.some((key) => keys[key] !== undefined)) return { keys, changes: [] };
  const errors = errorsOf(keys);
  const codes = new Set(errors.map(({ code }) => code));
  const badEnvFile = errors.find(({ code }) => code.endsWith('env-file'));
  const steps = [
    ...(badEnvFile === undefined ? [] : [(now: Keys) => withoutEnvFile(now, badEnvFile)]),
    ...(codes.has('bad-shell') ? [withoutShell] : []),
    ...(codes.has('unknown-user') || codes.has('unknown-group') ? [withoutUser] : []),
  ];
  return steps.reduce<Changed>(
    (changed, step) => {
      const { keys: now, words } = step(changed.keys);
      return { keys: now, changes: [...changed.changes, { ...place, ...words }] };
    },
    { keys, changes: [] },
  );
}

/** Keys whose values must exist on the machine that reads the file. */
const LOCAL = ['shell', 'user', 'env_file'] as const;

interface Step {
  readonly keys: Keys;
  readonly words: Pick<Difference, 'severity' | 'message' | 'hint'>;
}

function withoutShell({ shell, ...keys }: Keys): Step {
  const name = text(shell);
  const message = `The shell ${name} does not exist here, so the command names it instead of the key shell.`;
  return { keys: { ...keys, run: argumentsOf(keys['run'], name) }, words: { severity: 'note', message } };
}

function withoutEnvFile({ env_file: file, ...keys }: Keys, { message }: Diagnostic): Step {
  const reason = message.replace(/^env_file: /, '');
  const hint = `Write env_file: ${text(file)} on a machine that has it.`;
  return { keys, words: { severity: 'warning', message: `${reason} So env_file is left out.`, hint } };
}

function withoutUser({ user, shell, ...keys }: Keys): Step {
  const [name = '', group] = text(user).split(':');
  const asGroup = group === undefined ? [] : ['-g', group];
  const run = ['runuser', '-u', name, ...asGroup, '--', ...argumentsOf(keys['run'], text(shell ?? '/bin/sh'))];
  const isAtHome = /^~(?:\/|$)/.test(text(keys['cwd'] ?? ''));
  const home = isAtHome ? " It starts in the home folder of the scheduler's user." : '';
  const message = `The user ${text(user)} does not exist here, so the command names it instead of the key user.${home}`;
  const hint = `Write user: ${text(user)} on a machine that has it.`;
  return { keys: { ...keys, run }, words: { severity: 'warning', message, hint } };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A command as a list: a single text runs in the shell. */
const argumentsOf = (run: unknown, shell: string): readonly string[] =>
  Array.isArray(run) ? run.map(text) : [shell, '-c', text(run)];
