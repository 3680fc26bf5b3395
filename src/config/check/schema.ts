import * as z from 'zod/mini';

import { MOMENTS } from '../../domain/monitor-moment.js';
import { CHANGES } from '../../domain/notify.js';
import { DAY, SECOND } from '../../domain/time.js';
import { scheduleKinds, type ScheduleKey } from '../../schedules/index.js';
import { readListen, readServer } from './read-server.js';
import { stateMap } from './state-map.js';
import {
  address,
  addressTemplate,
  anyDuration,
  command,
  conditions,
  count,
  duration,
  env,
  exitCode,
  flag,
  moment,
  path,
  phrase,
  refuse,
  size,
  statePath,
  text,
  warningCode,
} from './schema-values.js';

/**
 * The only definition of the timer file's keys and their values. Types, checks, suggestions and messages follow from
 * it.
 */

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
  'a map with gap and repeat',
);
const catchUp = z.strictObject(
  { policy: z.optional(z.enum(['latest', 'all'], 'latest or all')), within: z.optional(duration) },
  'a map',
);
/** The duration of `catch_up`. A text without a digit is an unknown word, not an invalid duration. */
export const catchUpLength = z.pipe(z.string().check(z.regex(/\d/)), duration);
const output = z.strictObject(
  { file: z.optional(path), max_size: z.optional(size), parse: z.optional(z.literal('json', 'json')) },
  'a map',
);

const texts = z.record(z.string(), z.string('a string'), 'a map of names to strings');
const ping = z.strictObject(
  {
    healthchecks: z.optional(addressTemplate),
    sentry: z.optional(text),
    slug: z.optional(text),
    url: z.optional(addressTemplate),
    method: z.optional(z.enum(['GET', 'HEAD', 'POST', 'PUT'], 'GET, HEAD, POST or PUT')),
    on: z.optional(
      z.array(z.enum(MOMENTS, MOMENTS.join(', ')), 'a list of moments, such as [start, success, failure]'),
    ),
    headers: z.optional(texts),
    body: z.optional(z.union([z.string(), z.record(z.string(), z.unknown())], 'text, or a map that is sent as JSON')),
  },
  'a map',
);
const pingValue = z.union([addressTemplate, ping], 'an address, or a map with healthchecks, sentry or url');
const notify = z.strictObject(
  {
    webhook: z.optional(address),
    run: z.optional(command),
    on: z.optional(z.array(z.enum(CHANGES, CHANGES.join(', ')), 'a list of changes, such as [failed, recovered]')),
    still_failing_after: z.optional(count),
  },
  'a map',
);
/** Expands the short form to the long one, so that a timer's map merges over a default in either form. */
const webhookAlone = z.pipe(
  address,
  z.transform((webhook: string): z.output<typeof notify> => ({ webhook })),
);
export const pulse = z.pipe(
  duration,
  z.transform((length: number, context) =>
    length >= SECOND && length <= DAY
      ? length
      : refuse(context, length, {
          code: 'bad-duration',
          message: 'The interval of a heartbeat must be from 1s to 1d.',
          hint: 'For example: every: 1m',
        }),
  ),
);
const heartbeat = z.strictObject(
  {
    every: z.optional(pulse),
    url: z.optional(address),
    method: z.optional(z.enum(['GET', 'HEAD', 'POST'], 'GET, HEAD or POST')),
    run: z.optional(command),
  },
  'a map',
);
const urlAlone = z.pipe(
  address,
  z.transform((url: string): z.output<typeof heartbeat> => ({ url })),
);

const forward = z.strictObject(
  { url: z.optional(address), token_file: z.optional(path) },
  'a map with url and token_file',
);
const forwardUrl = z.pipe(
  address,
  z.transform((url: string): z.output<typeof forward> => ({ url })),
);

const log = z.strictObject(
  {
    file: path,
    max_size: z.optional(z.union([size, z.literal(false)], 'a size such as 50MB, or false')),
    keep: z.optional(count),
  },
  'a map of file, max_size and keep',
);
const logFile = z.pipe(
  path,
  z.transform((file: string): z.output<typeof log> => ({ file })),
);

/** The keys that both a timer and `defaults` accept. */
const sharedKeys = {
  description: z.optional(text),
  tags: z.optional(z.array(text, 'a list of strings, such as [nightly, db]')),
  enabled: z.optional(flag),
  timezone: z.optional(z.string(phrase.zone)),
  dst: z.optional(dst),
  run_at_start: z.optional(flag),
  jitter: z.optional(anyDuration),
  shell: z.optional(path),
  cwd: z.optional(path),
  env: z.optional(env),
  env_file: z.optional(path),
  pass_env: z.optional(z.array(text, 'a list of names, such as [DB_HOST]')),
  user: z.optional(z.union([text, z.int(phrase.user).check(z.nonnegative(phrase.user))], phrase.user)),
  timeout: z.optional(duration),
  kill_after: z.optional(anyDuration),
  success_codes: z.optional(z.array(exitCode, phrase.exitCodes).check(z.minLength(1, phrase.exitCodes))),
  overlap: z.optional(z.enum(['skip', 'queue', 'allow', 'replace'], 'skip, queue, allow or replace')),
  group: z.optional(text),
  run_on: z.optional(text),
  retry: z.optional(z.union([count, retry], orMap('a number of attempts'))),
  breaker: z.optional(z.union([count, breaker], orMap('a number of failures'))),
  fallback: z.optional(command),
  catch_up: z.optional(z.union([flag, catchUpLength, catchUp], orMap('true, false, a duration'))),
  deadline: z.optional(duration),
  not_before: z.optional(moment),
  not_after: z.optional(moment),
  max_runs: z.optional(count),
  output: z.optional(
    z.union([z.enum(['log', 'inherit', 'discard']), output], 'log, inherit, discard, or a map with file or parse'),
  ),
  ignore: z.optional(z.array(warningCode, 'a list of warnings, such as [dst-gap]')),
  on_failure: z.optional(command),
  on_success: z.optional(command),
  on_recovery: z.optional(command),
  ping: z.optional(
    z.union(
      [z.literal(false), addressTemplate, ping, z.array(pingValue)],
      'an address, a map, a list of them, or false',
    ),
  ),
  notify: z.optional(z.union([z.literal(false), webhookAlone, notify], "a webhook's address, a map, or false")),
};

/** Any value. The `schedules` folder checks it. */
const schedule = z.optional(z.unknown());
const scheduleKeys = Object.fromEntries(scheduleKinds.map(({ key }) => [key, schedule])) as {
  readonly [Key in ScheduleKey]: typeof schedule;
};

export const defaultsSchema = z.strictObject(sharedKeys);

export const timerSchema = z.strictObject({ ...scheduleKeys, run: z.optional(command), ...sharedKeys });

const history = z.strictObject({ keep: z.optional(duration), runs: z.optional(count) }, 'a map with keep and runs');

export const server = z.pipe(
  z.string('a server, such as ntp.example.org'),
  z.transform(
    (written: string, context) =>
      readServer(written) ??
      refuse(context, written, {
        code: 'bad-server',
        message: `"${written.slice(0, 80)}" is not a valid server.`,
        hint: 'Write a name or an address, with a port if it is not 123: ntp.example.org, 192.0.2.1:1123, "[2001:db8::1]:123"',
      }),
  ),
);
/** Public servers require at least this interval (RFC 4330, 10). */
const SHORTEST_POLL = 64 * SECOND;
export const poll = z.pipe(
  duration,
  z.transform((length: number, context) =>
    length >= SHORTEST_POLL && length <= DAY
      ? length
      : refuse(context, length, {
          code: 'bad-duration',
          message: 'The poll interval must be from 64s to 1d.',
          hint: 'For example: poll: 10m',
        }),
  ),
);
const clock = z.strictObject(
  {
    servers: z.optional(z.array(server, phrase.servers).check(z.minLength(1, phrase.servers))),
    chrony: z.optional(z.union([flag, z.literal('auto')], 'auto, true or false')),
    state: z.optional(flag),
    limit: z.optional(duration),
    discipline: z.optional(flag),
    poll: z.optional(poll),
  },
  'a map with servers, chrony, state, limit, discipline and poll',
);

export const listen = z.pipe(
  z.string('an address with a port, or unix:PATH'),
  z.transform(
    (written: string, context) =>
      readListen(written) ??
      refuse(context, written, {
        code: 'bad-address',
        message: written.startsWith('unix:')
          ? 'This does not name a socket file.'
          : 'This is neither an address with a port nor unix:PATH.',
        hint: 'For example: http: 127.0.0.1:9464, or http: unix:./run/http.sock',
      }),
  ),
);
const openOrToken = z.optional(z.enum(['open', 'token'], 'open or token'));
const httpMap = z.strictObject(
  { listen, token_file: z.optional(path), metrics: openOrToken, health: openOrToken },
  'a map with listen, token_file, metrics and health',
);
const http = z.union([listen, httpMap], orMap('an address with a port, unix:PATH'));

const tracingMap = z.strictObject(
  {
    endpoint: z.optional(text),
    headers: z.optional(z.record(z.string(), z.string('a string'), 'a map of names to strings')),
    service_name: z.optional(text),
  },
  'a map with endpoint, headers and service_name',
);
const tracing = z.union([flag, text, tracingMap], orMap('true, false, the URL of a collector'));

/** The top of the file, except `defaults` and `timers`, which have their own readers. */
export const fileSchema = z.strictObject({
  timezone: z.optional(z.string(phrase.zone)),
  concurrency: z.optional(count),
  state: z.optional(z.union([statePath, z.literal(false), stateMap], orMap('a path, a URL, false for memory only'))),
  groups: z.optional(z.record(z.string(), count, 'a map of group names to numbers')),
  orphans: z.optional(z.enum(['kill', 'keep'], 'kill or keep')),
  launcher: z.optional(z.enum(['auto', 'execa'], 'auto or execa')),
  history: z.optional(history),
  log: z.optional(z.union([logFile, log], 'a path, or a map of file, max_size and keep')),
  clock: z.optional(clock),
  http: z.optional(http),
  heartbeat: z.optional(z.union([urlAlone, heartbeat], 'an address, or a map with every, url and run')),
  forward: z.optional(z.union([forwardUrl, forward], 'an address, or a map with url and token_file')),
  tracing: z.optional(tracing),
  defaults: z.optional(z.unknown()),
  timers: z.optional(z.unknown()),
});

export type Defaults = z.output<typeof defaultsSchema>;
export type TimerValues = z.output<typeof timerSchema>;
export type FileValues = z.output<typeof fileSchema>;
export type RetryValues = z.output<typeof retry>;
export type CommandValue = z.output<typeof command>;
export type PingValue = z.output<typeof pingValue>;

/** Every map of the file that has keys of its own. */
export const LEVELS = {
  file: fileSchema,
  timer: timerSchema,
  defaults: defaultsSchema,
  retry,
  breaker,
  dst,
  catch_up: catchUp,
  output,
  history,
  log,
  clock,
  ping,
  notify,
  heartbeat,
  state: stateMap,
  http: httpMap,
  forward,
  tracing: tracingMap,
} as const;

export type KeyLevel = keyof typeof LEVELS;

/** The keys of a level. */
export type KeyOf<L extends KeyLevel> = keyof (typeof LEVELS)[L]['def']['shape'];

/** A level, or the map of a schedule key: `every: {interval: 15m}`. */
export type HintLevel = KeyLevel | ScheduleKey;

const scheduleMaps = scheduleKinds.flatMap(({ key, keys }) => (keys ? [[key, Object.keys(keys)] as const] : []));

/** The keys of each level. Includes schedule keys that take a map. */
export const KEYS = Object.fromEntries([
  ...Object.entries(LEVELS).map(([level, schema]) => [level, Object.keys(schema.def.shape)] as const),
  ...scheduleMaps,
]) as unknown as Readonly<Record<KeyLevel, readonly string[]> & { readonly [K in ScheduleKey]?: readonly string[] }>;
