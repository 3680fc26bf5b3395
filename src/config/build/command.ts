import type { Account, Command, OutputTarget } from '../../domain/command.js';
import { SECOND } from '../../domain/time.js';
import type { Accounts } from '../text/accounts.js';
import type { Paths } from './check-paths.js';
import type { MapReport } from './map-report.js';
import { readUser } from '../check/read-user.js';
import type { CommandValue, TimerValues } from '../check/schema.js';

/** What the meaning of the keys for commands depends on. */
export interface CommandContext {
  readonly paths: Paths;
  readonly uid: number | undefined;
  /** The users and groups of this machine. They are read at first use. */
  readonly accounts: () => Accounts;
}

/** Everything about a command except the command line. */
export type Setting = Omit<Command, 'run'>;

/** Builds the settings of a timer's commands, such as the folder and the user. */
export function buildSetting(values: TimerValues, report: MapReport, context: CommandContext): Setting {
  const { paths } = context;
  const user = buildUser(values.user, report, context);
  const envFile = paths.envFile(values.env_file, report, user);
  checkEnv(values.env ?? {}, report);
  checkPassEnv(values.pass_env ?? [], report);
  return {
    shell: paths.shell(values.shell, report),
    cwd: paths.cwd(values.cwd, report, user),
    env: values.env ?? {},
    ...(envFile !== undefined && { envFile }),
    ...(user && { user }),
    ...(values.pass_env && { passEnv: values.pass_env }),
    successCodes: values.success_codes ?? [0],
    killAfter: values.kill_after ?? 10 * SECOND,
    output: buildOutput(values.output, report, (place) =>
      paths.appendedFile({ key: 'output', ...place }, report, user),
    ),
  };
}

/** Builds a command line: a string that is not blank, or a list that begins with a program. */
export function buildRun(key: string, run: CommandValue | undefined, report: MapReport): CommandValue | undefined {
  if (run === undefined) return undefined;
  const program = typeof run === 'string' ? run : (run[0] ?? '');
  warnOfPercent(key, run, report);
  if (program.trim() !== '') return run;
  const hint = `For example: ${key}: ./backup.sh`;
  const words = { code: 'empty-value', message: `${key} has no program to run.`, hint } as const;
  report.error(key, words, typeof run === 'string' ? {} : { item: 0 });
  return undefined;
}

/**
 * Warns about a `%` that is written as in a crontab. There, text after an unescaped `%` is the standard input of the
 * command, so people write `\\%` for a plain one.
 */
function warnOfPercent(key: string, run: CommandValue, report: MapReport): void {
  const item = typeof run === 'string' ? -1 : run.findIndex((word) => word.includes('\\%'));
  const isEscaped = item >= 0 || (typeof run === 'string' && run.includes('\\%'));
  if (!isEscaped && !(typeof run === 'string' && INPUT_BY_PERCENT.test(run))) return;
  const [message, hint] = isEscaped
    ? ['\\% is how a crontab writes %. Here the command gets the backslash, too.', 'Write % alone.']
    : ['in a crontab, % starts the standard input. Here it is a plain character.', 'Write: echo Hello | mail root.'];
  report.warn(key, { code: 'crontab-percent', message: `${key}: ${message}`, hint }, item < 0 ? {} : { item });
}

/** Matches a program that reads standard input and takes no formats with `%`, followed by an unquoted `%`. */
const INPUT_BY_PERCENT =
  /^\s*(?:\S*\/)?(?:mailx?|sendmail|cat|wall|write|bc)\b[^|;&'"%]*(?:(?:'[^']*'|"[^"]*")[^|;&'"%]*)*%/;

function buildUser(
  user: string | number | undefined,
  report: MapReport,
  { uid, accounts }: CommandContext,
): Account | undefined {
  if (user === undefined) return undefined;
  if (uid !== 0) {
    const hint = 'Run validate and start as root, for example with sudo, or remove user.';
    report.error('user', { code: 'needs-root', message: 'user: only root may run commands as another user.', hint });
    return undefined;
  }
  const found = readUser(String(user), accounts());
  if ('uid' in found) return withSettableGroups(found, accounts(), report);
  report.error('user', found);
  return undefined;
}

/**
 * Returns the user without supplementary groups, and warns, if they cannot be set. Node cannot set them without
 * `setpriv`.
 */
function withSettableGroups(user: Account, { hasSetpriv }: Accounts, report: MapReport): Account {
  if (user.uid === 0 || user.groups.length === 0 || hasSetpriv()) return user;
  const message = `user: the ${user.groups.length === 1 ? 'group' : 'groups'} ${user.groups.join(', ')} of ${user.name} can't be set, because this machine has no setpriv.`;
  const hint = `Install util-linux. Until then the command runs in group ${user.gid} only.`;
  report.warn('user', { code: 'missing-setpriv', message, hint });
  return { ...user, groups: [] };
}

function checkPassEnv(names: readonly string[], report: MapReport): void {
  for (const [item, name] of names.entries()) {
    if (!/[=\s*]/.test(name)) continue;
    const message = `pass_env: "${name}" is not the name of a variable.`;
    const hint = 'List the names one by one: pass_env: [DB_HOST, DB_PORT]. Set values with env.';
    report.error('pass_env', { code: 'bad-env-name', message, hint }, { item });
  }
}

function checkEnv(env: Readonly<Record<string, string>>, report: MapReport): void {
  for (const name of Object.keys(env)) {
    const part = { item: name, isKey: true } as const;
    if (name === '' || /[=\s]/.test(name)) {
      report.error(
        'env',
        {
          code: 'bad-env-name',
          message: `env: "${name}" is not a valid variable name.`,
          hint: 'A name cannot contain a space or =.',
        },
        part,
      );
    } else if (name.startsWith('TIMERS_')) {
      report.warn(
        'env',
        {
          code: 'reserved-env',
          message: `env: ${name} may be overwritten; timers sets the TIMERS_ variables for each run.`,
        },
        part,
      );
    }
  }
}

function buildOutput(
  output: TimerValues['output'],
  report: MapReport,
  check: (place: { file: string; isRotated: boolean }) => string,
): OutputTarget {
  if (output === undefined) return { to: 'log' };
  if (typeof output === 'string') return { to: output };
  const { file, max_size: maxSize, parse } = output;
  if (file !== undefined && parse === undefined)
    return {
      to: 'file',
      file: check({ file, isRotated: maxSize !== undefined }),
      ...(maxSize !== undefined && { maxSize }),
    };
  if (file === undefined && parse !== undefined && maxSize === undefined) return { to: 'log', parse };
  const message = 'output: a map takes either file, optionally with max_size, or parse.';
  report.error('output', {
    code: 'bad-output',
    message,
    hint: 'For example: output: {file: backup.log, max_size: 10MB}',
  });
  return { to: 'log' };
}
