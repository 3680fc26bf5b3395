import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import type { LogFileSettings } from '../../src/domain/log-file.js';
import { MINUTE } from '../../src/domain/time.js';
import { LogFile } from '../../src/sinks/log-file.js';
import { FakeClock } from '../support/fake-clock.js';

let folder: string;
let path: string;
let clock: FakeClock;
let unrotated: string[];
let file: LogFile;
let unmount: () => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-file-'));
  path = join(folder, 'timers.log');
  clock = new FakeClock();
  unrotated = [];
  unmount = () => undefined;
});

afterEach(async () => {
  await file.close();
  unmount();
  rmSync(folder, { recursive: true });
});

const open = (more: Partial<LogFileSettings> = {}) => {
  file = new LogFile(
    { path, keep: 5, ...more },
    { clock, uid: process.getuid?.(), onUnrotated: (reason) => unrotated.push(reason) },
  );
  return file;
};

/** Writes once; resolves with the number of bytes. */
const writeOnce = (bytes: Buffer) =>
  new Promise<number>((resolve, reject) =>
    file.write(bytes, (error, written) => (error ? reject(error) : resolve(written))),
  );

/** Writes as a destination does, until everything is written. */
async function put(text: string): Promise<void> {
  for (let bytes = Buffer.from(text); bytes.length > 0;) bytes = bytes.subarray(await writeOnce(bytes));
}

const read = (name = 'timers.log') => readFileSync(join(folder, name), 'utf8');
/** No page of a disk is a multiple of its length, so that a full disk tears one. */
const line = (number: number) => `{"line": ${String(number).padStart(6, '0')}}\n`;
const LINE = line(0).length;

describe('a growing log file', () => {
  it('is rotated at its maximum size, and older files are numbered', async () => {
    open({ maxSize: 2 * LINE, keep: 2 });
    for (let number = 1; number <= 8; number++) await put(line(number));
    expect(readdirSync(folder).sort()).toEqual(['timers.log', 'timers.log.1', 'timers.log.2']);
    expect([read(), read('timers.log.1'), read('timers.log.2')]).toEqual([
      line(7) + line(8),
      line(5) + line(6),
      line(3) + line(4),
    ]);
  });

  it('splits a batch of records between lines', async () => {
    open({ maxSize: 2 * LINE });
    await put(line(1) + line(2) + line(3) + line(4) + line(5));
    expect([read(), read('timers.log.1'), read('timers.log.2')]).toEqual([
      line(5),
      line(3) + line(4),
      line(1) + line(2),
    ]);
  });

  it('does not lose lines in 1,000 rotations', async () => {
    open({ maxSize: 3 * LINE });
    const found: string[] = [];
    let last = 0;
    for (let number = 0; number < 3_001; number++) {
      await put(line(number));
      const rotated = existsSync(`${path}.1`) ? statSync(`${path}.1`).ino : 0;
      if (rotated !== last) found.push(read('timers.log.1'));
      last = rotated;
    }
    expect(found).toHaveLength(1_000);
    expect(found.join('') + read()).toBe(Array.from({ length: 3_001 }, (_, number) => line(number)).join(''));
  });

  it('has mode 600, and the next file keeps a changed mode', async () => {
    open({ maxSize: LINE });
    await put(line(1));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    chmodSync(path, 0o640);
    await put(line(2));
    expect([path, `${path}.1`].map((one) => statSync(one).mode & 0o777)).toEqual([0o640, 0o640]);
  });

  it('is rotated at the target if its path is a symlink', async () => {
    mkdirSync(join(folder, 'disk'));
    symlinkSync('disk/real.log', path);
    open({ maxSize: LINE });
    await put(line(1) + line(2));
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect([read('disk/real.log'), read('disk/real.log.1')]).toEqual([line(2), line(1)]);
  });

  it('keeps growing if it cannot be renamed, which is reported once, and is rotated later', async () => {
    mkdirSync(join(folder, 'timers.log.1', 'in the way'), { recursive: true });
    open({ maxSize: LINE, keep: 1 });
    for (let number = 1; number <= 3; number++) await put(line(number));
    clock.block(MINUTE);
    await put(line(4));
    expect(read()).toBe(line(1) + line(2) + line(3) + line(4));
    expect(unrotated).toHaveLength(1);
    rmSync(join(folder, 'timers.log.1'), { recursive: true });
    clock.block(MINUTE);
    await put(line(5));
    expect(read()).toBe(line(5));
  });
});

describe('a log file that another program moves', () => {
  it('is reopened by its path', async () => {
    open();
    await put(line(1));
    renameSync(path, join(folder, 'moved'));
    await put(line(2));
    writeFileSync(`${path}.new`, '');
    renameSync(`${path}.new`, path);
    await put(line(3));
    expect([read('moved'), read()]).toEqual([line(1), line(3)]);
  });

  it('does not lose lines in 1,000 renames', async () => {
    open();
    const rename = `const { renameSync } = require('node:fs');
      for (let count = 0; count < 1000; ) try { renameSync(process.argv[1], process.argv[1] + '.' + count); count++; } catch {}`;
    const other = spawn(process.execPath, ['-e', rename, path], { stdio: 'inherit' });
    const exit = once(other, 'exit');
    let count = 0;
    while (other.exitCode === null) await put(line(count++));
    expect(await exit).toEqual([0, null]);
    await put(line(count++));
    const names = readdirSync(folder).sort((a, b) => Number(/\d+$/.exec(a) ?? 1_000) - Number(/\d+$/.exec(b) ?? 1_000));
    expect(names).toHaveLength(1_001);
    expect(names.map((name) => read(name)).join('')).toBe(
      Array.from({ length: count }, (_, number) => line(number)).join(''),
    );
  });

  it('counts from its current size after it was truncated', async () => {
    open({ maxSize: 2 * LINE });
    await put(line(1) + line(2));
    writeFileSync(path, '');
    await put(line(3) + line(4));
    expect(read()).toBe(line(3) + line(4));
    expect(existsSync(`${path}.1`)).toBe(false);
  });
});

describe('an incomplete line', () => {
  it('from a crash stays alone on its line', async () => {
    writeFileSync(path, '{"line":00');
    open();
    await put(line(1));
    expect(read()).toBe(`{"line":00\n${line(1)}`);
  });

  it('is completed in the file where it began, even if that was moved', async () => {
    open();
    await put('{"line": ');
    renameSync(path, join(folder, 'moved'));
    await put('000001}\n' + line(2));
    expect([read('moved'), read()]).toEqual([line(1), line(2)]);
  });

  it('is written again completely to the next file if the settings name another one', async () => {
    open();
    await put('{"line": ');
    file.use({ path: `${path}2`, keep: 1 });
    await put('000001}\n');
    expect(read('timers.log2')).toBe(line(1));
  });
});

describe('a full disk', () => {
  /** A disk of 64 KiB at `disk`, of which all but some bytes are used; or the test is skipped with the reason. */
  function fullDisk(context: TestContext): string {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const { status, error, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    context.skip(status !== 0, `no small disk can be mounted: ${error?.message ?? String(stderr).trim()}`);
    unmount = () => void spawnSync('umount', ['-l', disk]);
    path = join(disk, 'timers.log');
    return disk;
  }

  /** Writes lines until the disk is full; returns what is left to write. */
  async function fill(): Promise<Buffer> {
    let left = Buffer.from(Array.from({ length: 10_000 }, (_, number) => line(number)).join(''));
    try {
      while (left.length > 0) left = left.subarray(await writeOnce(left));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
    return left;
  }

  it('splits a line, which is completed when there is space again', async (context) => {
    const disk = fullDisk(context);
    writeFileSync(join(disk, 'ballast'), 'x'.repeat(20_001));
    open({ maxSize: 10_000 });
    const left = await fill();
    await expect(writeOnce(left)).rejects.toMatchObject({ code: 'ENOSPC' });
    unlinkSync(join(disk, 'ballast'));
    await put(left.subarray(0, 3 * LINE).toString('utf8'));
    const all = [5, 4, 3, 2, 1].map((number) =>
      existsSync(`${path}.${number}`) ? read(`disk/timers.log.${number}`) : '',
    );
    const lines = [...all, read('disk/timers.log')].join('').split('\n').slice(0, -1);
    expect(lines.slice(0, -1)).toEqual(Array.from({ length: lines.length - 1 }, (_, number) => line(number).trim()));
  });

  it('does not prevent writing a line to a file on another disk', async (context) => {
    fullDisk(context);
    open();
    const left = await fill();
    file.use({ path: join(folder, 'other.log'), keep: 1 });
    await put(left.toString('utf8'));
    const [first = '', ...lines] = read('other.log').split('\n').slice(0, -1);
    const number = Number(/\d+/.exec(first)?.[0]);
    expect([first, ...lines]).toEqual(Array.from({ length: 10_000 - number }, (_, more) => line(number + more).trim()));
    expect(read('disk/timers.log')).toMatch(new RegExp(`^(.*\\n)*${line(number - 1)}`));
  });
});

describe('a log file that cannot be written', () => {
  it('is written once its folder exists', async () => {
    path = join(folder, 'later', 'timers.log');
    open();
    await expect(put(line(1))).rejects.toThrow('its folder does not exist');
    mkdirSync(join(folder, 'later'));
    await put(line(1));
    expect(read('later/timers.log')).toBe(line(1));
  });

  it('must be a regular file', async () => {
    execFileSync('mkfifo', [path]);
    open();
    await expect(put(line(1))).rejects.toThrow('it is not a regular file');
    unlinkSync(path);
    appendFileSync(path, line(0));
    await put(line(1));
    expect(read()).toBe(line(0) + line(1));
  });
});
