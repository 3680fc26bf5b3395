import { NODES_LARGEST_ID, type Account } from '../../domain/command.js';
import type { Accounts } from '../text/accounts.js';
import type { ValueRefusal } from './schema-values.js';

/**
 * The largest user or group id. The next one, -1 in 32 bits, means "unchanged" to the kernel: the command would stay
 * root.
 */
const LARGEST_ID = 4_294_967_294;

/**
 * Reads `name`, `uid`, `name:group` or `uid:gid`, where a group is a name or a number. The default group is that of the
 * account. A number without an account is also the group, and has the home directory `/`. Ids are at most
 * {@link LARGEST_ID}, and {@link NODES_LARGEST_ID} without setpriv.
 */
export function readUser(written: string, accounts: Accounts): Account | ValueRefusal {
  const found = findUser(written, accounts);
  const largest = 'uid' in found ? Math.max(found.uid, found.gid) : 0;
  if (largest > LARGEST_ID)
    return tooLarge(`user: a user or group id is at most ${LARGEST_ID}.`, 'Write a smaller one.');
  if (largest <= NODES_LARGEST_ID || accounts.hasSetpriv()) return found;
  const message = `user: without setpriv, a user or group id is at most ${NODES_LARGEST_ID}.`;
  return tooLarge(message, 'Install util-linux, or write a smaller id.');
}

const tooLarge = (message: string, hint: string): ValueRefusal => ({ code: 'bad-value', message, hint });

function findUser(written: string, accounts: Accounts): Account | ValueRefusal {
  const [, user = '', group] = /^([^:]*)(?::([^:]*))?$/.exec(written) ?? [];
  const account = knownUser(user, accounts) ?? unknownNumber(user);
  if (account === undefined) return unknownUser(user || written);
  if (group === undefined) return account;
  const gid = accounts.group(group)?.gid ?? number(group);
  if (gid === undefined) {
    return {
      code: 'unknown-group',
      message: `user: this machine has no group "${group}".`,
      hint: 'Use a name from "getent group", or a gid.',
    };
  }
  return { ...account, gid, groups: account.groups.filter((other) => other !== gid) };
}

/** Returns an account, with the supplementary groups that list the user, as `su` does. */
function knownUser(user: string, accounts: Accounts): Account | undefined {
  const account = accounts.user(user);
  return account && { ...account, groups: accounts.groupsOf(account.name).filter((gid) => gid !== account.gid) };
}

const unknownUser = (name: string): ValueRefusal => ({
  code: 'unknown-user',
  message: `user: this machine has no user "${name}".`,
  hint: 'Use a name from "getent passwd", or uid:gid.',
});

const number = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);

function unknownNumber(user: string): Account | undefined {
  const uid = number(user);
  return uid === undefined ? undefined : { uid, gid: uid, groups: [], name: String(uid), home: '/', shell: '/bin/sh' };
}
