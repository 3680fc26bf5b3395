import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadTimerFile, rootDistrust, type Machine } from '../../src/config/index.js';
import { brief, machine as known, words } from './diagnose.js';

const GOOD = 'timers: {a: {every: 1m, run: x}}\n';
const uid = process.getuid?.() ?? 0;
/** Why tests that change the owner of files are skipped. */
const needsRoot = uid === 0 ? '' : ' (skipped: only root can give files away)';
const ours: Machine = { ...known, uid };
const asRoot: Machine = { ...known, uid: 0 };
const asUser: Machine = { ...known, uid: uid === 0 ? 1000 : uid };

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'timers-trust-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, mode = 0o644, text = GOOD): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

function makeFolder(name: string, mode: number): string {
  const path = join(folder, name);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

/**
 * Gives a path to another user, and returns which user to check as: root can give it away, others check as someone
 * else.
 */
function giveAway(path: string): Machine {
  if (uid !== 0) return { ...known, uid: uid + 1 };
  chownSync(path, 65534, 65534);
  return ours;
}

const load = async (file: string, on: Machine) => (await loadTimerFile({ cwd: folder, file }, on)).problems;
const find = async (cwd: string, on: Machine) => (await loadTimerFile({ cwd }, on)).problems;

describe('a file that others can write to', () => {
  it.each([
    ['644', 0o644, 'root', []],
    ['600', 0o600, 'root', []],
    ['666', 0o666, 'root', ['1:1 writable-by-others']],
    ['646', 0o646, 'root', ['1:1 writable-by-others']],
    ['666', 0o666, 'user', ['~1:1 writable-by-others']],
  ])('is recognized by its mode: %s as %3$s', async (_, mode, who, problems) => {
    const path = write('timers.yaml', mode);
    const found = await load(path, who === 'root' ? asRoot : asUser);
    expect(found.map(brief)).toEqual(problems);
    if (found[0]) expect(words(found[0])).toBe(`every user can write to ${path} chmod go-w ${path}`);
  });

  it.skipIf(uid !== 0)(`can be writable by the members of its group${needsRoot}`, async () => {
    const path = write('timers.yaml', 0o664);
    expect(await load(path, asRoot)).toEqual([]);
    // The members of a group without a name are unknown: only one with the owner's number counts as the owner's.
    chownSync(path, 0, 54_321);
    expect((await load(path, asRoot)).map(words)).toEqual([`group 54321 can write to ${path} chmod go-w ${path}`]);
    chownSync(path, 54_321, 54_321);
    expect(await load(path, asRoot)).toEqual([]);
  });

  it('can be in a writable folder, at any level', async () => {
    const open = makeFolder('open', 0o777);
    mkdirSync(join(open, 'deep'), { mode: 0o755 });
    const path = write('open/deep/timers.yaml');
    const [problem] = await load(path, asRoot);
    expect(problem && words(problem)).toBe(`every user can write to ${open} chmod go-w ${open}`);
  });

  it('can be behind a link from or to such a folder', async () => {
    const open = makeFolder('open', 0o777);
    write('open/timers.yaml');
    symlinkSync(join(open, 'timers.yaml'), join(folder, 'link.yaml'));
    expect((await load('link.yaml', asRoot)).map(brief)).toEqual(['1:1 writable-by-others']);
    symlinkSync(write('good.yaml'), join(open, 'link.yaml'));
    expect((await load('open/link.yaml', asRoot)).map(brief)).toEqual(['1:1 writable-by-others']);
  });

  it('is rejected before it is parsed', async () => {
    const path = write('timers.yaml', 0o666, 'nonsense: [');
    expect((await load(path, asRoot)).map(brief)).toEqual(['1:1 writable-by-others']);
  });
});

describe('a sticky folder that everyone can write to', () => {
  it('can contain a trusted file of our own', async () => {
    makeFolder('pub', 0o1777);
    const path = write('pub/timers.yaml');
    expect(await load(path, ours)).toEqual([]);
  });

  it('cannot contain a trusted file or link of another user', async () => {
    makeFolder('pub', 0o1777);
    const path = write('pub/timers.yaml');
    const looking = giveAway(path);
    const [problem] = await load(path, looking);
    expect(problem && words(problem)).toContain('where every user can create files');
  });
});

describe('a timer file found without -f', () => {
  it('is used if it is our own', async () => {
    write('timers.yaml');
    expect(await find(makeFolder('sub', 0o755), ours)).toEqual([]);
  });

  it('is rejected if it belongs to another user, and accepted if it is named', async () => {
    const path = write('timers.yaml');
    const looking = giveAway(path);
    chmodSync(folder, 0o755);
    const [problem] = await find(makeFolder('sub', 0o755), looking);
    expect(problem && brief(problem)).toBe('1:1 foreign-file');
    expect(problem && words(problem)).toContain(`--file ${path}`);
    expect(await load(path, looking)).toEqual([]);
  });

  it('is rejected if its folder belongs to another user', async () => {
    write('timers.yaml');
    const looking = giveAway(folder);
    expect((await find(folder, looking)).map(brief)).toEqual(['1:1 foreign-file']);
  });

  it.skipIf(uid !== 0)(`is rejected if it is another user’s link to our file${needsRoot}`, async () => {
    write('real.yaml');
    symlinkSync('real.yaml', join(folder, 'timers.yaml'));
    lchownSync(join(folder, 'timers.yaml'), 65534, 65534);
    expect((await find(folder, ours)).map(brief)).toEqual(['1:1 foreign-file']);
  });
});

it('an env_file larger than commands can read is an error', () => {
  const path = write('timers.yaml', 0o644, 'timers: {a: {every: 1m, run: x, env_file: ./e}}\n');
  truncateSync(write('e', 0o644, 'A=1\n'), 16 * 1024 * 1024 + 1);
  return expect(loadTimerFile({ file: path, cwd: folder }, ours)).resolves.toMatchObject({
    problems: [{ code: 'bad-env-file', message: `env_file: ${join(folder, 'e')} is larger than 16 MiB.` }],
  });
});

describe('an env_file that others can write to', () => {
  it.each([
    [0o644, asRoot, []],
    [0o666, asRoot, ['1:43 writable-by-others']],
    [0o666, asUser, ['~1:43 writable-by-others']],
  ])('is recognized by its mode: %o', async (mode, on, problems) => {
    write('e', mode, 'A=b\n');
    const path = write('timers.yaml', 0o644, 'timers: {a: {every: 1m, run: x, env_file: ./e}}\n');
    expect((await load(path, on)).map(brief)).toEqual(problems);
  });

  it('is checked again on the opened file when it is read', () => {
    const path = write('e', 0o666, 'A=b\n');
    expect(rootDistrust(path, { mode: 0o100666, uid: 0, gid: 0 })).toBe(
      `every user can write to ${path} (chmod go-w ${path})`,
    );
    expect(rootDistrust(path, { mode: 0o100644, uid: 0, gid: 0 })).toBeUndefined();
  });
});

describe('a token_file that others can write to', () => {
  it.each([
    [0o600, asRoot, []],
    [0o644, asRoot, ['~1:47 open-token-file']],
    [0o622, asRoot, ['1:47 writable-by-others']],
    [0o622, asUser, ['~1:47 writable-by-others']],
  ])('is recognized by its mode: %o', async (mode, on, problems) => {
    write('token', mode, 'secret-of-this-test\n');
    const path = write('timers.yaml', 0o644, `http: {listen: "127.0.0.1:19464", token_file: ./token}\n${GOOD}`);
    expect((await load(path, on)).map(brief)).toEqual(problems);
  });
});
