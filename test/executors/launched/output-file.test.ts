import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../src/clocks/system.js';
import { createAccessAs } from '../../../src/executors/shell/as-user.js';
import { createOwnAccess, type FileAccess } from '../../../src/executors/shell/file-access.js';
import { FileLanes } from '../../../src/executors/shell/file-lanes.js';
import { createExecutor } from './launchers.js';
import { OutputFile, OutputFiles } from '../../../src/executors/shell/output-file.js';
import { TookTooLong } from '../../../src/executors/shell/time-limit.js';
import { NoFolder } from '../../../src/system/append-file.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Puppet } from '../../support/puppet.js';
import { command, RecordedIo } from '../recorded-io.js';

const isRoot = process.getuid?.() === 0;
const clock = createSystemClock();
const lanes = new FileLanes(clock);
const nobody = { uid: 65534, gid: 65534, groups: [], name: 'nobody', home: '/', shell: '/bin/sh' };

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'output-file-'));
  file = join(folder, 'out.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = (path = file): string => readFileSync(path, 'utf8');
/** Waits, because output of another process arrives a moment later. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise<void>((resolve) => clock.soon(resolve));
}
const unexpected = (reason: string): void => expect.fail(reason);

const asNobody: [string, () => FileAccess] = [
  'permissions of another user',
  () => createAccessAs(nobody, clock, lanes),
];
const accesses: readonly [string, () => FileAccess][] = [
  ['own permissions', () => createOwnAccess(clock, lanes)],
  ...(isRoot ? [asNobody] : []),
];

describe.each(accesses)('an output file that others rotate, with %s', (_, create) => {
  let output: OutputFile;
  beforeEach(() => {
    chmodSync(folder, 0o755);
    if (isRoot) chownSync(folder, nobody.uid, nobody.gid);
    output = new OutputFile(file, { access: create(), clock });
  });
  afterEach(() => output.close());
  const print = async (line: string, to = output) => {
    to.write(Buffer.from(line), unexpected);
    await to.written();
  };
  const replacement = () => {
    renameSync(file, `${file}.old`);
    writeFileSync(file, 'new\n', { mode: 0o666 });
    chmodSync(file, 0o666);
  };
  const emptying = () => {
    copyFileSync(file, `${file}.old`);
    truncateSync(file);
  };

  it.each([
    ['moved', () => renameSync(file, `${file}.old`), 'two\n'],
    ['replaced', replacement, 'new\ntwo\n'],
    ['copied and truncated', emptying, 'two\n'],
  ])('does not lose lines when it is %s', async (_how, rotate, after) => {
    await print('one\n');
    await until(() => text() === 'one\n');
    rotate();
    await print('two\n');
    await output.close();
    expect([text(`${file}.old`), text()]).toEqual(['one\n', after]);
  });

  it('is created again when it is removed', async () => {
    await print('one\n');
    rmSync(file);
    await print('two\n');
    await output.close();
    expect(text()).toBe('two\n');
  });

  it('does not lose lines when its folder is moved and created again', async () => {
    const inner = join(folder, 'logs');
    const makeInner = () => {
      mkdirSync(inner);
      if (isRoot) chownSync(inner, nobody.uid, nobody.gid);
    };
    makeInner();
    const fake = new FakeClock();
    const path = join(inner, 'out.log');
    const moving = new OutputFile(path, { access: create(), clock: fake });
    const reasons: string[] = [];
    const write = async (line: string) => {
      moving.write(Buffer.from(line), (why) => reasons.push(why));
      await moving.written();
    };
    await write('one\n');
    await until(() => text(path) === 'one\n');
    renameSync(inner, `${inner}.old`);
    await write('two\n');
    await write('three\n');
    expect(moving.isHomeless).toBe(true);
    makeInner();
    await fake.advance(1_000);
    await moving.written();
    await write('four\n');
    await moving.close();
    expect([text(join(`${inner}.old`, 'out.log')), text(path)]).toEqual(['one\n', 'two\nthree\nfour\n']);
    const waits = 'its folder does not exist; up to 1 MiB of output waits for it, for a minute';
    expect([reasons, moving.isHomeless, fake.armed]).toEqual([[waits, waits], false, 0]);
  });

  it('is renamed only when it is full, if max_size is set as well', async () => {
    const bounded = new OutputFile(file, { access: create(), clock, maxSize: 8 });
    await print('1234567\n', bounded);
    await until(() => text() === '1234567\n');
    renameSync(file, `${file}.1`);
    await print('1\n', bounded);
    await print('2\n', bounded);
    await bounded.close();
    expect([text(`${file}.1`), text()]).toEqual(['1234567\n', '1\n2\n']);
  });
});

describe('a command whose output file is moved', () => {
  it('continues its output in a new file', async () => {
    const puppet = await Puppet.open();
    const executor = await createExecutor({ clock, environment: process.env });
    const outcome = executor.execute(command(puppet.command, { output: { to: 'file', file } }), new RecordedIo());
    const writer = await puppet.next();
    await writer.print('one\n');
    await until(() => {
      try {
        return text() === 'one\n';
      } catch {
        return false;
      }
    });
    renameSync(file, `${file}.old`);
    await writer.print('two\n');
    await writer.exit();
    await outcome;
    await puppet.close();
    expect([text(`${file}.old`), text()]).toEqual(['one\n', 'two\n']);
  });
});

describe('output to a missing folder', () => {
  const missing: FileAccess = {
    append: () => Promise.reject(new NoFolder('it is not there')),
    rotate: () => Promise.reject(new NoFolder('it is not there')),
    look: () => Promise.resolve(undefined),
  };

  it('is buffered for a minute and then dropped', async () => {
    const fake = new FakeClock();
    const output = new OutputFile(file, { access: missing, clock: fake });
    const reasons: string[] = [];
    for (const line of ['a', 'b', 'c']) output.write(Buffer.from(line), (why) => reasons.push(why));
    await output.written();
    await fake.advance(59_000);
    expect(output.isHomeless).toBe(true);
    await fake.advance(1_000);
    await output.written();
    expect([output.isHomeless, reasons.slice(-3), fake.armed]).toEqual([
      false,
      new Array(3).fill('it is not there'),
      0,
    ]);
  });

  it('is buffered up to 1 MiB', async () => {
    const output = new OutputFile(file, { access: missing, clock: new FakeClock() });
    const reasons: string[] = [];
    for (let index = 0; index < 3; index++) {
      output.write(Buffer.alloc(512 * 1024), (why) => reasons.push(why));
      await output.written();
    }
    expect(reasons.at(-1)).toBe('its folder does not exist, and more output arrived than can wait for it');
  });

  it('is written before the output of the next run', async () => {
    const inner = join(folder, 'logs');
    const fake = new FakeClock();
    const files = new OutputFiles(fake, new FileLanes(fake));
    const print = async (line: string) => {
      const inUse = files.acquire({ file: join(inner, 'out.log') }, undefined);
      inUse.file.write(Buffer.from(line), () => undefined);
      await inUse.release();
      return inUse.file;
    };
    const output = await print('one\n');
    mkdirSync(inner);
    await print('two\n');
    await fake.advance(1_000);
    await output.written();
    await print('three\n');
    expect(text(join(inner, 'out.log'))).toBe('one\ntwo\nthree\n');
  });
});

describe('an output file that does not respond', () => {
  it('delays the end of a run by 3 s at most', async () => {
    const fake = new FakeClock();
    const hanging = new FileLanes(fake);
    const laneOf = () => ({ run: () => new Promise<never>(() => undefined), owe: () => undefined });
    const files = new OutputFiles(fake, Object.assign(hanging, { laneOf }));
    const inUse = files.acquire({ file }, undefined);
    inUse.file.write(Buffer.from('x'), unexpected);
    const released = inUse.release().catch((error: unknown) => (error as Error).message);
    await fake.advance(3_000);
    expect(await released).toBe('writing to it took longer than 3 s');
  });

  it('blocks a command for 2 s, and then output is dropped', async () => {
    const fake = new FakeClock();
    const append: FileAccess['append'] = () => new Promise(() => undefined);
    const output = new OutputFile(file, {
      access: { append, rotate: append, look: () => Promise.resolve(undefined) },
      clock: fake,
    });
    const reasons: string[] = [];
    const print = () => output.write(Buffer.alloc(1024 * 1024), (why) => reasons.push(why));
    expect(output.drained()).toBeUndefined();
    print();
    const pause = output.drained();
    await fake.advance(1_999);
    expect(output.drained()).toBeDefined();
    await fake.advance(1);
    await pause;
    print();
    expect(output.drained()).toBeUndefined();
    expect(reasons).toEqual(['nothing was written for 2 s, and more output arrived']);
    expect(fake.armed).toBe(0);
  });

  it('is skipped for a minute after a timeout: buffered and new output is dropped', async () => {
    const fake = new FakeClock();
    let attempts = 0;
    const append: FileAccess['append'] = () => {
      attempts++;
      return Promise.reject(new TookTooLong('opening it took longer than 10 s'));
    };
    const access = { append, rotate: append, look: () => Promise.resolve(undefined) };
    const output = new OutputFile(file, { access, clock: fake });
    const reasons: string[] = [];
    const print = async (count: number) => {
      for (let index = 0; index < count; index++) output.write(Buffer.alloc(65_536), (why) => reasons.push(why));
      await output.written();
    };
    await print(100);
    expect(attempts).toBe(1);
    expect(reasons).toEqual(new Array(100).fill('opening it took longer than 10 s'));
    expect(output.drained()).toBeUndefined();
    await print(1);
    expect([attempts, output.isGivenUp]).toEqual([1, true]);
    await fake.advance(60_000);
    await print(1);
    expect(attempts).toBe(2);
  });
});
