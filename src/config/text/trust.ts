import { accessSync, constants, lstatSync, realpathSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

import { readAccounts, type Accounts } from './accounts.js';

export type FileFacts = Pick<Stats, 'mode' | 'uid' | 'gid'>;

/** Why a file is not trusted, as a sentence, and the command that fixes it. */
export interface Distrust {
  readonly message: string;
  readonly hint: string;
}

const OTHERS_WRITE = 0o002;
const GROUP_WRITES = 0o020;
const STICKY = 0o1000;
const ROOT = 0;

/**
 * Checks whether anyone except the owner and trusted users can change a file. The modes of the file and of each folder
 * on its path decide, as with StrictModes in sshd. `facts` are those of the opened file, so that they apply to what is
 * read.
 */
export class Trust {
  readonly #trusted: readonly number[];
  #accounts: Accounts | undefined;

  /** `uids` are the users who are trusted besides root: the one who reads the file, and the one for whom it is read. */
  constructor(...uids: readonly number[]) {
    this.#trusted = [ROOT, ...uids];
  }

  /**
   * Returns why other users can change the file at `path` (absolute); `undefined` if they cannot. `facts` are those of
   * the opened file.
   */
  distrust(path: string, facts: FileFacts): Distrust | undefined {
    return this.#distrustMode(path, facts) ?? this.#distrustFolders(path, facts);
  }

  /**
   * Returns why an automatically found file is not used: the file, the link to it, or its folder belongs to another
   * user. Similar to git's `safe.directory`.
   */
  distrustOwner(path: string, facts: FileFacts): Distrust | undefined {
    const owned: readonly (readonly [string, FileFacts | undefined])[] = [
      [path, facts],
      [path, factsOf(path)],
      [dirname(path), factsOf(dirname(path))],
      [dirname(real(path)), factsOf(dirname(real(path)))],
    ];
    const foreign = owned.find(([, found]) => found !== undefined && !this.#isOurs(found));
    if (foreign === undefined) return undefined;
    const [what, { uid } = facts] = foreign;
    return {
      message: `found ${path}, but ${what === path ? 'it' : `its folder ${what}`} belongs to another user (uid ${uid})`,
      hint: `if you trust it, pass it: --file ${quoted(path)}`,
    };
  }

  /**
   * Checks each folder on the path. In a world-writable folder with the sticky bit, only files of trusted users are
   * used.
   */
  #distrustFolders(path: string, facts: FileFacts): Distrust | undefined {
    const link = factsOf(path);
    for (const folder of new Set([...above(path), ...above(real(path))])) {
      const found = factsOf(folder);
      // A path through something that is not a folder leads nowhere.
      if (found === undefined || typeOf(found) !== S_IFDIR) continue;
      if ((found.mode & STICKY) === 0) {
        const distrust = this.#distrustMode(folder, found);
        if (distrust) return distrust;
      } else if ((found.mode & OTHERS_WRITE) !== 0 && [dirname(path), dirname(real(path))].includes(folder)) {
        const foreign = [facts, link].find((it) => it !== undefined && !this.#isOurs(it));
        if (foreign) return inOpenFolder(path, foreign.uid, folder);
      }
    }
    return undefined;
  }

  #distrustMode(path: string, facts: FileFacts): Distrust | undefined {
    const byAll = (facts.mode & OTHERS_WRITE) !== 0;
    const byGroup = (facts.mode & GROUP_WRITES) !== 0 && !this.#isPrivate(facts);
    if ((!byAll && !byGroup) || isReadOnly(path)) return undefined;
    const who = byAll ? 'every user' : `group ${this.#known().group(String(facts.gid))?.name ?? facts.gid}`;
    return { message: `${who} can write to ${path}`, hint: wayOut(path, facts) };
  }

  /**
   * Whether a file's group contains only its owner and trusted users: many systems give every user a private group and
   * umask 002.
   */
  #isPrivate({ uid, gid }: FileFacts): boolean {
    const accounts = this.#known();
    const group = accounts.group(String(gid));
    if (group === undefined) return gid === uid;
    const members = [
      ...accounts.withGroup(gid).map((account) => account.uid),
      ...group.members.map((name) => accounts.user(name)?.uid),
    ];
    return members.every((member) => member !== undefined && (member === uid || this.#trusted.includes(member)));
  }

  #isOurs({ uid }: FileFacts): boolean {
    return this.#trusted.includes(uid);
  }

  #known(): Accounts {
    return (this.#accounts ??= readAccounts());
  }
}

const { S_IFMT, S_IFDIR, S_IFCHR, S_IFBLK } = constants;
const typeOf = ({ mode }: FileFacts): number => mode & S_IFMT;

/**
 * Returns the fix. Devices, and folders like /tmp, are open to everyone by design, because other programs need that.
 */
function wayOut(path: string, facts: FileFacts): string {
  const isDevice = [S_IFCHR, S_IFBLK].includes(typeOf(facts));
  return isDevice || (facts.mode & STICKY) !== 0 ? 'choose a file in your own folder' : `chmod go-w ${quoted(path)}`;
}

const inOpenFolder = (path: string, uid: number, folder: string): Distrust => ({
  message: `${path} belongs to another user (uid ${uid}), in ${folder}, where every user can create files`,
  hint: `move it to your own folder, or: chown -h root ${quoted(path)}`,
});

/** Returns every folder on the path to a file, with symbolic links resolved, nearest first. */
function above(path: string): readonly string[] {
  const folders = [real(dirname(path))];
  for (let at = folders[0] ?? '/'; at !== dirname(at); at = dirname(at)) folders.push(dirname(at));
  return folders;
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function factsOf(path: string): FileFacts | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Whether a path is on a read-only mount, to which nobody can write, whatever the mode. For example, the folder of a
 * ConfigMap has mode 777.
 */
function isReadOnly(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS';
  }
}

const quoted = (path: string): string => (/^[\w./:@%+,=-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);

/** Returns why root must not read a file, and how to fix that, in one sentence. */
export function rootDistrust(path: string, facts: FileFacts): string | undefined {
  const distrust = new Trust(ROOT).distrust(path, facts);
  return distrust && `${distrust.message} (${distrust.hint})`;
}
