import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import type { Account } from '../../domain/command.js';

export interface Group {
  readonly name: string;
  readonly gid: number;
  /** The names of the accounts that have this group as a supplementary group. */
  readonly members: readonly string[];
}

/** The users and groups of this machine, by name or number. */
export interface Accounts {
  readonly user: (key: string) => Account | undefined;
  readonly group: (key: string) => Group | undefined;
  /** Returns the ids of all groups of an account. */
  readonly groupsOf: (name: string) => readonly number[];
  /**
   * Whether the `setpriv` of util-linux is installed, which sets the groups of a process. Other implementations lack
   * the necessary options.
   */
  readonly hasSetpriv: () => boolean;
  /** Returns the accounts in /etc/passwd with this primary group. */
  readonly withGroup: (gid: number) => readonly Account[];
}

/**
 * Reads /etc/passwd and /etc/group once. Queries NSS (`getent`) for names that are not in them. A file that can't be
 * read counts as empty.
 */
export function readAccounts(): Accounts {
  const users = linesOf('/etc/passwd').map(toAccount);
  const groups = linesOf('/etc/group').map(toGroup);
  const asked = new Map<string, string>();
  const ask = (program: string, ...args: readonly string[]) => {
    const question = [program, ...args].join(' ');
    const answer = asked.get(question) ?? outputOf(program, args);
    asked.set(question, answer);
    return answer;
  };
  const nss = (database: 'passwd' | 'group', key: string) =>
    IS_NAME.test(key) ? fieldsOf(ask('getent', database, key))[0] : undefined;
  return {
    user: (key) =>
      users.find(({ name, uid }) => name === key || String(uid) === key) ?? map(nss('passwd', key), toAccount),
    group: (key) =>
      groups.find(({ name, gid }) => name === key || String(gid) === key) ?? map(nss('group', key), toGroup),
    groupsOf: (name) => numbersOf(ask('id', '-G', '--', name)),
    hasSetpriv: () => ask('setpriv', '--reuid=0', '--regid=0', '--clear-groups', 'echo', 'yes') !== '',
    withGroup: (gid) => users.filter((account) => account.gid === gid),
  };
}

/**
 * Matches names that cannot be mistaken for an option. Directory services have names such as `CORP\jörg` and `domain
 * users`.
 */
const IS_NAME = /^[^-:\s][^:\n\0]*$/;

const map = <T, R>(value: T | undefined, make: (value: T) => R): R | undefined =>
  value === undefined ? undefined : make(value);

const toAccount = ([name = '', , uid, gid, , home = '', shell = '']: readonly string[]): Account => ({
  uid: Number(uid),
  gid: Number(gid),
  groups: [],
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

/** Timeout for a directory service, in ms. */
const NSS_PATIENCE = 3_000;

const numbersOf = (text: string): readonly number[] =>
  text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(Number);

/** Returns the output of a program; empty if it fails or is not installed. */
function outputOf(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      timeout: NSS_PATIENCE,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}
