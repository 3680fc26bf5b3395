import type { Duration } from '../domain/time.js';
import { LONGEST_DURATION } from '../domain/duration.js';
import { RefusalError, type Args } from './requests.js';

const bad = (key: string, form: string) => new RefusalError('bad_argument', `${key} takes ${form}`);

/** Returns an optional string of at most 1,024 characters. @throws RefusalError for anything else. */
export function optionalText(args: Args, key: string): string | undefined {
  const value = args[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.length > 1_024) throw bad(key, 'a string of at most 1024 characters');
  return value;
}

/** Like {@link optionalText}, but the argument is required and must not be empty. */
export function textArgument(args: Args, key: string): string {
  const value = optionalText(args, key);
  if (value === undefined || value === '') throw bad(key, 'a string');
  return value;
}

/** The longest command, in bytes as JSON. It must fit into a request of at most 64 KiB. */
export const LONGEST_COMMAND = 32 * 1024;

/**
 * Returns a command of at most {@link LONGEST_COMMAND} bytes: a string, or a non-empty list of strings. @throws
 * RefusalError for anything else.
 */
export function commandArgument(args: Args, key: string): string | readonly string[] {
  const value = args[key];
  const isList = Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string');
  if (typeof value !== 'string' && !isList) throw bad(key, 'a string, or a list of program and arguments');
  const written = JSON.stringify(value);
  if (written.includes('\\u0000')) throw bad(key, 'a command without NUL characters, which programs cannot receive');
  if (Buffer.byteLength(written) > LONGEST_COMMAND)
    throw bad(key, 'a command of at most 32 KiB; put a longer one in a script');
  return value;
}

/** The longest path that Linux supports (PATH_MAX). */
const LONGEST_PATH = 4_096;

/** Returns an absolute path. @throws RefusalError for anything else. */
export function pathArgument(args: Args, key: string): string {
  const value = args[key];
  if (typeof value !== 'string' || !value.startsWith('/') || value.length > LONGEST_PATH || value.includes('\0'))
    throw bad(key, 'an absolute path');
  return value;
}

/** Returns a boolean, or false if the argument is absent. @throws RefusalError for anything else. */
export function flagArgument(args: Args, key: string): boolean {
  const value = args[key] ?? false;
  if (typeof value !== 'boolean') throw bad(key, 'true or false');
  return value;
}

/** Returns an optional whole number of milliseconds, from 0 to 100 years. @throws RefusalError for anything else. */
export function optionalDuration(args: Args, key: string): Duration | undefined {
  const value = args[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > LONGEST_DURATION)
    throw bad(key, 'whole milliseconds, from 0 to 100 years');
  return value;
}

/**
 * Returns the strings in `names` without duplicates, or `undefined` if `all` is true instead. @throws RefusalError for
 * an empty list, or anything else.
 */
export function namesOrAll(args: Args): readonly string[] | undefined {
  if (flagArgument(args, 'all')) return undefined;
  const { names } = args;
  const isList = Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === 'string');
  if (!isList) throw bad('names', 'a list of timers; all: true selects every one');
  return [...new Set(names as readonly string[])];
}

/** Returns an optional whole number of at least 0. @throws RefusalError for anything else. */
export function optionalCount(args: Args, key: string): number | undefined {
  const value = args[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw bad(key, 'a whole number, 0 or more');
  return value;
}
