import { describe, expect, it } from 'vitest';

import { readAccounts, type Accounts } from '../../src/config/text/accounts.js';
import { readUser } from '../../src/config/check/read-user.js';

const ada = { uid: 1000, gid: 100, groups: [], name: 'ada', home: '/home/ada', shell: '/bin/zsh' };
const accounts: Accounts = {
  user: (key) => (['ada', '1000'].includes(key) ? ada : undefined),
  group: (key) => (key === 'adm' ? { name: 'adm', gid: 4, members: ['ada'] } : undefined),
  groupsOf: () => [100, 4, 27],
  hasSetpriv: () => true,
  withGroup: () => [],
};

describe('a user', () => {
  it.each([
    ['ada', { ...ada, groups: [4, 27] }],
    ['1000', { ...ada, groups: [4, 27] }],
    ['ada:adm', { ...ada, gid: 4, groups: [27] }],
    ['ada:5', { ...ada, gid: 5, groups: [4, 27] }],
    ['7', { uid: 7, gid: 7, groups: [], name: '7', home: '/', shell: '/bin/sh' }],
  ])('%s', (written, account) => {
    expect(readUser(written, accounts)).toEqual(account);
  });

  it('of this machine is found by name and number, with the groups that id tells', () => {
    const { user, groupsOf } = readAccounts();
    expect(user('root')).toMatchObject({ uid: 0, gid: 0, name: 'root' });
    expect(user('0')).toEqual(user('root'));
    expect(groupsOf('root')).toContain(0);
    expect([user('no-such-user'), user('--help'), groupsOf('no-such-user')]).toEqual([undefined, undefined, []]);
  });
});
