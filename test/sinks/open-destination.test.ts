import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src/clocks/system.js';
import { openDestination } from '../../src/sinks/open-destination.js';

const clock = createSystemClock();
const folder = mkdtempSync(join(tmpdir(), 'writers-'));
const nextTurn = () => new Promise<void>((resolve) => clock.soon(resolve));

let told: string[];
let fds: number[];
beforeEach(() => {
  told = [];
  fds = [];
});
afterEach(() => {
  for (const fd of fds) closeSync(fd);
});

const open = (path: string, flags: number | string) => {
  const fd = openSync(path, flags);
  fds.push(fd);
  return fd;
};
const noStream = (): Writable => {
  throw new Error('nobody should need the stream');
};
const destinationOf = (fd: number, stream = noStream) => {
  const ours = told;
  const tell = (reason: string) => void ours.push(reason);
  return openDestination({ fd, stream, clock, onEnded: tell, onTrouble: tell });
};

/** A named pipe with both ends open, so that neither waits for the other. */
function pipe(name: string): { path: string; both: number } {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  return { path, both: open(path, constants.O_RDWR | constants.O_NONBLOCK) };
}

describe('a log destination', () => {
  it('appends to an existing file', async () => {
    const path = join(folder, 'log');
    const destination = destinationOf(open(path, 'a'));
    destination.write('one\n', 'event');
    await destination.flush();
    destination.write('two\n', 'event');
    await destination.flush();
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });

  it('never blocks on an unread pipe, and continues when it is read', async () => {
    const { path, both } = pipe('slow');
    const destination = destinationOf(open(path, constants.O_WRONLY));
    const record = `${'x'.repeat(999)}\n`;
    for (let count = 0; count < 1_000; count++) destination.write(record, 'event');
    for (let turn = 0; turn < 100; turn++) await nextTurn();
    const flushed = destination.flush();
    let received = 0;
    const buffer = Buffer.alloc(65_536);
    while (received < 1_000_000) {
      try {
        received += readSync(both, buffer);
      } catch {
        await nextTurn();
      }
    }
    await flushed;
    expect([received, told]).toEqual([1_000_000, []]);
  });

  it('does not make the given pipe non-blocking for other processes', () => {
    const { path } = pipe('shared');
    const given = open(path, constants.O_WRONLY);
    destinationOf(given);
    const flags = /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${given}`, 'utf8'))?.[1];
    expect(Number.parseInt(flags ?? '', 8) & constants.O_NONBLOCK).toBe(0);
  });

  it('reports once that the reader is gone, and the process keeps running', async () => {
    const path = join(folder, 'gone');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const destination = destinationOf(open(path, constants.O_WRONLY));
    closeSync(reader);
    destination.write('one\n', 'event');
    await destination.flush();
    destination.write('two\n', 'event');
    await destination.flush();
    expect(told).toEqual(['the log has ended: its reader closed it']);
  });

  it('reports a full disk', async () => {
    // Not closed with the other descriptors, because writing to it is retried again and again.
    const destination = destinationOf(openSync('/dev/full', 'w'));
    destination.write('one\n', 'event');
    await destination.flush();
    expect(told).toEqual(['the log cannot be written (the disk is full); records are dropped until it can be']);
  });

  it('closes immediately on a descriptor that is not open', async () => {
    const destination = destinationOf(999_999);
    destination.write('one\n', 'event');
    await destination.flush();
    expect(told).toEqual(['the log has ended: it cannot be written (it is closed)']);
  });

  it('falls back to the stream if a pipe cannot be reopened', async () => {
    const path = join(folder, 'nobody');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const fd = open(path, constants.O_WRONLY);
    // Without a reader, a pipe cannot be opened for writing.
    closeSync(reader);
    const stream = new PassThrough();
    const destination = destinationOf(fd, () => stream);
    destination.write('x'.repeat(40_000), 'event');
    const chunks: string[] = [];
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
    await destination.flush();
    expect(chunks.join('')).toBe('x'.repeat(40_000));
  });
});
