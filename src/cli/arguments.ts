import { DurationError, parseDuration } from '../domain/duration.js';
import type { Duration } from '../domain/time.js';
import { UsageError } from './command.js';

/** Reads `--count`. @throws UsageError if it is not a whole number from 1 to 999,999,999. */
export function readCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new UsageError(`"${text}" is not a valid --count. Use a whole number from 1 to 999,999,999.`);
  return Number(text);
}

/** Reads an option that takes a duration. @throws UsageError with what is wrong and how to write it. */
export function readLength(option: string, text: string | undefined): Duration | undefined {
  if (text === undefined) return undefined;
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new UsageError(`${option}: ${error.message} ${error.hint}`);
  }
}

/** Returns the timers that a command applies to: the named ones, or all. @throws UsageError for both or neither. */
export function readNames(names: readonly string[], all: true | undefined): { names?: readonly string[]; all?: true } {
  if (all && names.length > 0) throw new UsageError('--all selects every timer: remove the names, or remove --all');
  if (!all && names.length === 0) throw new UsageError('which timers? Name them, or use --all');
  return all ? { all } : { names };
}

/** Returns the named file, if any. @throws UsageError if two files are named. */
export function onlyFileArgument(argument: string | undefined, option: string | undefined): string | undefined {
  if (argument === undefined || option === undefined) return argument ?? option;
  throw new UsageError(`two files are given, ${argument} and ${option}. Pass one, with or without --file.`);
}
