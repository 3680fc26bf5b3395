import { readFileSync } from 'node:fs';

import type { UserId } from '../domain/command.js';
import type { Refusal } from './schema-values.js';

/** The lines of the system's user and group files, by the name in their first field. */
export interface Accounts {
  readonly users: ReadonlyMap<string, UserId>;
  readonly groups: ReadonlyMap<string, number>;
}

/**
 * Reads `name`, `uid`, `name:group` or `uid:gid`, where a group is a name or number too. A user's group is that of its account, and
 * that of an unknown number is the number itself.
 */
export function readUser(written: string, accounts: Accounts): UserId | Refusal {
  const [, user = '', group] = /^([^:]*)(?::([^:]*))?$/.exec(written) ?? [];
  const account = accounts.users.get(user) ?? numbered(user, accounts);
  if (account === undefined) {
    const message = user === '' ? `user: "${written}" names no user.` : `user: this machine has no user "${user}".`;
    return { code: 'unknown-user', message, hint: 'Write a name of /etc/passwd, or uid:gid.' };
  }
  if (group === undefined) return account;
  const gid = accounts.groups.get(group) ?? number(group);
  if (gid === undefined) {
    return {
      code: 'unknown-group',
      message: `user: this machine has no group "${group}".`,
      hint: 'Write a name of /etc/group, or a gid.',
    };
  }
  return { uid: account.uid, gid };
}

const number = (text: string): number | undefined => (/^\d{1,10}$/.test(text) ? Number(text) : undefined);

function numbered(user: string, { users }: Accounts): UserId | undefined {
  const uid = number(user);
  if (uid === undefined) return undefined;
  return [...users.values()].find((known) => known.uid === uid) ?? { uid, gid: uid };
}

/** Reads the machine's own accounts. What cannot be read is empty. */
export function readAccounts(): Accounts {
  const users = fieldsOf('/etc/passwd').map(
    ([name = '', , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }] as const,
  );
  const groups = fieldsOf('/etc/group').map(([name = '', , gid]) => [name, Number(gid)] as const);
  return { users: new Map(users), groups: new Map(groups) };
}

function fieldsOf(path: string): readonly (readonly string[])[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line.includes(':'))
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}
