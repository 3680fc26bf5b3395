/** The parts of an entry. */
export interface EntryForm {
  /** Whether a leading `-` keeps cron from logging the start. */
  readonly isQuiet: boolean;
  /** Five fields, or a nickname. */
  readonly when: string;
  /** The rest: the command, or in a system crontab the user and the command. */
  readonly rest: string;
}

const ENTRY_LINE = /^[ \t]*(-?)(@[A-Za-z_]+|[\d*~][^\s=]*(?:[ \t]+[\dA-Za-z*~][^\s=]*){4})[ \t]+(\S.*)$/;

/** Splits a line into schedule and rest; `undefined` if it does not have the form of an entry. */
export function entryForm(line: string): EntryForm | undefined {
  const [, quiet, when, rest] = ENTRY_LINE.exec(line) ?? [];
  if (when === undefined || rest === undefined) return undefined;
  return { isQuiet: quiet === '-', when: when.replace(/[ \t]+/g, ' '), rest };
}

export interface UserAndCommand {
  readonly user: string;
  readonly command: string;
}

export function splitUser(rest: string): UserAndCommand | undefined {
  const [, user, command] = /^(\S+)[ \t]+(\S.*)$/.exec(rest) ?? [];
  return user === undefined || command === undefined ? undefined : { user, command };
}

/** Fields after the fifth: a crontab has none, so cron takes the first one for the user, or for the command. */
const MORE_FIELDS = /^(?:[\d*][\d*,/~-]*[ \t]+)+/;

/** Whether a word can name a user: it is neither a path nor a field of a schedule. */
export const isUserName = (word: string): boolean => !word.includes('/') && !MORE_FIELDS.test(`${word} `);

/** System users whose names are not also names of programs. */
const USERS = new Set([
  'root',
  'www-data',
  'nobody',
  'daemon',
  'apache',
  'nginx',
  'postgres',
  'ubuntu',
  'admin',
  'deploy',
]);

const isKnownUser = (name: string): boolean => USERS.has(name) || /[-_]user$/.test(name);

/** Users whose names no command or script is likely to have. */
const ONLY_USERS = new Set([
  ...['root', 'www-data', 'nobody', 'apache', 'postgres', 'ubuntu', 'debian', 'ec2-user', 'centos', 'vagrant'],
  ...['jenkins', 'gitlab-runner', 'tomcat', 'nagios', 'zabbix', 'munin', 'elasticsearch'],
]);

const PROGRAM = /^(?:\/|(?:sh|bash|php|python3?|perl|node|cd|test|\[|run-parts|nice|flock|timeout)\s)/;

/** Returns the user in place of a command, as in a system crontab, if a program follows. */
export function userBefore(rest: string): string | undefined {
  const { user = '', command = '' } = splitUser(rest) ?? {};
  return ONLY_USERS.has(user) && PROGRAM.test(command) ? user : undefined;
}

const SYSTEM_PATH = /(?:^|\/)etc\/crontab$|(?:^|\/|\.)cron\.d(?:\/[^/]+)?$/;

const USER_PATH = /(?:^|\/)\.?crontab[^/]*$|\.cron(?:tab)?$|^-$/;

/** Whether a path is `/etc/crontab` or in `cron.d`: its entries name a user. */
export const isSystemCrontab = (path: string): boolean => SYSTEM_PATH.test(path);

/** Whether a path may be a crontab. Standard input may be one, too: `crontab -l`. */
export const isOfCron = (path: string): boolean => isSystemCrontab(path) || USER_PATH.test(path);

/**
 * Whether the sixth field of a crontab is a user. The path of the file decides, or a possible user in every entry. In
 * an entry with too many fields, the user comes after them.
 */
export function hasUserColumn(path: string, lines: readonly string[]): boolean {
  if (isSystemCrontab(path)) return true;
  const entries = lines.map(entryForm).filter((form) => form !== undefined);
  const users = entries.map(({ rest }) => splitUser(rest.replace(MORE_FIELDS, ''))?.user ?? '');
  return users.every((user) => /^[a-z_][\w-]*\$?$/.test(user)) && users.some(isKnownUser);
}
