import { mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it, test } from 'vitest';
import { createSystemClock } from '../../../src/clocks/system.js';
import type { Command, OutputTarget } from '../../../src/domain/command.js';
import { CommandOutput } from '../../../src/executors/shell/command-output.js';
import { FileLanes } from '../../../src/executors/shell/file-lanes.js';
import type { OutputSource } from '../../../src/executors/shell/launcher.js';
import { OutputFiles } from '../../../src/executors/shell/output-file.js';
import { createExecutor } from './launchers.js';
import { PipeReader } from '../../../src/executors/shell/pipe-reader.js';
import { closeReaders, closeWriters, Pipes } from '../../../src/executors/shell/pipes.js';
import { FakeClock } from '../../support/fake-clock.js';
import { command, RecordedIo } from '../recorded-io.js';

const isLinux = process.platform === 'linux';
const isRoot = process.getuid?.() === 0;
const clock = createSystemClock();
const executor = await createExecutor({ clock, environment: process.env });
const folder = mkdtempSync(join(tmpdir(), 'pipes-'));
const file = join(folder, 'out.log');
const nobody = { uid: 65534, gid: 65534, groups: [], name: 'nobody', home: '/', shell: '/bin/sh' };

let io: RecordedIo;
beforeEach(() => {
  io = new RecordedIo();
});

const run = (what: string, more: Partial<Command> = {}) => executor.execute(command(what, more), io);
const nextTurn = () => new Promise<void>((resolve) => clock.soon(resolve));
const texts = () => io.lines.map((line) => line.replace('stderr: ', ''));

const targets: readonly [string, OutputTarget][] = [
  ['the log', { to: 'log' }],
  ['nowhere', { to: 'discard' }],
  ['a file', { to: 'file', file }],
];

describe.runIf(isLinux)('a command can open /dev/stdout and /dev/stderr', () => {
  const reopening = 'echo a >/dev/stdout; echo b >/dev/stderr; echo c >/dev/fd/1; echo d | tee /dev/fd/2 >/dev/null';

  test.each(targets)('if its output goes to %s', async (_, output) => {
    expect(await run(reopening, { output })).toEqual({ kind: 'exited', code: 0 });
    expect(texts().toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  test.runIf(isRoot).each([
    ['a primary group', []],
    ['supplementary groups', [1]],
  ])('as another user with %s', async (_, groups) => {
    const more = { user: { ...nobody, groups }, cwd: '/' };
    expect(await run(reopening, more)).toEqual({ kind: 'exited', code: 0 });
    expect(texts().toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('the order of output', () => {
  const alternating = 'for i in 1 2 3 4 5 6 7 8 9; do echo "o$i"; echo "e$i" >&2; done; printf partial';
  const written = [...Array.from({ length: 18 }, (_, i) => `${'oe'[i % 2]}${(i >> 1) + 1}`), 'partial'];

  test.runIf(isLinux).each(targets.slice(1))('of both streams is kept if the output goes to %s', async (_, output) => {
    await run(alternating, { output });
    expect(io.lines).toEqual(written);
    if (output.to === 'file') expect(readFileSync(file, 'utf8')).toContain(written.join('\n'));
  });

  it.runIf(isLinux)('is also kept in the log with the redirection from the reference', async () => {
    expect(readFileSync(new URL('../../../docs/reference/output.md', import.meta.url), 'utf8')).toContain(
      'exec 2>&1\n',
    );
    await run(`exec 2>&1\n${alternating}`);
    expect(io.lines).toEqual(written);
  });

  it('in the log follows the order of reading, even if one stream has much more output', async () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const sources = [{ name: 'stdout', open: () => stdout } as const, { name: 'stderr', open: () => stderr } as const];
    const reader = new PipeReader(sources, clock, {
      output: (...block) => io.output(...block),
      drained: () => undefined,
    });
    reader.open();
    stdout.end('x\n'.repeat(5_000));
    await nextTurn();
    stderr.end('end\n');
    await reader.finished;
    expect(io.lines).toHaveLength(5_001);
    expect(io.lines.at(-1)).toBe('stderr: end');
  });
});

describe('output left in the pipe', () => {
  const fake = new FakeClock();
  let stream: PassThrough;
  let opened: number;
  beforeEach(() => {
    [stream, opened] = [new PassThrough(), 0];
  });
  const outputOf = (left: string, isAll: boolean) => {
    const source: OutputSource = {
      name: 'stdout',
      open: () => (opened++, stream),
      finish: (take) => (take(Buffer.from(left)), isAll),
    };
    const around = { io, clock: fake, files: new OutputFiles(fake, new FileLanes(fake, () => undefined)) };
    return new CommandOutput([source], { to: 'log' }, { ...around, user: undefined });
  };

  it('by a short command is read without a stream', async () => {
    const output = outputOf('a\nb', true);
    await fake.advance(19);
    await output.drain();
    expect([io.lines, opened]).toEqual([['a', 'b'], 0]);
    await fake.advance(60);
    expect(opened).toBe(0);
  });

  it('by a longer command is read from a stream 20 ms after the start', async () => {
    const output = outputOf('never read', true);
    await fake.advance(20);
    expect(opened).toBe(1);
    stream.end('a\n');
    await output.drain();
    expect([io.lines, opened]).toEqual([['a'], 1]);
  });

  it('is read from a stream after the command ends if another process holds the pipe', async () => {
    const output = outputOf('a\n', false);
    const drained = output.drain();
    expect(opened).toBe(1);
    stream.end('b\n');
    await drained;
    expect(io.lines).toEqual(['a', 'b']);
  });

  test.runIf(isLinux)('is complete at any length', async () => {
    for (const length of [0, 1, 65_536, 65_537, 1_000_000]) {
      io = new RecordedIo();
      await run(`head -c ${length} /dev/zero | tr '\\0' x | fold -w 1000`);
      expect(io.lines.join('')).toHaveLength(length);
    }
  });
});

/** The open descriptors of this process: our pipes, and all others. */
function descriptors(): { readonly pipes: number; readonly others: number } {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  const pipes = links.filter((link) => link.includes('timers-pipes-')).length;
  return { pipes, others: links.length - pipes };
}

describe.runIf(isLinux)('the pipes of commands', () => {
  it('leave no open descriptor after many parallel runs', async () => {
    await run('true');
    const before = descriptors();
    await Promise.all(Array.from({ length: 200 }, () => run('echo x')));
    await Promise.all([run('true', { cwd: '/no/such' }), executor.execute(command(['/no/such']), new RecordedIo())]);
    expect(io.lines.filter((line) => line === 'x')).toHaveLength(200);
    // Pipes that are kept ready stay.
    while (descriptors().pipes > 100 || descriptors().others > before.others) await nextTurn();
  });

  it('have no name and are used once', async () => {
    const pipes = new Pipes(clock, [folder]);
    const taken = (await pipes.take(2, () => undefined)) ?? [];
    const [first, second] = taken.map(({ writer }) => readlinkSync(`/proc/self/fd/${writer}`));
    expect(first).toMatch(/timers-pipes-\w+\/\d+ \(deleted\)$/);
    expect(first).not.toBe(second);
    expect(readdirSync(folder).filter((name) => name.startsWith('timers-pipes-'))).toEqual([]);
    closeWriters(taken);
    closeReaders(taken);
  });

  it('are replaced by sockets if mkfifo fails, with one report and a retry after a minute', async () => {
    const fake = new FakeClock();
    const told: string[] = [];
    const pipes = new Pipes(fake, ['/no/such/folder']);
    for (let round = 0; round < 3; round++) {
      expect(await pipes.take(1, (sentence) => told.push(sentence))).toBeUndefined();
      await fake.advance(60_000);
    }
    expect(told).toEqual([
      expect.stringMatching(
        /^commands cannot open \/dev\/stdout or \/dev\/stderr, because mkfifo failed: it does not exist$/,
      ),
    ]);
  });
});
