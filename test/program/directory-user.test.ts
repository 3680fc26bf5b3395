import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Desk } from '../support/program.js';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  mkdirSync(join(desk.folder, 'bin'));
});
afterEach(() => desk.clear());

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log('a command of another user is not tested: only root can run it');

/** A program of the system that knows one more user, as a directory service would. */
function knowing(name: string, question: string, answer: string): void {
  const script = `#!/bin/sh\n[ "$*" = '${question}' ] && echo '${answer}' && exit\nPATH=/usr/bin:/bin exec ${name} "$@"\n`;
  chmodSync(desk.write(`bin/${name}`, script), 0o755);
}

describe.runIf(isRoot)('a user known to getent but missing from /etc/passwd', () => {
  test('runs commands with the user’s ids, groups, home and shell', async () => {
    knowing('getent', 'passwd dirk', 'dirk:x:61234:61235:Dirk:/home/dirk:/bin/dash');
    knowing('id', '-G -- dirk', '61235 61236 61237');
    desk.write(
      'timers.yaml',
      `timers:
  who:
    every: 1h
    user: dirk
    cwd: /
    env: { KEEPS: ~/kept }
    run: 'id -u; id -g; id -G; echo "$HOME $USER $LOGNAME $SHELL"; echo ~'\n`,
    );
    const env = { PATH: `${join(desk.folder, 'bin')}:${process.env['PATH'] ?? ''}` };
    const { code, stdout, stderr } = await desk.start(['run', 'who'], { env }).ended;
    expect({ code, stdout, stderr }).toMatchObject({
      code: 0,
      stdout: '61234\n61235\n61235 61236 61237\n/home/dirk dirk dirk /bin/dash\n/home/dirk\n',
    });
  });
});
