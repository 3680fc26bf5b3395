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
  ])('is parsed: %s', (written, account) => {
    expect(readUser(written, accounts)).toEqual(account);
  });

  it.each(['4294967295', 'ada:4294967295', '99999999999', '7:99999999999999999999'])(
    '%s exceeds the limit of ids',
    (written) => {
      expect(readUser(written, accounts)).toMatchObject({
        code: 'bad-value',
        message: expect.stringContaining('at most 4294967294') as string,
      });
    },
  );

  it('beyond the limit of Node.js needs setpriv', () => {
    const id = { uid: 4294967294, gid: 4294967294 };
    expect(readUser('4294967294', accounts)).toMatchObject(id);
    const without: Accounts = { ...accounts, hasSetpriv: () => false };
    expect(readUser('2147483647', without)).toMatchObject({ uid: 2147483647 });
    for (const written of ['2147483648', 'ada:2147483648'])
      expect(readUser(written, without)).toMatchObject({
        message: expect.stringContaining('at most 2147483647') as string,
      });
  });

  it('of this machine is found by name and id, with the groups that id prints', () => {
    const { user, groupsOf } = readAccounts();
    expect(user('root')).toMatchObject({ uid: 0, gid: 0, name: 'root' });
    expect(user('0')).toEqual(user('root'));
    expect(groupsOf('root')).toContain(0);
    expect([user('no-such-user'), user('--help'), groupsOf('no-such-user')]).toEqual([undefined, undefined, []]);
  });
});
