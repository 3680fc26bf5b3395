import { spawn, type ChildProcess } from 'node:child_process';
import type { Clock } from '../../domain/clock.js';
import type { Account } from '../../domain/command.js';
import { LARGEST_ENV_FILE } from '../../text/env-file.js';
import { SECOND, type Duration } from '../../domain/time.js';
import { shellAs } from './enter-as.js';
import { CLEAN_PATH } from './environment.js';
import { look, type AppendedFile, type FileAccess } from './file-access.js';
import type { FileLanes } from './file-lanes.js';
import { withTimeLimit } from './time-limit.js';
import { NoFolder } from '../../system/append-file.js';
import { systemReason } from '../../system/system-reason.js';

/**
 * Files of another user. Node cannot change the permissions of a single thread, so a process of that user does the
 * work. The kernel then checks every folder and link on the path, in the same step as opening the file. A file system
 * that hangs blocks only that process.
 */

/** How long one step (open, write, close, read) may take. */
const PATIENCE: Duration = 10 * SECOND;

const REGULAR_FILE = `
refuse() { printf '%s\\n' "timers: $1" >&2; exit 1; }
[ ! -L "$1" ] || refuse "it is a symbolic link"
[ ! -e "$1" ] || [ -f "$1" ] || refuse "it is not a regular file"
`;
const READ = `${REGULAR_FILE} exec cat -- "$1"`;
const APPEND = `${REGULAR_FILE}
exec 3>>"$1" || exit 1
stat -Lc '%s %d:%i' /dev/fd/3 2>/dev/null || wc -c <"$1" || echo 0
exec cat >&3 3>&-
`;
const ROTATE = `[ ! -d "$1.1" ] || { echo "timers: $1.1 is a directory" >&2; exit 1; }
mv -f -- "$1" "$1.1" || exit 1
${APPEND}`;

/**
 * Reads a regular file of at most {@link LARGEST_ENV_FILE} with the permissions of `user`. @throws Error with the
 * reason and the user.
 */
export async function readAs(user: Account, path: string, clock: Clock): Promise<string> {
  const reader = new Assistant(user, READ, path, clock);
  const chunks: Buffer[] = [];
  let size = 0;
  reader.child.stdout?.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > LARGEST_ENV_FILE) reader.giveUp('it is larger than 16 MiB');
  });
  await reader.ended();
  return Buffer.concat(chunks).toString('utf8');
}

/** Creates access with the permissions of another user. A link as the last part of a path is not followed. */
export function createAccessAs(user: Account, clock: Clock, lanes: FileLanes): FileAccess {
  return {
    append: (path) => appendBy(new Assistant(user, APPEND, path, clock)),
    // The size is reported by a process of the user: if we trusted it, a false size would make us rotate endlessly.
    rotate: async (path) => ({ ...(await appendBy(new Assistant(user, ROTATE, path, clock))), size: 0 }),
    look: (path) => look(lanes.laneOf(path), path),
  };
}

/** Matches what shells print if the folder of a new file does not exist. */
const NO_FOLDER = /nonexistent|No such file or directory/i;

async function appendBy(writer: Assistant): Promise<AppendedFile> {
  const line = await writer.firstLine().catch((error: unknown) => {
    const { message } = error as Error;
    throw NO_FOLDER.test(message) ? new NoFolder(message) : error;
  });
  const [size, id] = line.split(' ');
  return { size: Number(size) || 0, id, write: (bytes) => writer.write(bytes), close: () => writer.ended() };
}

/**
 * A process of another user that performs one operation on one file. If a step exceeds its time limit, the process is
 * killed.
 */
class Assistant {
  readonly child: ChildProcess;
  readonly #as: string;
  readonly #clock: Clock;
  readonly #exit: Promise<number | null>;
  #complaint = '';

  constructor(user: Account, script: string, path: string, clock: Clock) {
    this.#as = ` (as user ${user.name})`;
    this.#clock = clock;
    const { program, args, ...place } = shellAs(user, ['-c', script, 'timers', path], {
      PATH: CLEAN_PATH,
      LC_ALL: 'C',
    });
    this.child = spawn(program, args, {
      ...place,
      // Ctrl-C at a terminal is for the scheduler; this process ends with its input.
      detached: true,
      stdio: 'pipe',
    });
    this.#exit = new Promise((resolve) => {
      this.child.on('close', resolve);
      this.child.on('error', (error) => {
        this.#complaint ||= `${program} cannot be started, because ${systemReason(error)}`;
        resolve(null);
      });
    });
    this.child.stdin?.on('error', () => undefined);
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (this.#complaint.length < 1_000) this.#complaint += text;
    });
  }

  async firstLine(): Promise<string> {
    const line = new Promise<string>((resolve, reject) => {
      this.child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
      void this.#exit.then(() => reject(this.#reason()));
    });
    return this.#bounded(line, 'opening it');
  }

  async write(bytes: Buffer): Promise<number> {
    const written = new Promise<number>((resolve, reject) => {
      this.child.stdin?.write(bytes, (error) => {
        if (error) void this.#exit.then(() => reject(this.#reason()));
        else resolve(bytes.length);
      });
    });
    return this.#bounded(written, 'writing to it');
  }

  /** Ends the input. Resolves when the process has handled all of it. */
  async ended(): Promise<void> {
    this.child.stdin?.end();
    if ((await this.#bounded(this.#exit, 'closing it')) !== 0) throw this.#reason();
  }

  giveUp(reason: string): void {
    this.#complaint ||= reason;
    this.child.kill('SIGKILL');
    for (const stream of [this.child.stdin, this.child.stdout, this.child.stderr]) stream?.destroy();
  }

  async #bounded<T>(step: Promise<T>, what: string): Promise<T> {
    try {
      return await withTimeLimit(step, PATIENCE, { clock: this.#clock, what });
    } catch (error) {
      this.giveUp((error as Error).message);
      throw error instanceof Error ? error : this.#reason();
    }
  }

  /**
   * Returns an error with the last message of the shell or tool, without its name and the path: `timers: 5: cannot
   * create /x: Permission denied`.
   */
  #reason(): Error {
    const said = this.#complaint.trim().split('\n').at(-1) ?? '';
    return new Error(`${said.slice(said.lastIndexOf(': ') + 1).trim() || 'the helper process was killed'}${this.#as}`);
  }
}
