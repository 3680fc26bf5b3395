import type { CodeEntry } from './entry.js';

const severity = 'warning';

/** Warnings about timers and settings. */
export const WARNING_CODES = {
  'all-disabled': {
    severity,
    summary: 'Every timer is disabled, so nothing fires.',
    fix: 'Remove `enabled: false` from a timer.',
    example: 'every: 1h\nrun: ./backup.sh\nenabled: false',
  },
  'crontab-percent': {
    severity,
    summary: 'A command has `\\%`, or `%` before its standard input, as in a crontab.',
    fix: 'Write `%`, and give standard input through a pipe.',
    example: 'every: 1h\nrun: echo "\\%F"',
  },
  herd: {
    severity,
    summary: 'Many timers fire at the same instant.',
    fix: 'Spread them with `jitter` or `H`, or limit them with `concurrency`.',
  },
  'missing-cwd': {
    severity,
    summary: 'The folder of `cwd` does not exist.',
    fix: 'Create it, or correct the path.',
    example: 'every: 1h\nrun: ./backup.sh\ncwd: ./no-such-folder',
  },
  'missing-output-folder': {
    severity,
    summary: 'The folder of an output file, or of the log file, does not exist.',
    fix: 'Create it, or correct the path.',
    example: 'every: 1h\nrun: ./backup.sh\noutput: { file: ./no-such-folder/backup.log }',
  },
  'missing-setpriv': {
    severity,
    summary: '`setpriv` is missing, so a command with `user` has only the primary group of that user.',
    fix: 'Install util-linux.',
  },
  'needs-state': {
    severity,
    summary: 'A key has no effect across restarts, because the state is kept in memory only.',
    fix: 'Set `state` to a path, or remove the key.',
    example: 'state: false\ntimers: { ping: { every: 1h, run: "true", catch_up: true } }',
  },
  'never-fires': {
    severity,
    summary: 'The timer has no firing between `not_before` and `not_after`.',
    fix: 'Widen the window, or change the schedule.',
    example: 'cron: "0 3 1 1 *"\nrun: ./backup.sh\nnot_after: 2026-12-01',
  },
  'no-attempts': {
    severity,
    summary: '`retry` has no `attempts`, so nothing is retried.',
    fix: 'Add `attempts: 3`, or remove `retry`.',
    example: 'every: 1h\nrun: ./backup.sh\nretry: { delay: 5s }',
  },
  'open-password-file': {
    severity,
    summary: 'Other users can read the password file.',
    fix: 'Run `chmod 600` on it.',
  },
  'open-token-file': {
    severity,
    summary: 'Other users can read the token file.',
    fix: 'Run `chmod 600` on it.',
  },
  'reserved-env': {
    severity,
    summary: '`env` sets a variable whose name begins with `TIMERS_`. The details of the run may replace it.',
    fix: 'Use another name.',
    example: 'every: 1h\nrun: ./backup.sh\nenv: { TIMERS_STAGE: production }',
  },
  'retries-over-interval': {
    severity,
    summary: 'The pauses between the attempts of a run add up to more than the time to the next firing.',
    fix: 'Use fewer attempts or shorter delays.',
    example: 'every: 1m\nrun: ./backup.sh\nretry: { attempts: 5, delay: 1m, factor: 1 }',
  },
  'sentry-schedule': {
    severity,
    summary: 'Sentry does not support this kind of schedule, so it does not notice a missing run.',
    fix: 'Set up the monitor in Sentry, and silence this warning with `ignore`.',
    example: 'every: 90s\nrun: ./backup.sh\nping: { sentry: "https://key@o1.ingest.sentry.io/2" }',
  },
  'shared-monitor': {
    severity,
    summary: 'Two senders (timers, the heartbeat or a notification) use the address of the same monitor.',
    fix: 'Give each its own address.',
    example:
      'timers:\n  one: { every: 1h, run: "true", ping: "https://hc-ping.com/x" }\n  two: { every: 1h, run: "true", ping: "https://hc-ping.com/x" }',
  },
  'state-on-network': {
    severity,
    summary: 'The state is on a network file system, whose locks are not reliable.',
    fix: 'Put `state` on a local disk.',
  },
  'timeout-over-interval': {
    severity,
    summary: 'The timeout is longer than the time to the next firing.',
    fix: 'Shorten `timeout`, or silence this warning with `ignore`.',
    example: 'every: 1m\nrun: ./backup.sh\ntimeout: 2m',
  },
  'undeclared-group': {
    severity,
    summary: '`group` names a group that `groups` does not list, so only one of its runs is active at a time.',
    fix: 'Add it to `groups`.',
    example: 'groups: { web: 2 }\ntimers: { ping: { every: 1h, run: "true", group: db } }',
  },
  'unknown-tz': {
    severity,
    summary: 'The environment variable `TZ` is not a time zone, so UTC is used.',
    fix: 'Set `TZ` to an IANA name, or set `timezone` in the file.',
  },
  'unused-group': {
    severity,
    summary: 'One of the `groups` has no timer.',
    fix: 'Remove the group, or use it in a timer.',
    example: 'groups: { db: 2 }\ntimers: { ping: { every: 1h, run: "true" } }',
  },
  'unwritable-output-file': {
    severity,
    summary: 'The user who will open an output file, or the log file, cannot write to it.',
    fix: 'Use a file that this user can write to, or change the permissions of the file or its folders.',
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;
