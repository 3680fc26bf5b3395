import type { KeyEntry } from '../../domain/key-entry.js';
import type { KeyOf } from '../check/schema.js';

/** The keys at the top of the file. */
export const FILE: Readonly<Record<KeyOf<'file'>, KeyEntry>> = {
  timers: {
    summary: 'The timers, by name.',
    required: true,
    bounds: 'at least one timer',
    example: '{ heartbeat: { every: 10s, run: echo "still here" } }',
    details: [
      'A name has letters, digits, `.`, `_` and `-`. It begins with a letter or digit and has at most 128 characters.',
      'Each timer needs `run` and exactly one schedule key, such as `cron` or `every`.',
    ],
  },
  defaults: {
    summary: 'Values for keys that a timer does not set itself.',
    example: '{ timeout: 10m, tags: [shop] }',
    without: 'Each timer has only its own keys.',
    details: [
      'It takes every key of a timer except its schedule and `run`.',
      'The maps of `env`, `retry`, `breaker`, `dst` and `notify` merge key by key. Any other value replaces the default.',
    ],
  },
  timezone: {
    summary: 'The time zone of `cron` and of local times, for all timers.',
    without: 'The variable `TZ`, otherwise the system time zone.',
    example: 'Europe/Berlin',
    details: ['All output, and the times that you type, use this zone, too.'],
  },
  concurrency: {
    summary: 'The maximum number of runs at once, across all timers.',
    unit: 'runs',
    without: 'There is no limit.',
    example: '4',
    details: ['A run over the limit waits. Timers take turns.', 'See `deadline` for runs that wait too long.'],
  },
  groups: {
    summary: 'The maximum number of runs at once, by group.',
    unit: 'runs',
    without: 'Each group allows one run at a time.',
    example: '{ database: 1, network: 4 }',
    details: ['A timer joins a group with `group`.'],
  },
  state: {
    summary: 'Where `timers` keeps the history and what is due.',
    without: 'A file in `~/.local/state/timers/`, named after the timer file.',
    example: './timers.db',
    details: [
      '`false` keeps the state in memory only.',
      'Use a local disk, because locks may fail on a network file system.',
      'With a URL of Redis, PostgreSQL or etcd, several machines share the state.',
    ],
  },
  history: {
    summary: 'How much history the state keeps.',
    without: 'The defaults of its keys apply.',
    example: '{ keep: 30d, runs: 1000 }',
  },
  log: {
    summary: 'The file that `timers start` logs to.',
    without: 'The log goes to standard output.',
    example: '/var/log/timers.log',
    details: [
      'A path is short for a map with `file`. The file contains JSON, or the format that `--log-format` names.',
      'A terminal shows the log as well; any other standard output stays empty.',
      'See [Ship the logs](../guide/logs.md).',
    ],
  },
  orphans: {
    summary: 'What happens to processes that a crashed scheduler left behind.',
    default: 'kill',
    example: 'keep',
    details: [
      '`kill`: `timers-forker` ends them when the scheduler dies, and the next start ends those still running. `keep` leaves them running.',
      'It also applies to a machine that loses a shared state.',
    ],
  },
  launcher: {
    summary: 'What starts commands.',
    default: 'auto',
    example: 'execa',
    details: [
      '`auto` uses `timers-forker`, a small process next to `timers`, where possible. `execa` starts commands from `timers` itself.',
      '`--launcher` overrides it. `timers status` shows which one is in use.',
    ],
  },
  clock: {
    summary: 'Measures the clock of the machine.',
    without: 'The clock is not measured.',
    example: '{ servers: [ntp.example.org], limit: 50ms }',
    details: ['The log reports an offset beyond `limit` as `clock.drift`.'],
  },
  http: {
    summary: 'Serves the page, the API, the metrics and the health checks.',
    without: 'There is no HTTP server.',
    example: '127.0.0.1:9464',
    details: [
      'A plain address is short for a map with `listen`.',
      'An address that other machines can reach needs `token_file`.',
    ],
  },
  heartbeat: {
    summary: 'Sends regular heartbeats for the scheduler itself.',
    without: 'No heartbeat is sent.',
    example: 'https://hc-ping.com/your-uuid',
    details: [
      'A plain address is short for a map with `url`.',
      'A scheduler that does not fire due timers sends no heartbeat.',
    ],
  },
  forward: {
    summary: 'Sends every outcome to a server, in order and at least once.',
    without: 'No outcome is sent.',
    example: 'https://timers.example.org/api/outcomes',
    details: [
      'A plain address is short for a map with `url`.',
      'The state keeps outcomes until the server has them, up to `history.keep`.',
      'See [Run timers at the edge](../guide/edge.md).',
    ],
  },
  tracing: {
    summary: 'Sends a span for each run to an OpenTelemetry collector.',
    default: false,
    example: 'http://127.0.0.1:4318',
    details: [
      'A URL is short for a map with `endpoint`.',
      "`true` reads all settings from OpenTelemetry's variables, such as `OTEL_EXPORTER_OTLP_ENDPOINT`.",
    ],
  },
};
