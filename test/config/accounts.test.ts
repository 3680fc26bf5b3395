import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readUser } from '../../src/config/check/read-user.js';
import { readAccounts } from '../../src/config/text/accounts.js';

const before = process.env['PATH'];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'accounts-'));
  process.env['PATH'] = `${folder}:${before ?? ''}`;
});
afterEach(() => {
  process.env['PATH'] = before;
  rmSync(folder, { recursive: true });
});

/** Installs a program in place of one of the system. It prints a line for each question that it knows. */
function puppet(name: string, answers: Readonly<Record<string, string>>): void {
  const cases = Object.entries(answers).map(([question, answer]) => `'${question}') printf '%s\\n' '${answer}' ;;`);
  writeFileSync(join(folder, name), `#!/bin/sh\ncase "$*" in\n${cases.join('\n')}\n*) exit 2 ;;\nesac\n`);
  chmodSync(join(folder, name), 0o755);
}

/** Installs a directory service that knows entries which neither /etc/passwd nor /etc/group has. */
function directory(): void {
  const dirk = 'dirk@corp:*:61234:61235:Dirk,,,:/home/corp/dirk:/bin/zsh';
  puppet('getent', {
    'passwd dirk@corp': dirk,
    'passwd 61234': dirk,
    'passwd bare': 'bare:x:61240:61240:::',
    'group payroll': 'payroll:*:61236:dirk@corp',
  });
  puppet('id', { '-G -- dirk@corp': '61235 61236 61237' });
}

describe('a user known to NSS but missing from /etc/passwd', () => {
  const dirk = { uid: 61234, gid: 61235, name: 'dirk@corp', home: '/home/corp/dirk', shell: '/bin/zsh' };

  it.each(['dirk@corp', '61234'])('is found as %s with all its groups', (key) => {
    directory();
    expect(readUser(key, readAccounts())).toEqual({ ...dirk, groups: [61236, 61237] });
  });

  it('can have a group that only NSS knows', () => {
    directory();
    expect(readUser('dirk@corp:payroll', readAccounts())).toMatchObject({ uid: 61234, gid: 61236 });
  });

  it('gets a home and a shell even if its entry has none', () => {
    directory();
    expect(readUser('bare', readAccounts())).toMatchObject({ uid: 61240, home: '/', shell: '/bin/sh' });
  });

  it.each([String.raw`CORP\jörg`, 'Domain Admin', 'web$', '0day'])('can have the name %s', (name) => {
    puppet('getent', { [`passwd ${name}`]: `${name}:x:61250:61250::/:/bin/sh` });
    puppet('id', { [`-G -- ${name}`]: '61250 61251' });
    expect(readUser(name, readAccounts())).toMatchObject({ uid: 61250, groups: [61251], name });
  });

  it.each(['--service=files', '-i', '', ' dirk', 'a\0b', 'a\nb'])(
    'is never passed to getent as an option or another key: %j',
    (name) => {
      directory();
      expect(readUser(name, readAccounts())).toMatchObject({ code: 'unknown-user' });
    },
  );

  it('is unknown if getent does not know it or is not installed', () => {
    const unknown = { code: 'unknown-user', hint: expect.stringContaining('getent passwd') as string };
    directory();
    expect(readUser('erik', readAccounts())).toMatchObject(unknown);
    process.env['PATH'] = join(folder, 'empty');
    expect(readUser('dirk@corp', readAccounts())).toMatchObject(unknown);
  });

  it('is looked up once, even if many timers name it', () => {
    directory();
    const accounts = readAccounts();
    const first = readUser('dirk@corp', accounts);
    puppet('getent', {});
    puppet('id', {});
    expect(readUser('dirk@corp', accounts)).toEqual(first);
  });
});
