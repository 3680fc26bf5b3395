import type { CodeEntry } from './entry.js';

/** Codes about timers and settings as a whole. */
export const SETTING_CODES = {
  'missing-schedule': {
    summary: 'The timer has no schedule.',
    fix: 'Add a schedule key, such as `cron` or `every`.',
    example: 'run: ./backup.sh',
  },
  'several-schedules': {
    summary: 'The timer has more than one schedule.',
    fix: 'Remove one, or make two timers.',
    example: 'cron: "0 3 * * *"\nevery: 1h\nrun: ./backup.sh',
  },
  'missing-run': {
    summary: 'The timer has no command.',
    fix: 'Add `run`.',
    example: 'every: 1h',
  },
  'empty-window': {
    summary: '`not_after` is before `not_before`.',
    fix: 'Swap them.',
    example: 'every: 1h\nrun: ./backup.sh\nnot_before: 2027-02-01\nnot_after: 2027-01-01',
  },
  'missing-failures': {
    summary: '`breaker` has no number of failures.',
    fix: 'Add `failures`.',
    example: 'every: 1h\nrun: ./backup.sh\nbreaker: { cooldown: 5m }',
  },
  'missing-monitor': {
    summary: '`ping` has no service.',
    fix: 'Add `url`, `healthchecks` or `sentry`.',
    example: 'every: 1h\nrun: ./backup.sh\nping: {}',
  },
  'several-monitors': {
    summary: '`ping` names more than one service.',
    fix: 'Keep one, or write a list.',
    example:
      'every: 1h\nrun: ./backup.sh\nping: { url: "https://example.org/", healthchecks: "https://hc-ping.com/x" }',
  },
  'bad-dsn': {
    summary: 'The value is not a Sentry DSN.',
    fix: 'Copy it from the project settings.',
    example: 'every: 1h\nrun: ./backup.sh\nping: { sentry: "https://example.org/" }',
  },
  'bad-slug': {
    summary: 'The value is not the slug of a Sentry monitor.',
    fix: 'Use lowercase letters, digits, `_` and `-`.',
    example: 'every: 1h\nrun: ./backup.sh\nping: { sentry: "https://key@o1.ingest.sentry.io/2", slug: "My backup" }',
  },
  'missing-receiver': {
    summary: '`notify`, `heartbeat`, `forward` or `state` does not name a receiver, such as a URL.',
    fix: 'Add the key that the message names.',
    example: 'every: 1h\nrun: ./backup.sh\nnotify: { on: [failed] }',
  },
  'needs-state': {
    summary: '`forward` is set, but there is no state file: the state is in memory only, or shared.',
    fix: 'Use a state file, or remove `forward`.',
    example:
      'state: false\nforward: https://timers.example.org/api/outcomes\ntimers: { ping: { every: 1h, run: "true" } }',
  },
  'needs-token': {
    summary: 'The HTTP server would be open to other machines without a token.',
    fix: 'Add `token_file`, or listen on `127.0.0.1`.',
    example: 'http: 0.0.0.0:9464\ntimers: { ping: { every: 1h, run: "true" } }',
  },
  'no-token': {
    summary: 'The token file is missing, unreadable or empty, or contains more than a token.',
    fix: 'Write one: `(umask 077; openssl rand -hex 16 > token)`.',
    example:
      'http: { listen: 127.0.0.1:9464, token_file: ./no-such-token }\ntimers: { ping: { every: 1h, run: "true" } }',
  },
  'no-password': {
    summary: 'The password file is missing, unreadable or empty.',
    fix: 'Write the password into it: `(umask 077; cat > password)`.',
    example:
      'state: { url: redis://db.example.org/0, password_file: ./no-such-password }\ntimers: { ping: { every: 1h, run: "true" } }',
  },
  'short-token': {
    summary: 'The token has fewer than 16 characters.',
    fix: 'Write a longer one: `(umask 077; openssl rand -hex 16 > token)`.',
  },
  'no-time-source': {
    summary: '`clock` has no time source.',
    fix: 'Add `servers` or `chrony: auto`.',
    example: 'clock: { chrony: false }\ntimers: { ping: { every: 1h, run: "true" } }',
  },
  'no-state-clock': {
    summary: '`clock: {state: true}` is set, but the state is on this machine, or on etcd, which has no clock to read.',
    fix: 'Name `servers`, or use a shared state on Redis or PostgreSQL.',
    example: 'clock: { state: true }\ntimers: { ping: { every: 1h, run: "true" } }',
  },
  'duplicate-server': {
    summary: 'A time server is listed twice.',
    fix: 'Remove one.',
    example: 'clock: { servers: [a.example.org, a.example.org] }\ntimers: { ping: { every: 1h, run: "true" } }',
  },
  'run-on-without-redis': {
    summary: 'A timer has `run_on`, but the state is not a shared state on Redis.',
    fix: 'Write `state: redis://HOST/0`, or remove `run_on`.',
    example: 'every: 1h\nrun: ./backup.sh\nrun_on: any',
  },
  'bad-label': {
    summary: 'The label of `run_on` is too long, or has characters that a worker label cannot have.',
    fix: 'Write up to 40 letters, digits, `.`, `_` and `-`.',
    example: 'every: 1h\nrun: ./backup.sh\nrun_on: the big one',
  },
  'needs-root': {
    summary: 'Only root may run commands as another user.',
    fix: 'Run the scheduler as root, or remove `user`.',
  },
  'not-a-directory': {
    summary: 'A path that must be a folder is a file.',
    fix: 'Use the path of a folder.',
    example: 'every: 1h\nrun: ./backup.sh\ncwd: /etc/passwd',
  },
  'not-a-file': {
    summary: 'The output file is a folder, a named pipe, a socket, a device or, with `user`, a symbolic link.',
    fix: 'Use a regular file, or a path that does not exist yet.',
    example: 'every: 1h\nrun: ./backup.sh\noutput: { file: / }',
  },
  'missing-env-file': {
    summary: 'The environment file does not exist.',
    fix: 'Create it, or correct the path.',
    example: 'every: 1h\nrun: ./backup.sh\nenv_file: ./no-such.env',
  },
  'unreadable-env-file': {
    summary: 'The environment file cannot be read.',
    fix: 'Use a regular file that the user of the timer can read.',
    example: 'every: 1h\nrun: ./backup.sh\nenv_file: /',
  },
  'bad-env-file': {
    summary: 'A line of the environment file is invalid.',
    fix: 'Write `NAME=value`. [Environment files](env-file.md) describes the format.',
    example: 'every: 1h\nrun: ./backup.sh\nenv_file: /etc/passwd',
  },
  'bad-shell': {
    summary: 'The shell does not exist or is not executable.',
    fix: 'Write an absolute path, such as `/bin/bash`.',
    example: 'every: 1h\nrun: ./backup.sh\nshell: /no/such/shell',
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;
