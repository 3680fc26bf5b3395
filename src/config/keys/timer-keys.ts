import type { KeyEntry } from '../../domain/key-entry.js';

type Entries = Readonly<Record<string, KeyEntry>>;

/** Keys about when a timer fires, besides its schedule. */
export const WHEN_KEYS = {
  timezone: {
    summary: 'The time zone of the schedule, and of `not_before` and `not_after`.',
    without: 'The `timezone` of the file applies.',
    example: 'America/New_York',
    details: ['A command does not inherit it. Set `env: { TZ: America/New_York }` for that.'],
  },
  dst: {
    summary: 'What happens to a local time that a clock change skips or repeats.',
    without: 'The defaults of its keys apply.',
    example: '{ gap: skip, repeat: last }',
    details: [
      'It applies to fixed times of `cron`, and to `every` with `at`.',
      'With a `cron` minute or hour that begins with `*`, skipped times do not fire, and repeated times fire twice.',
    ],
  },
  jitter: {
    summary: 'Delays every firing by a fixed time between 0 and this value.',
    default: '0s',
    example: '2m',
    details: ['The delay is derived from the host name and the timer name, and never changes.'],
  },
  run_at_start: {
    summary: 'Also fires once when the scheduler starts, if that is between `not_before` and `not_after`.',
    default: false,
    example: 'true',
  },
  enabled: {
    summary: 'Whether the schedule fires the timer.',
    default: true,
    example: 'false',
    details: ['A disabled timer is listed and checked. `timers trigger` still runs it.'],
  },
  not_before: {
    summary: 'The first point in time at which the timer can fire.',
    without: 'The timer is active immediately.',
    example: '"2030-12-01 00:00"',
    details: ['Inclusive.'],
  },
  not_after: {
    summary: 'The last point in time at which the timer can fire.',
    without: 'The timer never expires.',
    example: '"2030-12-24 23:59"',
    details: ['Inclusive.'],
  },
  max_runs: {
    summary: 'After this many runs, the timer never fires again.',
    unit: 'runs',
    without: 'There is no limit.',
    example: '3',
    details: [
      'It counts across restarts, so it needs a `state`.',
      'Runs of `timers trigger` and `run_at_start` count, too. `timers trigger` still runs a timer that is done.',
    ],
  },
  catch_up: {
    summary: 'Runs firings that came due while the scheduler was down or suspended.',
    default: false,
    example: '6h',
    details: [
      '`true` runs the latest one. A duration runs the latest one if it is at most this old.',
      '`false` reports them as `missed`.',
    ],
  },
  deadline: {
    summary: 'A firing that cannot start within this time is `missed`.',
    without: 'A firing waits as long as necessary.',
    example: '10m',
    details: ['It counts from the scheduled time.'],
  },
} as const satisfies Entries;

/** The key for what a timer runs. */
export const RUN_KEY: KeyEntry = {
  summary: 'The command.',
  required: true,
  example: './backup.sh',
  details: [
    'A string runs in the `shell`. A list is a program with its arguments, and runs without a shell.',
    'Only the shell expands variables such as `${HOME}`.',
  ],
};

/** Keys about how a command runs. */
export const COMMAND_KEYS = {
  shell: {
    summary: 'The program that runs a string in `run`, with `-c`.',
    default: '/bin/sh',
    example: '/bin/bash',
    details: ['Hooks and `notify` commands of the timer use it, too.'],
  },
  cwd: {
    summary: 'The folder in which the command runs.',
    without: 'The command runs in the folder of the timer file.',
    example: './app',
    details: ['A relative path starts from the folder of the timer file.'],
  },
  env: {
    summary: 'Environment variables of the command.',
    without: 'No variables are added.',
    example: '{ STAGE: production, RETRIES: 3 }',
    details: ['It overrides `env_file`.', 'Values are used as written, so `3` and `true` need no quotes.'],
  },
  env_file: {
    summary: 'A file of `NAME=value` lines for the environment of the command.',
    without: 'No file is read.',
    example: './app.env',
    details: ['It is read again at each start of the command.'],
  },
  pass_env: {
    summary: 'Variables of the scheduler to pass to a command with `user`.',
    without: 'Such a command gets a clean environment.',
    example: '[DB_HOST, DB_PORT]',
    details: ['Without `user`, a command has the whole environment of the scheduler.'],
  },
  user: {
    summary: 'The user who runs the command.',
    without: 'The user of the scheduler runs it.',
    example: 'nobody',
    details: [
      'Write a name or a number, with `:group` if you want another group. A number is at most 4,294,967,294.',
      'Only a scheduler that runs as root accepts it.',
    ],
  },
  success_codes: {
    summary: 'The exit codes that count as success.',
    default: [0],
    example: '[0, 24]',
  },
  output: {
    summary: 'Where the output of the command goes.',
    default: 'log',
    example: '{ file: ./sync.log, max_size: 10MB }',
    details: [
      "`log` writes each line to the log as a record. `discard` drops it. `inherit` sends it where the scheduler's own output goes.",
    ],
  },
} as const satisfies Entries;

/** Keys that limit the runs of a timer, or handle failures. */
export const LIMIT_KEYS = {
  timeout: {
    summary: 'The maximum duration of an attempt.',
    without: 'An attempt can take any amount of time.',
    example: '30m',
    details: ['Then everything the command started gets SIGTERM, followed by SIGKILL after `kill_after`.'],
  },
  kill_after: {
    summary: 'The time from SIGTERM to SIGKILL.',
    without: 'It is 10s, and 8s when the scheduler stops.',
    example: '30s',
  },
  overlap: {
    summary: 'What happens to a firing that comes due while the last run of the timer is active.',
    default: 'skip',
    example: 'queue',
    details: [
      '`skip` drops the firing. `queue` lets one firing wait.',
      '`allow` runs both. `replace` cancels the old run, then starts the new one.',
    ],
  },
  group: {
    summary: 'A group of timers that share a limit on runs at once.',
    without: 'Only `concurrency` limits the timer.',
    example: 'database',
    details: ['The limit is 1 unless `groups` sets a different one.'],
  },
  run_on: {
    summary: 'Which workers run the timer: `any`, a label of `timers worker --label`, or `local`.',
    default: 'local',
    example: 'any',
    details: [
      'It needs a `state` on Redis. `local` is the machine of the scheduler.',
      'A label has at most 40 letters, digits, `.`, `_` and `-`. An ad-hoc timer always runs locally.',
    ],
  },
  retry: {
    summary: 'Retries a failed run.',
    without: 'A run has one attempt.',
    example: '{ attempts: 3, delay: 5s }',
    details: ['A plain number is short for a map with `attempts`.'],
  },
  breaker: {
    summary: 'Stops running a timer that keeps failing.',
    without: 'The timer fires no matter how often it has failed.',
    example: '{ failures: 3, cooldown: 20m }',
    details: [
      'A plain number is short for a map with `failures`.',
      'A restart does not reset it. `timers reset` does.',
    ],
  },
  fallback: {
    summary: 'A command that runs if all attempts failed or timed out, or if the breaker is open.',
    without: 'Nothing runs in place of the command.',
    example: './serve-old-prices.sh',
    details: [
      'It is the last attempt of the run, with the same `timeout` and settings. It succeeds with exit code 0.',
      'The outcome of the run stays `failure`, `timeout` or `skipped`, whatever the fallback does.',
    ],
  },
} as const satisfies Entries;

/** Keys about notifications. */
export const REPORT_KEYS = {
  on_failure: {
    summary: 'A command that runs after a run that failed, timed out or was lost.',
    without: 'Nothing runs.',
    example: './alert.sh',
    details: ['It times out after 30 s and never delays a timer.'],
  },
  on_success: {
    summary: 'A command that runs after a successful run.',
    without: 'Nothing runs.',
    example: './done.sh',
    details: ['It times out after 30 s and never delays a timer.'],
  },
  on_recovery: {
    summary: 'A command that runs after the first success that follows a failure.',
    without: 'Nothing runs.',
    example: 'echo "fine again" >> hooks.log',
    details: ['It times out after 30 s and never delays a timer.'],
  },
  ping: {
    summary: 'Reports the start and the end of each run to a monitoring service.',
    default: false,
    example: 'https://hc-ping.com/your-uuid',
    details: [
      'A plain address is short for a map with `healthchecks`. A list pings several services.',
      'A skipped or missed firing sends no ping: the missing ping raises the alert.',
    ],
  },
  notify: {
    summary: 'Reports changes, such as the first failure, to people.',
    default: false,
    example: '{ webhook: "https://chat.example/hooks/secret", on: [failed, recovered] }',
    details: ['A plain address is short for a map with `webhook`.', '`false` turns off the `notify` of `defaults`.'],
  },
  description: {
    summary: 'What the timer is for, in a few words.',
    without: 'The timer has no description.',
    example: 'loads the price list',
    details: ['`timers list`, `timers top` and the page show it.'],
  },
  tags: {
    summary: 'Words that help you find the timer.',
    default: [],
    example: '[nightly, shop]',
    details: ['You can filter by them in `timers top` and on the page.'],
  },
  ignore: {
    summary: 'The codes of warnings that `timers validate` does not report for the timer.',
    default: [],
    example: '[dst-gap, dst-repeat]',
  },
} as const satisfies Entries;
