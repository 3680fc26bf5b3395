import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';

/** Why a program cannot be started, with the exit code that a shell returns in this case. */
export interface NotStartable {
  readonly code: 126 | 127;
  readonly reason: string;
}

/** A program as named in a command. */
export interface Program {
  readonly name: string;
  /** Its name in messages: "the shell /bin/sh". */
  readonly what: string;
  /** Absolute path of the command's folder, the base of relative paths. */
  readonly cwd: string;
  /** The command's `PATH`. */
  readonly path: string | undefined;
}

type Look = 'runs' | 'no_interpreter' | 'not_executable' | 'absent' | 'unknown';

/**
 * Returns why a program cannot be started. Looks where the system would, with our own permissions. Returns `undefined`
 * if the program exists, or if that is unknown.
 */
export function whyNotStartable(program: Program): NotStartable | undefined {
  const looks = placesOf(program).map(look);
  if (looks.some((found) => found === 'runs' || found === 'unknown')) return undefined;
  if (looks.includes('no_interpreter')) return { code: 127, reason: noInterpreter(program) };
  if (looks.includes('not_executable')) return { code: 126, reason: notExecutable(program) };
  return { code: 127, reason: absent(program) };
}

/** Returns why the system did not find a program (ENOENT). */
export const whyNotFound = (program: Program): string =>
  program.name.includes('/') && look(resolve(program.cwd, program.name)) !== 'absent'
    ? noInterpreter(program)
    : absent(program);

export const notExecutable = ({ what }: Pick<Program, 'what'>): string =>
  `${what} is not executable, or its folder is closed to this user`;

const noInterpreter = ({ what }: Program): string =>
  `${what} exists, but the interpreter its first line names does not`;

function absent({ name, what, cwd }: Program): string {
  if (!name.includes('/')) return `${what} was not found in PATH`;
  return isAbsolute(name) ? `${what} does not exist` : `${what} does not exist in ${cwd}`;
}

/** Returns where a program may be. An empty entry of PATH means the working directory. */
const placesOf = ({ name, cwd, path = '' }: Program): readonly string[] =>
  name.includes('/') ? [resolve(cwd, name)] : path.split(':').map((folder) => join(resolve(cwd, folder), name));

function look(file: string): Look {
  try {
    const stats = statSync(file);
    if (!stats.isFile() || (stats.mode & 0o111) === 0) return 'not_executable';
    const interpreter = interpreterOf(file);
    return interpreter === undefined || isThere(interpreter) ? 'runs' : 'no_interpreter';
  } catch (error) {
    return isAbsence(error) ? 'absent' : 'unknown';
  }
}

function isThere(file: string): boolean {
  try {
    statSync(file);
    return true;
  } catch (error) {
    return !isAbsence(error);
  }
}

const isAbsence = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

/** How much the kernel reads of a first line, in bytes; see execve(2). */
const FIRST_LINE = 255;

function interpreterOf(file: string): string | undefined {
  // The path may have become a named pipe, and reading it would wait for a writer.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(descriptor).isFile()) return undefined;
    const bytes = Buffer.alloc(FIRST_LINE);
    const length = readSync(descriptor, bytes, 0, FIRST_LINE, 0);
    return /^#![ \t]*(\/[^\s]*)[ \t\n]/.exec(bytes.toString('latin1', 0, length))?.[1];
  } finally {
    closeSync(descriptor);
  }
}
