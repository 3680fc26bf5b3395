import * as z from 'zod/mini';

import { DurationError, parseDuration } from '../domain/duration.js';
import { nearest } from '../domain/nearest.js';
import { DAY, SECOND } from '../domain/time.js';
import { readListen, readServer } from './read-server.js';
import { WARNINGS, type WarningCode } from './warning-codes.js';

/**
 * The timer file's keys and what they take: the one place that says so. Types, checks, suggestions and messages follow from it.
 * Each schema's error is the phrase for what is right: `"timeout" takes <phrase>, not …`.
 */

const phrase = {
  text: 'text',
  flag: 'true or false',
  duration: 'a duration such as 10s, 5m or 1h30m',
  count: 'a whole number of at least 1',
  zone: 'the name of a time zone, such as Europe/Berlin',
  path: 'a path',
  moment: 'a time such as "2027-01-01 00:00"',
  command: 'a command: text for the shell, or a list of program and arguments',
  user: 'a user: name or number, with :group if wanted',
  exitCode: 'an exit code from 0 to 255',
  exitCodes: 'a list of exit codes from 0 to 255, such as [0, 3]',
  servers: 'a list of servers, such as [ntp.example.org]',
  conditions: 'a list of exit codes, "timeout" and "signal"',
};

/** What a custom check says; the phrase is not used. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

type Context<T> = Parameters<Parameters<typeof z.transform<T, T>>[0]>[1];

function refuse<T>(context: Context<T>, input: T, refusal: Refusal): never {
  context.issues.push({ code: 'custom', input, message: refusal.message, params: refusal });
  return z.NEVER;
}

const text = z.string(phrase.text).check(z.minLength(1, 'text that is not empty'));
const path = z.string(phrase.path).check(z.minLength(1, 'a path that is not empty'));
const moment = z.string(phrase.moment);
const flag = z.boolean(phrase.flag);
const count = z.int(phrase.count).check(z.minimum(1, phrase.count));

/** Milliseconds. */
const anyDuration = z.pipe(
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
const duration = z.pipe(
  anyDuration,
  z.transform((length: number, context) =>
    length > 0
      ? length
      : refuse(context, length, {
          code: 'bad-duration',
          message: 'A duration of 0 makes no sense here.',
          hint: 'Leave the key out, or write a longer one.',
        }),
  ),
);

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** Bytes. */
const size = z.pipe(
  z.string('a size such as 10MB'),
  z.transform((written: string, context) => {
    const [, number, unit = ''] = /^\s*(\d{1,9})\s*([A-Za-z]+)\s*$/.exec(written) ?? [];
    const bytes = Number(number) * (UNITS[unit] ?? Number.NaN);
    if (bytes > 0) return bytes;
    return refuse(context, written, {
      code: 'bad-size',
      message: 'This is no size.',
      hint: `Write a number and a unit (${Object.keys(UNITS).join(', ')}): 10MB`,
    });
  }),
);

const command = z.union(
  [text, z.array(z.string('text')).check(z.minLength(1, 'a list that begins with a program'))],
  phrase.command,
);
const exitCode = z.int(phrase.exitCode).check(z.minimum(0, phrase.exitCode), z.maximum(255, phrase.exitCode));
const conditions = z.array(
  z.union([exitCode, z.enum(['timeout', 'signal'])], 'an exit code from 0 to 255, "timeout" or "signal"'),
  phrase.conditions,
);
const warningCode = z.pipe(
  text,
  z.transform((written: string, context): WarningCode => {
    const code = WARNINGS.find((known) => known === written);
    if (code !== undefined) return code;
    const meant = nearest(written, WARNINGS);
    const hint = meant === undefined ? `There are ${WARNINGS.join(', ')}.` : `Did you mean ${meant}?`;
    return refuse(context, written, {
      code: 'unknown-warning',
      message: `There is no warning "${written.slice(0, 40)}".`,
      hint,
    });
  }),
);
const orMap = (what: string): string => `${what}, or a map`;

const retry = z.strictObject(
  {
    attempts: z.optional(count),
    delay: z.optional(anyDuration),
    factor: z.optional(z.number('a number of at least 1').check(z.minimum(1, 'a number of at least 1'))),
    max_delay: z.optional(anyDuration),
    jitter: z.optional(flag),
    on: z.optional(conditions),
    not_on: z.optional(conditions),
  },
  'a map',
);
const breaker = z.strictObject({ failures: z.optional(count), cooldown: z.optional(duration) }, 'a map');
const dst = z.strictObject(
  {
    gap: z.optional(z.enum(['after', 'skip'], 'after or skip')),
    repeat: z.optional(z.enum(['first', 'last', 'both'], 'first, last or both')),
  },
  'a map of gap and repeat',
);
const catchUp = z.strictObject(
  { policy: z.optional(z.enum(['latest', 'all'], 'latest or all')), within: z.optional(duration) },
  'a map',
);
const output = z.strictObject(
  { file: z.optional(path), max_size: z.optional(size), parse: z.optional(z.literal('json', 'json')) },
  'a map',
);

/** What a timer and `defaults` both take. */
const sharedKeys = {
  description: z.optional(text),
  tags: z.optional(z.array(text, 'a list of texts, such as [nightly, db]')),
  enabled: z.optional(flag),
  timezone: z.optional(z.string(phrase.zone)),
  dst: z.optional(dst),
  run_at_start: z.optional(flag),
  jitter: z.optional(anyDuration),
  shell: z.optional(path),
  cwd: z.optional(path),
  env: z.optional(z.record(z.string(), z.string('text'), 'a map of names and texts')),
  env_file: z.optional(path),
  user: z.optional(z.union([text, z.int(phrase.user).check(z.nonnegative(phrase.user))], phrase.user)),
  timeout: z.optional(duration),
  kill_after: z.optional(anyDuration),
  success_codes: z.optional(z.array(exitCode, phrase.exitCodes).check(z.minLength(1, phrase.exitCodes))),
  overlap: z.optional(z.enum(['skip', 'queue', 'allow', 'replace'], 'skip, queue, allow or replace')),
  group: z.optional(text),
  retry: z.optional(z.union([count, retry], orMap('a number of attempts'))),
  breaker: z.optional(z.union([count, breaker], orMap('a number of failures'))),
  catch_up: z.optional(
    z.union([flag, z.pipe(z.string().check(z.regex(/\d/)), duration), catchUp], orMap('true, false, a duration')),
  ),
  deadline: z.optional(duration),
  not_before: z.optional(moment),
  not_after: z.optional(moment),
  max_runs: z.optional(count),
  output: z.optional(
    z.union([z.enum(['log', 'inherit', 'discard']), output], 'log, inherit, discard, or a map with a file'),
  ),
  ignore: z.optional(z.array(warningCode, 'a list of warnings, such as [dst-gap]')),
  on_failure: z.optional(command),
  on_success: z.optional(command),
  on_recovery: z.optional(command),
};

/** Read by the schedules room. */
const scheduleKeys = {
  cron: z.optional(z.unknown()),
  every: z.optional(z.unknown()),
  in: z.optional(z.unknown()),
  at: z.optional(z.unknown()),
};

export const defaultsSchema = z.strictObject(sharedKeys);

export const timerSchema = z.strictObject({ ...scheduleKeys, run: z.optional(command), ...sharedKeys });

const history = z.strictObject({ keep: z.optional(duration), runs: z.optional(count) }, 'a map of keep and runs');

const server = z.pipe(
  z.string('a server, such as ntp.example.org'),
  z.transform(
    (written: string, context) =>
      readServer(written) ??
      refuse(context, written, {
        code: 'bad-server',
        message: `"${written.slice(0, 80)}" is no server.`,
        hint: 'Write a name or an address, with a port if it is not 123: ntp.example.org, 192.0.2.1:1123, "[2001:db8::1]:123"',
      }),
  ),
);
/** Public servers ask for no more than this (RFC 4330, 10). */
const SHORTEST_POLL = 64 * SECOND;
const poll = z.pipe(
  duration,
  z.transform((length: number, context) =>
    length >= SHORTEST_POLL && length <= DAY
      ? length
      : refuse(context, length, {
          code: 'bad-duration',
          message: 'The clock is measured every 64 seconds at most, and every day at least.',
          hint: 'For example: poll: 10m',
        }),
  ),
);
const clock = z.strictObject(
  {
    servers: z.optional(z.array(server, phrase.servers).check(z.minLength(1, phrase.servers))),
    chrony: z.optional(z.union([flag, z.literal('auto')], 'auto, true or false')),
    limit: z.optional(duration),
    discipline: z.optional(flag),
    poll: z.optional(poll),
  },
  'a map of servers, chrony, limit, discipline and poll',
);

const listen = z.pipe(
  z.string('an address with a port'),
  z.transform(
    (written: string, context) =>
      readListen(written) ??
      refuse(context, written, {
        code: 'bad-address',
        message: 'This is no address with a port.',
        hint: 'For example: http: 127.0.0.1:9464',
      }),
  ),
);
const http = z.union(
  [listen, z.strictObject({ listen, token_file: z.optional(path) }, 'a map of listen and token_file')],
  'an address with a port, or a map of listen and token_file',
);

/** The top of the file, but for `defaults` and `timers`, which are read by themselves. */
export const fileSchema = z.strictObject({
  timezone: z.optional(z.string(phrase.zone)),
  concurrency: z.optional(count),
  state: z.optional(z.union([path, z.literal(false)], 'a path, or false for memory only')),
  groups: z.optional(z.record(z.string(), count, 'a map of group names and numbers')),
  orphans: z.optional(z.enum(['kill', 'keep'], 'kill or keep')),
  history: z.optional(history),
  clock: z.optional(clock),
  http: z.optional(http),
  defaults: z.optional(z.unknown()),
  timers: z.optional(z.unknown()),
});

export type Defaults = z.output<typeof defaultsSchema>;
export type TimerValues = z.output<typeof timerSchema>;
export type FileValues = z.output<typeof fileSchema>;
export type RetryValues = z.output<typeof retry>;
export type CommandValue = z.output<typeof command>;

/** The keys of every level at which there are any, for suggestions. */
export const KEYS = {
  file: Object.keys(fileSchema.def.shape),
  timer: Object.keys(timerSchema.def.shape),
  defaults: Object.keys(defaultsSchema.def.shape),
  retry: Object.keys(retry.def.shape),
  breaker: Object.keys(breaker.def.shape),
  dst: Object.keys(dst.def.shape),
  catch_up: Object.keys(catchUp.def.shape),
  output: Object.keys(output.def.shape),
  history: Object.keys(history.def.shape),
  clock: Object.keys(clock.def.shape),
} as const;
