import { realpathSync, statSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Clock } from '../domain/clock.js';
import type { Cancel, Duration } from '../domain/time.js';
import type { Terminal } from './terminal.js';

/** How long a file must be left alone: an editor writes in several steps. */
const QUIET: Duration = 100;

interface Watching {
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly changed: () => void;
}

/**
 * Calls `changed` whenever the file at `path` is another, once for changes that follow each other. Its folder is watched, and the one of the
 * file it is a link to, because a rename (editors) or a link that is turned (`..data` in Kubernetes) puts another file under the same name.
 */
export function watchTimerFile(path: string, { clock, terminal, changed }: Watching): Cancel {
  const watchers = new Map<string, FSWatcher>();
  let known = fingerprint(path);
  let cancel: Cancel | undefined;

  const noticed = (name: string | null) => {
    if (name !== null && !isAbout(name, path, known)) return;
    cancel?.();
    cancel = clock.after(QUIET, () => {
      const now = fingerprint(path);
      // Gone for the moment, or nothing but its neighbours has changed.
      if (now === undefined || now.text === known?.text) return;
      known = now;
      follow();
      changed();
    });
  };
  const tell = (error: unknown) => terminal.err(`timers: --watch does not see changes of ${path}: ${String(error)}`);
  const follow = () => {
    const folders = new Set([dirname(path), dirname(known?.real ?? path)]);
    for (const [folder, watcher] of watchers) if (!folders.has(folder)) unwatch(folder, watcher);
    for (const folder of folders) if (!watchers.has(folder)) start(folder);
  };
  const unwatch = (folder: string, watcher: FSWatcher) => {
    watcher.close();
    watchers.delete(folder);
  };
  const start = (folder: string) => {
    try {
      watchers.set(folder, watch(folder, (_, name) => noticed(name)).on('error', tell));
    } catch (error) {
      tell(error);
    }
  };

  follow();
  return () => {
    cancel?.();
    for (const watcher of watchers.values()) watcher.close();
  };
}

interface Fingerprint {
  readonly real: string;
  /** Another text is another file, or another content. */
  readonly text: string;
}

function fingerprint(path: string): Fingerprint | undefined {
  try {
    const real = realpathSync(path);
    const { ino, mtimeMs, size } = statSync(real);
    return { real, text: `${real} ${ino} ${mtimeMs} ${size}` };
  } catch {
    return undefined;
  }
}

/** Its own name, that of the file it is a link to, and the link that Kubernetes turns; a database beside it is written all the time. */
const isAbout = (name: string, path: string, known: Fingerprint | undefined): boolean =>
  name === basename(path) || name === '..data' || (known !== undefined && name === basename(known.real));
