import { accessSync, constants, readFileSync, statSync, type Stats } from 'node:fs';
import { resolve } from 'node:path';

import { parseEnvFile } from '../domain/env-file.js';
import type { Environment } from './expand.js';
import type { MapReport } from './map-report.js';
import { MAX_FILE_SIZE } from './read.js';

/** What the paths of one file mean, and whether something is there. Each path is looked at once. */
export class Paths {
  readonly #folder: string;
  readonly #home: string | undefined;
  readonly #seen = new Map<string, Stats | undefined>();
  readonly #envFaults = new Map<string, string | undefined>();

  /** `folder` is what relative paths begin at: the timer file's own. */
  constructor(folder: string, env: Environment) {
    this.#folder = folder;
    this.#home = env['HOME'];
  }

  /** Makes a path absolute. A leading `~/` is the home directory of who starts the scheduler. */
  resolve(path: string): string {
    const isInHome = this.#home !== undefined && (path === '~' || path.startsWith('~/'));
    return isInHome ? resolve(this.#home, path.slice(2)) : resolve(this.#folder, path);
  }

  /** A working directory may be made by an earlier timer, or exist only where the file will run: absent is a warning. */
  cwd(path: string | undefined, report: MapReport): string {
    if (path === undefined) return this.#folder;
    const absolute = this.resolve(path);
    const stats = this.#stats(absolute);
    if (stats === undefined) {
      const hint = 'Runs fail until it is made. Relative paths begin at the folder of the timer file.';
      report.warn('cwd', { code: 'missing-cwd', message: `cwd: there is no directory ${absolute}.`, hint });
    } else if (!stats.isDirectory()) {
      report.error('cwd', { code: 'not-a-directory', message: `cwd: ${absolute} is no directory.` });
    }
    return absolute;
  }

  envFile(path: string | undefined, report: MapReport): string | undefined {
    if (path === undefined) return undefined;
    const absolute = this.resolve(path);
    const stats = this.#stats(absolute);
    if (stats === undefined) {
      const hint = 'Relative paths begin at the folder of the timer file.';
      report.error('env_file', { code: 'missing-env-file', message: `env_file: there is no file ${absolute}.`, hint });
    } else if (!stats.isFile() || !isAllowed(absolute, constants.R_OK)) {
      report.error('env_file', {
        code: 'unreadable-env-file',
        message: `env_file: ${absolute} is no file that can be read.`,
      });
    } else {
      const fault = this.#envFault(absolute, stats);
      if (fault !== undefined) {
        const hint = 'A line is NAME=value, blank, or a comment that begins with #.';
        report.error('env_file', { code: 'bad-env-file', message: `env_file: ${fault}.`, hint });
      }
    }
    return absolute;
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
      report.error('shell', { code: 'bad-shell', message: `shell: there is no file ${absolute}.` });
    } else if (!stats.isFile() || !isAllowed(absolute, constants.X_OK)) {
      report.error('shell', { code: 'bad-shell', message: `shell: ${absolute} is not executable.` });
    }
    return absolute;
  }

  /** What is wrong in an environment file that is there now; the commands read it anew at every start. */
  #envFault(path: string, { size }: Stats): string | undefined {
    if (!this.#envFaults.has(path)) this.#envFaults.set(path, size > MAX_FILE_SIZE ? undefined : envFaultOf(path));
    return this.#envFaults.get(path);
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

function envFaultOf(path: string): string | undefined {
  try {
    parseEnvFile(readFileSync(path, 'utf8'), path);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
