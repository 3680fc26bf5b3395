import type { Duration } from '../domain/time.js';
import { LONGEST_DURATION } from '../domain/duration.js';
import { RefusalError, type Args } from './requests.js';

const bad = (key: string, form: string) => new RefusalError('bad_argument', `${key} takes ${form}`);

/** A text of at most 1,024 characters. @throws RefusalError for anything else. */
export function optionalText(args: Args, key: string): string | undefined {
  const value = args[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.length > 1_024) throw bad(key, 'a string of at most 1024 characters');
  return value;
}

/** Like {@link optionalText}, but required. */
export function textArgument(args: Args, key: string): string {
  const value = optionalText(args, key);
  if (value === undefined || value === '') throw bad(key, 'a string');
  return value;
}

/** The longest command, in bytes as JSON; a request is not much longer. */
export const LONGEST_COMMAND = 32 * 1024;

/**
 * A command: a text, or a non-empty list of strings. At most {@link LONGEST_COMMAND}. @throws RefusalError for anything
 * else.
 */
export function commandArgument(args: Args, key: string): string | readonly string[] {
  const value = args[key];
  const isList = Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string');
  if (typeof value !== 'string' && !isList) throw bad(key, 'a string, or a list of program and arguments');
  const written = JSON.stringify(value);
  if (written.includes('\\u0000')) throw bad(key, 'no NUL characters, which programs cannot receive');
  if (Buffer.byteLength(written) > LONGEST_COMMAND) throw bad(key, 'at most 32 KiB; put a longer one in a script');
  return value;
}

/** The longest path that Linux supports (PATH_MAX). */
const LONGEST_PATH = 4_096;

/** An absolute path. @throws RefusalError for anything else. */
export function pathArgument(args: Args, key: string): string {
  const value = args[key];
  if (typeof value !== 'string' || !value.startsWith('/') || value.length > LONGEST_PATH || value.includes('\0'))
    throw bad(key, 'an absolute path');
  return value;
}

/** A boolean; false if absent. */
export function flagArgument(args: Args, key: string): boolean {
  const value = args[key] ?? false;
  if (typeof value !== 'boolean') throw bad(key, 'true or false');
  return value;
}

/** A whole number of milliseconds from 0 to 100 years. */
export function optionalDuration(args: Args, key: string): Duration | undefined {
  const value = args[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > LONGEST_DURATION)
    throw bad(key, 'whole milliseconds, from 0 to 100 years');
  return value;
}

/** A non-empty list of distinct strings; `undefined` if `all` is true instead. */
export function namesOrAll(args: Args): readonly string[] | undefined {
  if (flagArgument(args, 'all')) return undefined;
  const { names } = args;
  const isList = Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === 'string');
  if (!isList) throw bad('names', 'a list of timers; all: true selects every one');
  return [...new Set(names as readonly string[])];
}

/** A whole number, 0 or more. */
export function optionalCount(args: Args, key: string): number | undefined {
  const value = args[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw bad(key, 'a whole number, 0 or more');
  return value;
}
