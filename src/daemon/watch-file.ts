import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync, watch, type Stats } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { SECOND, type Cancel, type Duration } from '../domain/time.js';
import type { Clock } from '../domain/clock.js';
import type { Surroundings } from './surroundings.js';

/** How long a file must stay unchanged before it is loaded: an editor writes in several steps. */
const QUIET: Duration = 100;
/** How often a file is polled. The system reports no changes on network mounts, desktop mounts and overlays. */
const POLL: Duration = 2 * SECOND;
/** The largest file whose content is compared, in bytes. A larger one is rejected anyway. */
const LARGEST = 16 * 1024 * 1024;

/** Reports names that changed in a folder until closed. @throws Error if the system does not report changes. */
export type WatchFolder = (
  folder: string,
  on: { readonly noticed: (name: string | null) => void; readonly failed: (error: Error) => void },
) => { close(): void };

interface Watching {
  readonly clock: Clock;
  readonly surroundings: Pick<Surroundings, 'err'>;
  readonly changed: () => void;
  /** Default: `fs.watch`. */
  readonly watchFolder?: WatchFolder;
}

/**
 * Calls `changed` when the content or the real path of the file at `path` changes, or when the file becomes unreadable.
 * Consecutive changes cause one call. It watches the folder of the file and the folder of a link's target. Editors
 * rename files and Kubernetes switches a link (`..data`), and both put another file under the same name. In addition,
 * it polls every {@link POLL}.
 */
export function watchTimerFile(path: string, watching: Watching): Cancel {
  const watched = new WatchedFile(path, watching);
  return () => watched.close();
}

class WatchedFile {
  readonly #path: string;
  readonly #watching: Required<Watching>;
  readonly #folders = new Map<string, { close(): void }>();
  #known: Look;
  /** The new version that was found; accepted if it is still unchanged a moment later. */
  #found: string | undefined;
  #isLooking = false;
  #isNoticed = false;
  #isClosed = false;
  /** Whether a message has said that the system reports no changes. */
  #isTold = false;
  #cancel: Cancel;

  constructor(path: string, watching: Watching) {
    this.#path = path;
    this.#watching = { watchFolder: systemWatch, ...watching };
    this.#known = lookNow(path);
    this.#follow();
    this.#cancel = this.#lookIn(POLL);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
    for (const folder of this.#folders.values()) folder.close();
  }

  #lookIn(delay: Duration): Cancel {
    return this.#watching.clock.after(delay, () => void this.#look());
  }

  /** Checks the file. Only one check runs at a time, so that a mount that hangs blocks one thread, not two. */
  async #look(): Promise<void> {
    this.#isLooking = true;
    const look = await lookAt(this.#path, this.#known);
    this.#isLooking = false;
    if (this.#isClosed) return;
    const isSettled = look.id === this.#found;
    if (look.id === this.#known.id) {
      this.#known = look;
      this.#found = undefined;
    } else if (isSettled) this.#take(look);
    else this.#found = look.id;
    const isSoon = this.#isNoticed || (this.#found !== undefined && look.real !== undefined);
    this.#isNoticed = false;
    this.#cancel = this.#lookIn(isSoon ? QUIET : POLL);
  }

  #take(look: Look): void {
    this.#known = look;
    this.#found = undefined;
    this.#follow();
    this.#watching.changed();
  }

  #notice(name: string | null): void {
    if (name !== null && !isAbout(name, this.#path, this.#known.real)) return;
    this.#isNoticed = this.#isLooking;
    if (this.#isLooking) return;
    this.#cancel();
    this.#cancel = this.#lookIn(QUIET);
  }

  #follow(): void {
    const { real } = this.#known;
    // The folder of a deleted file may be deleted too, and replaced by a new one.
    const wanted = new Set(real === undefined ? [] : [dirname(this.#path), dirname(real)]);
    for (const [folder, watcher] of this.#folders) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of wanted) if (!this.#folders.has(folder)) this.#watch(folder);
  }

  #watch(folder: string): void {
    const on = { noticed: (name: string | null) => this.#notice(name), failed: (error: unknown) => this.#tell(error) };
    try {
      this.#folders.set(folder, this.#watching.watchFolder(folder, on));
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const every = `--watch checks ${this.#path} every ${POLL / SECOND} s`;
    this.#watching.surroundings.err(`timers: the system does not report changes, so ${every}: ${String(error)}`);
  }
}

const systemWatch: WatchFolder = (folder, { noticed, failed }) =>
  watch(folder, (_, name) => noticed(name)).on('error', failed);

interface Look {
  /** The real path; `undefined` if the file cannot be read. */
  readonly real: string | undefined;
  /** A text that differs if the inode, the size or a time differs. */
  readonly stat: string;
  /** A different id means a different file, or different content. */
  readonly id: string;
}

/** Looks at the file synchronously: it has just been loaded, and even an immediate change must be noticed. */
function lookNow(path: string): Look {
  try {
    const real = realpathSync(path);
    const stats = statSync(real);
    return lookOf(real, stats, isComparable(stats) ? readFileSync(real) : undefined);
  } catch (error) {
    return unreadable(error);
  }
}

/**
 * Looks at the file again. Reads the content only if the path or `stat` differs from `known`. A different `stat` alone
 * means little, because some mounts give the same file another inode every time.
 */
async function lookAt(path: string, known: Look): Promise<Look> {
  try {
    const real = await realpath(path);
    const stats = await stat(real);
    if (real === known.real && statText(stats) === known.stat) return known;
    return lookOf(real, stats, isComparable(stats) ? await readFile(real) : undefined);
  } catch (error) {
    return unreadable(error);
  }
}

const unreadable = (error: unknown): Look => {
  const id = (error as NodeJS.ErrnoException).code ?? String(error);
  return { real: undefined, stat: id, id };
};

function lookOf(real: string, stats: Stats, content: Buffer | undefined): Look {
  const text = statText(stats);
  return { real, stat: text, id: `${real} ${content ? createHash('sha256').update(content).digest('hex') : text}` };
}

const isComparable = (stats: Stats): boolean => stats.isFile() && stats.size <= LARGEST;

const statText = ({ ino, mtimeMs, ctimeMs, size }: Stats): string => `${ino} ${mtimeMs} ${ctimeMs} ${size}`;

/**
 * Returns whether a changed name concerns the file: its own name, the name of its link target, or the link that
 * Kubernetes switches. Other names are ignored, because a database in the same folder changes often.
 */
const isAbout = (name: string, path: string, real: string | undefined): boolean =>
  name === basename(path) || name === '..data' || (real !== undefined && name === basename(real));
