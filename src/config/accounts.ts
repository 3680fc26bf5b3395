import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import type { Account } from '../domain/command.js';

export interface Group {
  readonly name: string;
  readonly gid: number;
  /** Names of accounts that list it as a further group. */
  readonly members: readonly string[];
}

/** The users and groups of this machine, by name or number. */
export interface Accounts {
  readonly user: (key: string) => Account | undefined;
  readonly group: (key: string) => Group | undefined;
  /** Accounts whose main group it is. Only those of /etc/passwd. */
  readonly withGroup: (gid: number) => readonly Account[];
}

/** Reads /etc/passwd and /etc/group once. Asks NSS (`getent`) for names that are not there. A file that can't be read counts as empty. */
export function readAccounts(): Accounts {
  const users = linesOf('/etc/passwd').map(toAccount);
  const groups = linesOf('/etc/group').map(toGroup);
  const asked = new Map<string, readonly string[] | undefined>();
  const ask = (database: 'passwd' | 'group', key: string) => {
    const question = `${database} ${key}`;
    if (!asked.has(question)) asked.set(question, askNss(database, key));
    return asked.get(question);
  };
  return {
    user: (key) =>
      users.find(({ name, uid }) => name === key || String(uid) === key) ?? map(ask('passwd', key), toAccount),
    group: (key) =>
      groups.find(({ name, gid }) => name === key || String(gid) === key) ?? map(ask('group', key), toGroup),
    withGroup: (gid) => users.filter((account) => account.gid === gid),
  };
}

const map = <T, R>(value: T | undefined, make: (value: T) => R): R | undefined =>
  value === undefined ? undefined : make(value);

const toAccount = ([name = '', , uid, gid, , home = '', shell = '']: readonly string[]): Account => ({
  uid: Number(uid),
  gid: Number(gid),
  name,
  home: home === '' ? '/' : home,
  shell: shell === '' ? '/bin/sh' : shell,
});

const toGroup = ([name = '', , gid, members = '']: readonly string[]): Group => ({
  name,
  gid: Number(gid),
  members: members.split(',').filter((member) => member !== ''),
});

function linesOf(path: string): readonly (readonly string[])[] {
  try {
    return fieldsOf(readFileSync(path, 'utf8'));
  } catch {
    return [];
  }
}

const fieldsOf = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line.includes(':'))
    .map((line) => line.split(':'));

/** How long a directory service may take, in ms. */
const NSS_PATIENCE = 3_000;

function askNss(database: 'passwd' | 'group', key: string): readonly string[] | undefined {
  if (!/^\w[\w.@+-]*\$?$/.test(key)) return undefined;
  try {
    const answer = execFileSync('getent', [database, key], {
      encoding: 'utf8',
      timeout: NSS_PATIENCE,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return fieldsOf(answer)[0];
  } catch {
    return undefined;
  }
}
