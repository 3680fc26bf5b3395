import type { Code } from '../text/codes/index.js';
import * as z from 'zod/mini';

import { DurationError, parseDuration } from '../../domain/duration.js';
import { nearest } from '../../text/nearest.js';
import { isStoreUrl, stateFault } from '../../domain/state-place.js';
import { addressFault } from './read-address.js';
import { WARNINGS, type WarningCode } from './warning-codes.js';

/**
 * The schemas of values that several keys share. The error of each schema is the phrase for what it accepts: `"timeout"
 * takes <phrase>, not …`.
 */

export const phrase = {
  text: 'a string',
  flag: 'true or false',
  duration: 'a duration such as 10s, 5m or 1h30m',
  count: 'a whole number of at least 1',
  zone: 'the name of a time zone, such as Europe/Berlin',
  path: 'a path',
  moment: 'a time such as "2027-01-01 00:00"',
  command: 'a command: a string for the shell, or a list of program and arguments',
  user: 'a user name or id, optionally with :group',
  exitCode: 'an exit code from 0 to 255',
  exitCodes: 'a list of exit codes from 0 to 255, such as [0, 3]',
  servers: 'a list of servers, such as [ntp.example.org]',
  address: 'an address such as https://hc-ping.com/your-uuid',
  conditions: 'a list of exit codes, "timeout" and "signal"',
};

/** The message of a custom check, which replaces the phrase. */
export interface ValueRefusal {
  readonly code: Code;
  readonly message: string;
  readonly hint?: string;
}

type Context<T> = Parameters<Parameters<typeof z.transform<T, T>>[0]>[1];

/** Reports why a value is rejected, with its own message. */
export function refuse<T>(context: Context<T>, input: T, refusal: ValueRefusal): never {
  context.issues.push({ code: 'custom', input, message: refusal.message, params: refusal });
  return z.NEVER;
}

export const text = z.string(phrase.text).check(z.minLength(1, 'a string that is not empty'));
export const path = z.string(phrase.path).check(z.minLength(1, 'a path that is not empty'));
/** A path, or a word that means memory. */
export const statePath = z.pipe(
  z.string(phrase.path),
  z.transform((written: string, context): string => {
    const fault = stateFault(written);
    return fault === undefined ? written : refuse(context, written, { code: 'bad-value', ...fault });
  }),
);
/** The URL of a store that several machines share. */
export const storeUrl = z.pipe(
  z.string('a URL'),
  z.transform((written: string, context): string =>
    isStoreUrl(written)
      ? written
      : refuse(context, written, {
          code: 'bad-value',
          message: 'This is not the URL of a supported state store.',
          hint: 'It begins with redis://, rediss://, postgres:// or etcd://',
        }),
  ),
);
/** The name of a machine among those that share a state. */
export const machineName = z
  .string('a name')
  .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'a name of letters, digits, ".", "_" and "-"'));
export const moment = z.string(phrase.moment);
export const flag = z.boolean(phrase.flag);
export const count = z.int(phrase.count).check(z.minimum(1, phrase.count));

/** A duration, in milliseconds. */
export const anyDuration = z.pipe(
  z.string(phrase.duration),
  z.transform((written: string, context) => {
    try {
      return parseDuration(written);
    } catch (error) {
      if (!(error instanceof DurationError)) throw error;
      return refuse(context, written, { code: 'bad-duration', message: error.message, hint: error.hint });
    }
  }),
);
export const duration = z.pipe(
  anyDuration,
  z.transform((length: number, context) =>
    length > 0
      ? length
      : refuse(context, length, {
          code: 'bad-duration',
          message: 'The duration must be longer than 0.',
          hint: 'Leave the key out, or write a longer duration.',
        }),
  ),
);

export const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** A size, in bytes. */
export const size = z.pipe(
  z.string('a size such as 10MB'),
  z.transform((written: string, context) => {
    const [, number, unit = ''] = /^\s*(\d{1,9})\s*([A-Za-z]+)\s*$/.exec(written) ?? [];
    const bytes = Number(number) * (SIZE_UNITS[unit] ?? Number.NaN);
    if (bytes > 0) return bytes;
    return refuse(context, written, {
      code: 'bad-size',
      message: 'This is not a valid size.',
      hint: `Write a number and a unit (${Object.keys(SIZE_UNITS).join(', ')}): 10MB`,
    });
  }),
);

/** Environment variables. Values are used as written: `1` and `true` are strings. */
export const env = z.record(z.string(), z.string('a string'), 'a map of names to strings');

export const command = z.union(
  [text, z.array(z.string('a string')).check(z.minLength(1, 'a list that begins with a program'))],
  phrase.command,
);
export const exitCode = z.int(phrase.exitCode).check(z.minimum(0, phrase.exitCode), z.maximum(255, phrase.exitCode));
export const conditions = z.array(
  z.union(
    [exitCode, z.enum(['timeout', 'signal', 'lost'])],
    'an exit code from 0 to 255, "timeout", "signal" or "lost"',
  ),
  phrase.conditions,
);
export const warningCode = z.pipe(
  text,
  z.transform((written: string, context): WarningCode => {
    const code = WARNINGS.find((known) => known === written);
    if (code !== undefined) return code;
    const meant = nearest(written, WARNINGS);
    const hint = meant === undefined ? `The warnings are ${WARNINGS.join(', ')}.` : `Did you mean ${meant}?`;
    return refuse(context, written, {
      code: 'unknown-warning',
      message: `Unknown warning "${written.slice(0, 40)}".`,
      hint,
    });
  }),
);

/**
 * Returns the schema of a web address. It may contain placeholders for the facts of a run if the key is about a run.
 */
const addressThat = (mayHold: 'placeholders' | 'none') =>
  z.pipe(
    z.string(phrase.address),
    z.transform((written: string, context): string => {
      const fault = addressFault(written, mayHold);
      return fault === undefined ? written : refuse(context, written, fault);
    }),
  );
export const address = addressThat('none');
export const addressTemplate = addressThat('placeholders');
