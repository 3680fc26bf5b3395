import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs';
import { resolve } from 'node:path';

import type { Account } from '../../domain/command.js';
import { LARGEST_ENV_FILE, parseEnvFile } from '../../text/env-file.js';
import { faultOfOutputFile, kindOf, type OutputPlace } from './check-output-file.js';
import type { Machine } from './machine.js';
import type { MapReport, Part } from './map-report.js';
import { Trust, type Distrust } from '../text/trust.js';

interface EnvFileCheck {
  readonly fault?: string;
  readonly distrust?: Distrust | undefined;
}

interface AppendedFileValue extends Pick<OutputPlace, 'key' | 'isRotated'> {
  readonly file: string;
}

/** Resolves the paths of one file, and checks whether they exist. Each path is checked once. */
export class Paths {
  readonly #folder: string;
  readonly #home: string | undefined;
  readonly #uid: number | undefined;
  readonly #networkMount: Machine['networkMount'];
  readonly #seen = new Map<string, Stats | undefined>();
  readonly #envFiles = new Map<string, EnvFileCheck>();

  /** `folder` is the base of relative paths: the folder of the timer file. */
  constructor(folder: string, { env, uid, networkMount }: Pick<Machine, 'env' | 'uid' | 'networkMount'>) {
    this.#folder = folder;
    this.#home = env['HOME'];
    this.#uid = uid;
    this.#networkMount = networkMount;
  }

  /**
   * Makes a path absolute. A leading `~/` is the home directory of `user`, or else of the user who starts the
   * scheduler.
   */
  resolve(path: string, user?: Account): string {
    const home = user?.home ?? this.#home;
    const isInHome = home !== undefined && (path === '~' || path.startsWith('~/'));
    return isInHome ? resolve(home, path.slice(2)) : resolve(this.#folder, path);
  }

  /**
   * Resolves a working directory. A missing one is only a warning: another timer may create it, or it may exist only
   * where the file will run.
   */
  cwd(path: string | undefined, report: MapReport, user?: Account): string {
    if (path === undefined) return this.#folder;
    const absolute = this.resolve(path, user);
    const stats = this.#stats(absolute);
    if (stats === undefined) {
      const hint = 'Runs fail until it exists. Relative paths start from the folder of the timer file.';
      report.warn('cwd', { code: 'missing-cwd', message: `cwd: ${absolute} does not exist.`, hint });
    } else if (!stats.isDirectory()) {
      report.error('cwd', { code: 'not-a-directory', message: `cwd: ${absolute} is not a directory.` });
    }
    return absolute;
  }

  /**
   * Resolves a file of `output` or `log`, and checks it with the permissions of the user who will open it. A file on a
   * network file system is not checked, because the check may hang. A run continues without its file.
   */
  appendedFile({ key, file, isRotated }: AppendedFileValue, report: MapReport, user?: Account): string {
    const path = this.resolve(file, user);
    if (this.#networkMount?.(path) !== undefined) return path;
    const fault = faultOfOutputFile({ key, path, isRotated, user: this.#isOther(user) ? user : undefined });
    if (fault?.severity === 'error') report.error(key, fault.words);
    else if (fault) report.warn(key, fault.words);
    return path;
  }

  #isOther(user: Account | undefined): boolean {
    return user !== undefined && user.uid !== this.#uid;
  }

  envFile(path: string | undefined, report: MapReport, user?: Account): string | undefined {
    if (path === undefined) return undefined;
    const absolute = this.resolve(path, user);
    const stats = this.#stats(absolute);
    if (stats === undefined) {
      const hint = 'Relative paths start from the folder of the timer file.';
      report.error('env_file', { code: 'missing-env-file', message: `env_file: ${absolute} does not exist.`, hint });
    } else if (!stats.isFile()) {
      const message = `env_file: ${absolute} is ${kindOf(stats)}, not a regular file.`;
      const hint = 'Use a regular file with NAME=value lines. Other kinds of files could block.';
      report.error('env_file', { code: 'unreadable-env-file', message, hint });
    } else if (!isAllowed(absolute, constants.R_OK)) {
      const message = `env_file: ${absolute} cannot be read: permission is denied.`;
      const hint = 'Make it readable for the user who starts the scheduler.';
      report.error('env_file', { code: 'unreadable-env-file', message, hint });
    } else if (this.#isOther(user) && isLink(absolute)) {
      const message = `env_file: ${absolute} is a symbolic link, which is not followed for a timer with user.`;
      report.error('env_file', { code: 'unreadable-env-file', message, hint: `Name ${realpathSync(absolute)}.` });
    } else {
      this.#tellEnvFile(this.#checkEnvFile(absolute, stats, user), report);
    }
    return absolute;
  }

  /**
   * Reports a file that other users can change: an error if root runs the scheduler, otherwise a warning. Returns
   * whether it reported the file.
   */
  tellDistrust({ key, path, part = {} }: { key: string; path: string; part?: Part }, report: MapReport): boolean {
    const distrust = withFile(path, (descriptor) => this.#trust()?.distrust(path, fstatSync(descriptor)));
    if (distrust) this.#tell({ key, distrust, part }, report);
    return distrust !== undefined;
  }

  #tell({ key, distrust, part }: { key: string; distrust: Distrust; part?: Part }, report: MapReport): void {
    const words = { code: 'writable-by-others', ...distrust, message: `${key}: ${distrust.message}.` } as const;
    if (this.#uid === 0) report.error(key, words, part);
    else report.warn(key, words, part);
  }

  #trust(user?: Account): Trust | undefined {
    return this.#uid === undefined ? undefined : new Trust(this.#uid, ...(user ? [user.uid] : []));
  }

  #tellEnvFile({ fault, distrust }: EnvFileCheck, report: MapReport): void {
    if (distrust) this.#tell({ key: 'env_file', distrust }, report);
    if (fault === undefined) return;
    const hint = 'Write NAME=value, with quotes around a value that spans lines. Comments begin with #.';
    report.error('env_file', { code: 'bad-env-file', message: `env_file: ${fault}.`, hint });
  }

  shell(path: string | undefined, report: MapReport): string {
    if (path === undefined) return '/bin/sh';
    if (!path.includes('/')) {
      report.error('shell', {
        code: 'bad-shell',
        message: `shell takes a path, not the name "${path}".`,
        hint: `For example: /bin/${path}`,
      });
      return path;
    }
    const absolute = this.resolve(path);
    const stats = this.#stats(absolute);
    if (stats === undefined) {
      report.error('shell', { code: 'bad-shell', message: `shell: ${absolute} does not exist.` });
    } else if (!stats.isFile() || !isAllowed(absolute, constants.X_OK)) {
      report.error('shell', { code: 'bad-shell', message: `shell: ${absolute} is not executable.` });
    }
    return absolute;
  }

  /** Finds errors in an environment file as it is now. Commands read the file again at every start. */
  #checkEnvFile(path: string, { size }: Stats, user: Account | undefined): EnvFileCheck {
    const key = `${user?.uid ?? ''}:${path}`;
    const check = this.#envFiles.get(key) ?? checkEnvFile(path, size, this.#trust(user));
    this.#envFiles.set(key, check);
    return check;
  }

  #stats(path: string): Stats | undefined {
    if (!this.#seen.has(path)) this.#seen.set(path, statsOf(path));
    return this.#seen.get(path);
  }
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Calls `ask` with a descriptor of a file. All checks of one descriptor concern the same file, even if its path changes
 * in the meantime.
 */
function withFile<T>(path: string, ask: (descriptor: number) => T): T {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return ask(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function checkEnvFile(path: string, size: number, trust: Trust | undefined): EnvFileCheck {
  if (size > LARGEST_ENV_FILE) return { fault: `${path} is larger than 16 MiB` };
  let distrust: Distrust | undefined;
  try {
    withFile(path, (descriptor) => {
      distrust = trust?.distrust(path, fstatSync(descriptor));
      parseEnvFile(readFileSync(descriptor, 'utf8'), path);
    });
    return { distrust };
  } catch (error) {
    return { distrust, fault: (error as Error).message };
  }
}

const isLink = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
