import { spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmdirSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../domain/clock.js';
import { MINUTE, type Duration } from '../../domain/time.js';
import { systemReason } from '../../system/system-reason.js';

/** A pipe that is open at both ends. Close `writer` once a process has it. */
export interface Pipe {
  readonly reader: Socket;
  readonly writer: number;
}

/** How many pipes are created at once, and how few ready ones trigger the next batch. */
const BATCH = 64;
const LOW = 16;
const LARGEST_BATCH = 256;
/** Descriptors left free if they run out while a batch is opened: starting one process briefly takes up to seven. */
const SPARE = 16;
/** How long commands get sockets after pipes could not be created. */
const PAUSE: Duration = MINUTE;

/**
 * Creates pipes for commands. Node gives commands sockets, and on Linux nobody can open a socket through `/dev/stdout`
 * or `/dev/stderr` (ENXIO). Other systems duplicate the descriptor instead, so sockets work there.
 *
 * Node has no pipe(2). One `mkfifo` creates many named pipes, which lose their names once they are open. Each is used
 * once: a process that still holds one never sees the output of another run.
 */
export class Pipes {
  readonly #clock: Clock;
  readonly #folders: readonly string[];
  readonly #ready: number[] = [];
  #filling: Promise<void> | undefined;
  #wanted = 0;
  #retryAt: Duration = process.platform === 'linux' ? 0 : Number.POSITIVE_INFINITY;
  #isReported = false;

  constructor(clock: Clock, folders: readonly string[] = memoryFolders()) {
    this.#clock = clock;
    this.#folders = folders;
  }

  /**
   * Resolves with `count` pipes, or with `undefined` if none can be created; the reason is reported once.
   * @throws Error with the code of the system, such as EMFILE.
   */
  async take(count: number, report: (sentence: string) => void): Promise<readonly Pipe[] | undefined> {
    this.#wanted += count;
    try {
      while (this.#ready.length < count) {
        if (this.#clock.monotonic() < this.#retryAt) return undefined;
        await this.#fill(report);
      }
    } finally {
      this.#wanted -= count;
    }
    const pipes = openAll(this.#ready.splice(-count));
    if (this.#ready.length < LOW) void this.#fill(report).catch(() => undefined);
    return pipes;
  }

  #fill(report: (sentence: string) => void): Promise<void> {
    return (this.#filling ??= this.#make(report).finally(() => (this.#filling = undefined)));
  }

  async #make(report: (sentence: string) => void): Promise<void> {
    const count = Math.min(Math.max(BATCH, this.#wanted), LARGEST_BATCH);
    let trouble = '';
    for (const folder of this.#folders) {
      try {
        this.#ready.push(...(await makeReaders(folder, count)));
        return;
      } catch (error) {
        if (isExhaustion(error)) throw error;
        trouble = systemReason(error);
      }
    }
    this.#retryAt = this.#clock.monotonic() + PAUSE;
    if (!this.#isReported) report(`commands cannot open /dev/stdout or /dev/stderr, because mkfifo failed: ${trouble}`);
    this.#isReported = true;
  }
}

/**
 * Returns the folders for named pipes, those in memory first, because creating and removing names there needs no disk
 * access.
 */
function memoryFolders(): readonly string[] {
  const own = process.env['XDG_RUNTIME_DIR'];
  return [...(own ? [own] : []), '/dev/shm', tmpdir()];
}

/** Returns whether an error is a shortage that passes, and that also prevents commands from starting. */
const isExhaustion = (error: unknown): boolean =>
  ['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Returns the reading ends of up to `count` pipes. @throws Error if there is none. */
async function makeReaders(parent: string, count: number): Promise<readonly number[]> {
  const folder = mkdtempSync(join(parent, 'timers-pipes-'));
  const paths = Array.from({ length: count }, (_, index) => join(folder, String(index)));
  const readers: number[] = [];
  try {
    await mkfifo(paths);
    for (const path of paths) readers.push(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  } catch (error) {
    for (const reader of readers.splice(-SPARE)) closeSync(reader);
    if (readers.length === 0) throw error;
  } finally {
    removeAll(folder, paths);
  }
  return readers;
}

/**
 * Creates named pipes. With mode 622, any user that a command becomes (`su`, `sudo`) may open its output for writing.
 * Other users cannot find the pipe.
 */
function mkfifo(paths: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('mkfifo', ['-m', '622', '--', ...paths], { stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`exit code ${code ?? 'unknown'} for ${paths[0] ?? 'nothing'}`));
    });
  });
}

/** Removes the names and their folder. Needs no descriptor. */
function removeAll(folder: string, paths: readonly string[]): void {
  try {
    for (const path of paths) unlinkSync(path);
  } catch {
    // The remaining names were never created.
  }
  rmdirSync(folder);
}

function openAll(readers: readonly number[]): readonly Pipe[] {
  const pipes: Pipe[] = [];
  try {
    for (const fd of readers) {
      const writer = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY);
      pipes.push({ writer, reader: new Socket({ fd, readable: true, writable: false }) });
    }
    return pipes;
  } catch (error) {
    closeWriters(pipes);
    closeReaders(pipes);
    for (const fd of readers.slice(pipes.length)) closeSync(fd);
    throw error;
  }
}

export function closeWriters(pipes: readonly Pipe[]): void {
  for (const { writer } of pipes) closeSync(writer);
}

export function closeReaders(pipes: readonly Pipe[]): void {
  for (const { reader } of pipes) reader.destroy();
}
