import { nearest } from '../../text/nearest.js';
import { asItLooks, oddCharacter } from '../../text/odd-character.js';
import { clip } from '../text/quoting.js';
import type { ValueRefusal } from './schema-values.js';
import { KEYS, type KeyLevel } from './schema.js';

/** Words of other programs, and their equivalents here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  // Generic words for the parts of a timer.
  args: 'run',
  argv: 'run',
  cmd: 'run',
  command: 'run',
  exec: 'run',
  script: 'run',
  task: 'run',
  crontab: 'cron',
  expression: 'cron',
  schedule: 'cron',
  frequency: 'every',
  interval: 'every',
  period: 'every',
  rate: 'every',
  delay: 'in',
  after: 'in',
  date: 'at',
  datetime: 'at',
  when: 'at',
  tz: 'timezone',
  cron_tz: 'timezone',
  time_zone: 'timezone',
  environment: 'env',
  env_vars: 'env',
  variables: 'env',
  environment_file: 'env_file',
  dir: 'cwd',
  directory: 'cwd',
  workdir: 'cwd',
  working_dir: 'cwd',
  working_directory: 'cwd',
  uid: 'user',
  username: 'user',
  run_as: 'user',
  comment: 'description',
  title: 'description',
  labels: 'tags',
  active: 'enabled',
  disabled: 'enabled',
  suspend: 'enabled',
  stdout: 'output',
  stderr: 'output',
  log: 'output',
  log_file: 'output',
  capture_stdout: 'output',
  capture_stderr: 'output',
  fails_when: 'success_codes',
  exit_codes: 'success_codes',
  // When it runs, and how many runs at once.
  concurrency_policy: 'overlap',
  max_instances: 'overlap',
  no_overlap: 'overlap',
  on_overlap: 'overlap',
  misfire: 'catch_up',
  misfire_grace_time: 'catch_up',
  persistent: 'catch_up',
  starting_deadline_seconds: 'deadline',
  random_delay: 'jitter',
  randomized_delay_sec: 'jitter',
  splay: 'jitter',
  start_date: 'not_before',
  end_date: 'not_after',
  max_executions: 'max_runs',
  // How it ends, and what follows.
  active_deadline_seconds: 'timeout',
  execution_timeout: 'timeout',
  max_execution_time: 'timeout',
  runtime_max_sec: 'timeout',
  time_limit: 'timeout',
  timeout_start_sec: 'timeout',
  grace: 'kill_after',
  kill_timeout: 'kill_after',
  timeout_stop_sec: 'kill_after',
  attempts: 'retry',
  retries: 'retry',
  max_retries: 'retry',
  backoff: 'retry',
  backoff_limit: 'retry',
  restart: 'retry',
  restart_policy: 'retry',
  maximum_retries: 'attempts',
  initial_delay: 'delay',
  restart_sec: 'delay',
  backoff_multiplier: 'factor',
  multiplier: 'factor',
  maximum_delay: 'max_delay',
  on_error: 'on_failure',
  on_permanent_failure: 'on_failure',
  // systemd
  exec_start: 'run',
  on_boot_sec: 'in',
  on_startup_sec: 'in',
  on_calendar: 'cron',
  on_unit_active_sec: 'every',
  // The file as a whole.
  job: 'timers',
  jobs: 'timers',
  task_list: 'timers',
  tasks: 'timers',
  crons: 'timers',
  schedules: 'timers',
  max_concurrency: 'concurrency',
  database: 'state',
  db: 'state',
  ntp: 'clock',
  server: 'servers',
  pool: 'servers',
  threshold: 'limit',
  // Of other schedulers and process managers.
  timeout_minutes: 'timeout',
  soft_time_limit: 'timeout',
  expires: 'deadline',
  start_to_close_timeout: 'timeout',
  schedule_interval: 'cron',
  cron_expression: 'cron',
  cron_restart: 'cron',
  start_calendar_interval: 'cron',
  start_interval: 'every',
  retry_delay: 'retry',
  max_restarts: 'retry',
  restart_delay: 'retry',
  autorestart: 'retry',
  max_active_runs: 'overlap',
  singleton: 'overlap',
  lock: 'overlap',
  flock: 'overlap',
  misfire_threshold: 'catch_up',
  misfire_policy: 'catch_up',
  catchup: 'catch_up',
  successful_jobs_history_limit: 'history',
  failed_jobs_history_limit: 'history',
  run_at_load: 'run_at_start',
  on_reboot: 'run_at_start',
  standard_output: 'output',
  standard_error: 'output',
  standard_out_path: 'output',
  path: 'env',
  program: 'run',
  program_arguments: 'run',
  ping_url: 'ping',
  healthchecks: 'ping',
  // Notifications.
  monitor: 'ping',
  monitoring: 'ping',
  healthcheck: 'ping',
  dsn: 'sentry',
  uri: 'url',
  events: 'on',
  notifications: 'notify',
  alert: 'notify',
  alerts: 'notify',
  email: 'notify',
  mail: 'notify',
  mailto: 'notify',
  slack: 'webhook',
  discord: 'webhook',
  mattermost: 'webhook',
};

/** Words of other programs that have no equivalent here, with the alternative. */
const NOWHERE: Readonly<Record<string, string>> = {
  version: 'Leave it out: a timer file has no version.',
  api_version: 'Leave it out. The file begins with timers:.',
  kind: 'Leave it out. The file begins with timers:.',
  metadata: 'Leave it out. The name of a timer is its key under timers.',
  spec: 'Leave it out. The keys of a timer are directly under its name.',
  services: 'Write timers: and, under the name of each timer, when it runs and its command.',
  name: 'The name of a timer is its key under timers.',
  image: 'Commands run on this machine, not in an image. Write the command under run.',
  entrypoint: 'Commands run on this machine, not in an image. Write the command under run.',
  uses: 'Write the command under run.',
};

const PLACES: Readonly<Record<KeyLevel, string>> = {
  file: 'at the top of the file',
  timer: 'in a timer',
  defaults: 'under defaults',
  retry: 'under retry',
  breaker: 'under breaker',
  dst: 'under dst',
  catch_up: 'under catch_up',
  output: 'under output',
  history: 'under history',
  clock: 'under clock',
  ping: 'under ping',
  notify: 'under notify',
  heartbeat: 'under heartbeat',
  http: 'under http',
  tracing: 'under tracing',
};

/** The message for an unknown key: the nearest key of its level, or the level that has it. */
export function unknownKey(key: string, level: KeyLevel, holdsTimer: boolean): ValueRefusal {
  if (level === 'defaults' && isKeyOf('timer', key)) {
    const message = `"${key}" cannot be a default: every timer says its own.`;
    return { code: 'not-in-defaults', message, hint: 'Move it into the timers.' };
  }
  if (key.startsWith('//')) return FOREIGN_COMMENT;
  const [, before = '', after = ''] = UNSPACED.exec(asItLooks(key)) ?? [];
  if (isKeyOf(level, before)) return missingSpace(before, after);
  const message = `There is no key "${clip(key)}" ${PLACES[level]}.`;
  const hint = wayOut(key, level, holdsTimer);
  return { code: 'unknown-key', message, ...(hint !== undefined && { hint }) };
}

/** Describes a comment in the style of JavaScript and C. */
export const FOREIGN_COMMENT: ValueRefusal = {
  code: 'foreign-comment',
  message: 'In YAML a comment begins with #, not with //.',
  hint: 'Write # instead.',
};

/** A key, its colon, and no space before the value: in brackets, YAML reads all of that as one key. */
const UNSPACED = /^\s*([\w-]+):\s*(\S.*)$/;

/** In brackets, a wrong comment is part of the key after it. */
const COMMENT = /^\/\/.*\s/;

/** Describes a colon without a space after it. */
export const missingSpace = (key: string, value: string): ValueRefusal => ({
  code: 'missing-space',
  message: `A space is missing after "${clip(key)}:".`,
  hint: `Write ${clip(key)}: ${clip(value)}`,
});

function wayOut(key: string, level: KeyLevel, holdsTimer: boolean): string | undefined {
  const odd = oddCharacter(key);
  if (odd) return `It holds ${odd.name}. ${odd.hint}`;
  const nowhere = wordIn(NOWHERE, key);
  if (nowhere !== undefined && sameWord(key, KEYS[level]) === undefined) return nowhere;
  const meant = meantKey(key, level);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  if (holdsTimer && level === 'file') return 'A timer belongs under timers:, indented.';
  const home = placeOf(key, level);
  if (home !== undefined) return home;
  const keys: readonly string[] = KEYS[level];
  return keys.length <= 10 ? `The keys ${PLACES[level]} are ${keys.join(', ')}.` : undefined;
}

/** Where a key or its synonym belongs, as a sentence. */
function placeOf(written: string, level: KeyLevel): string | undefined {
  const word = wordIn(ELSEWHERE, written);
  const key = homeOf(written, level) === undefined && word !== undefined ? word : written;
  const home = homeOf(key, level);
  if (home === undefined) return undefined;
  const known = sameWord(key, KEYS[home]) ?? key;
  const what = known === written ? written : `${clip(written)} is ${known} here, and`;
  if (home === 'timer' && level === 'file') return `${what} belongs in a timer, or under defaults for all of them.`;
  return `${what} belongs ${PLACES[home]}.`;
}

/** The key of a level that was most likely meant, or `undefined`; none for a key that is valid elsewhere. */
export function meantKey(written: string, level: KeyLevel): string | undefined {
  const keys: readonly string[] = KEYS[level];
  const looks = asItLooks(written);
  const key = UNSPACED.exec(looks)?.[1] ?? looks.replace(COMMENT, '').trim();
  const same = sameWord(key, keys);
  if (same !== undefined || homeOf(key, level) !== undefined) return same;
  const word = wordIn(ELSEWHERE, key);
  // A synonym for a key of another level is not a typo for one of this level.
  if (word !== undefined && !keys.includes(word)) return undefined;
  return word ?? (key.length > 2 ? (beginningOf(key, keys) ?? nearest(key, keys)) : undefined);
}

/** Whether a level has a key. */
export const isKeyOf = (level: KeyLevel, key: string): boolean => KEYS[level].includes(key);

const letters = (key: string): string => key.toLowerCase().replace(/[-_ ]/g, '');

/** `runAtStart`, `run-at-start`, `Run_At_Start`. */
const sameWord = (key: string, keys: readonly string[]): string | undefined =>
  keys.find((known) => letters(known) === letters(key));

/** The only key with that prefix: `desc`, `on_fail`. */
function beginningOf(key: string, keys: readonly string[]): string | undefined {
  const [first, second] = keys.filter((known) => letters(known).startsWith(letters(key)));
  return second === undefined ? first : undefined;
}

/** The table entry for a word, however its parts are joined. */
const wordIn = (table: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.entries(table).find(([elsewhere]) => letters(elsewhere) === letters(key))?.[1];

/** The level where a misplaced word belongs; from a level inside a timer, the timer itself comes first. */
function homeOf(key: string, level: KeyLevel): KeyLevel | undefined {
  const others: readonly KeyLevel[] = [
    'timer',
    'file',
    'retry',
    'breaker',
    'dst',
    'catch_up',
    'output',
    'history',
    'clock',
    'ping',
    'notify',
    'heartbeat',
  ];
  return others.find((other) => other !== level && sameWord(key, KEYS[other]) !== undefined);
}
