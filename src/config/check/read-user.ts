import type { Account } from '../../domain/command.js';
import type { Accounts } from '../text/accounts.js';
import type { ValueRefusal } from './schema-values.js';

/**
 * Reads `name`, `uid`, `name:group` or `uid:gid`, where a group is also a name or number. A user's group is that of its account. A number
 * without an account is its own group, with home `/`.
 */
export function readUser(written: string, accounts: Accounts): Account | ValueRefusal {
  const [, user = '', group] = /^([^:]*)(?::([^:]*))?$/.exec(written) ?? [];
  const account = knownUser(user, accounts) ?? unknownNumber(user);
  if (account === undefined) return unknownUser(user || written);
  if (group === undefined) return account;
  const gid = accounts.group(group)?.gid ?? number(group);
  if (gid === undefined) {
    return {
      code: 'unknown-group',
      message: `user: this machine has no group "${group}".`,
      hint: 'Write a name that "getent group" knows, or a gid.',
    };
  }
  return { ...account, gid, groups: account.groups.filter((other) => other !== gid) };
}

/** With the supplementary groups that list the user, as su does. */
function knownUser(user: string, accounts: Accounts): Account | undefined {
  const account = accounts.user(user);
  return account && { ...account, groups: accounts.groupsOf(account.name).filter((gid) => gid !== account.gid) };
}

const unknownUser = (name: string): ValueRefusal => ({
  code: 'unknown-user',
  message: `user: this machine has no user "${name}".`,
  hint: 'Write a name that "getent passwd" knows, or uid:gid.',
});

const number = (text: string): number | undefined => (/^\d{1,10}$/.test(text) ? Number(text) : undefined);

function unknownNumber(user: string): Account | undefined {
  const uid = number(user);
  return uid === undefined ? undefined : { uid, gid: uid, groups: [], name: String(uid), home: '/', shell: '/bin/sh' };
}
