import type { KeyEntry } from '../../domain/key-entry.js';
import type { KeyOf } from '../check/schema.js';

type MapOfFile = 'state' | 'history' | 'log' | 'clock' | 'http' | 'heartbeat' | 'forward' | 'tracing';

/** The keys of maps at the top of the file. */
export const FILE_MAPS: { readonly [L in MapOfFile]: Readonly<Record<KeyOf<L>, KeyEntry>> } = {
  history: {
    keep: { summary: 'How long to keep outcomes.', default: '30d', example: '90d' },
    runs: {
      summary: 'The maximum number of outcomes to keep for each timer.',
      default: 1000,
      unit: 'outcomes',
      example: '5000',
    },
  },
  log: {
    file: {
      summary: 'The path of the file.',
      required: true,
      example: '/var/log/timers.log',
      details: ['A new file has mode 600. After a rotation, the new file has the mode and owner of the old one.'],
    },
    max_size: {
      summary: 'The size at which the file is renamed to `.1`, and the previous one to `.2`.',
      default: '50MB',
      example: '10MB',
      beside: 'file: /var/log/timers.log',
      details: ['`false` leaves rotation to another program, such as logrotate.'],
    },
    keep: {
      summary: 'The maximum number of older files to keep.',
      default: 5,
      unit: 'files',
      example: '10',
      beside: 'file: /var/log/timers.log',
    },
  },
  clock: {
    servers: {
      summary: 'The NTP servers to ask.',
      without: 'Only `chrony` is asked.',
      example: '[ntp1.example.org, ntp2.example.org]',
      details: ['Write a name or an address, with the port unless it is 123.'],
    },
    chrony: {
      summary: 'Whether to ask the chronyd of this machine.',
      without: 'It is `auto` without `servers` and `state`, otherwise `false`.',
      example: 'auto',
      details: ['`auto` asks chronyd if this machine has it.'],
    },
    state: {
      summary: 'Whether to ask the store of the shared state: Redis or PostgreSQL.',
      default: false,
      example: 'true',
      details: ['With `discipline`, all machines that share the state follow the same clock.'],
    },
    limit: {
      summary: 'Offsets beyond this are logged, even after allowing for measurement error.',
      default: '50ms',
      example: '100ms',
    },
    discipline: {
      summary: "Lets the scheduler's time follow the sources, without steps.",
      default: false,
      example: 'true',
      details: ["The machine's clock is not changed."],
    },
    poll: {
      summary: 'How often the clock is measured.',
      default: '10m',
      bounds: '64s to 1d',
      example: '5m',
    },
  },
  http: {
    listen: {
      summary: 'The address and port to listen on, or the path of a socket file.',
      required: true,
      example: '127.0.0.1:9464',
      details: ['A socket file is `unix:PATH`.', 'Port 0 picks any free port.'],
    },
    token_file: {
      summary: 'The file with the token that clients send.',
      without: 'Every user of this machine can read but not act. Only its owner can use a socket file.',
      example: './token',
      beside: 'listen: 0.0.0.0:9464',
      details: [
        'It is required for an address that other machines can reach.',
        'A token has at least 16 characters. Create one with `openssl rand -hex 16 > token`.',
      ],
    },
    metrics: {
      summary: 'Whether `/metrics` needs the token.',
      without: 'Requests need the token, if one is set.',
      example: 'open',
      beside: 'listen: 127.0.0.1:9464, token_file: ./token',
    },
    health: {
      summary: 'Whether `/healthz` and `/readyz` need the token.',
      default: 'open',
      example: 'token',
      beside: 'listen: 127.0.0.1:9464, token_file: ./token',
    },
  },
  heartbeat: {
    every: {
      summary: 'How often the heartbeat is sent.',
      default: '1m',
      bounds: '1s to 1d',
      example: '30s',
      beside: 'url: https://hc-ping.com/your-uuid',
    },
    url: {
      summary: 'The URL that receives the heartbeat.',
      without: 'Exactly one of `url` and `run` is required.',
      example: 'https://hc-ping.com/your-uuid',
    },
    method: {
      summary: 'The method of the request to `url`.',
      default: 'POST',
      example: 'GET',
      beside: 'url: https://hc-ping.com/your-uuid',
    },
    run: {
      summary: 'A command that runs instead of the request, with the summary in `TIMERS_HEARTBEAT`.',
      without: 'Exactly one of `url` and `run` is required.',
      example: './alive.sh',
    },
  },
  state: {
    url: {
      summary: 'The URL of the store that several machines share.',
      required: true,
      bounds: '`redis://`, `rediss://`, `postgres://`, `etcd://` or `etcds://`',
      example: 'redis://db.example.org/0?prefix=night',
      details: [
        '`prefix` separates several shared states in one store. The default is `timers`.',
        'Keep a password out of the file: use `password_file` or a variable.',
      ],
    },
    password_file: {
      summary: 'The file with the password of the store.',
      without: 'The password is in the URL, or there is none.',
      example: './password',
      beside: 'url: redis://db.example.org/0',
      details: ['It is read at startup.'],
    },
    lease: {
      summary: 'How long an unresponsive scheduler remains the active one.',
      default: '15s',
      bounds: '5s to 5m',
      example: '10s',
      beside: 'url: redis://db.example.org/0',
      details: ['Another machine takes over within this time, plus a second.'],
    },
    name: {
      summary: 'A readable name of this machine.',
      without: 'Its host name.',
      example: 'night-1',
      beside: 'url: redis://db.example.org/0',
      details: ['Commands get it as `TIMERS_NODE`.'],
    },
  },
  forward: {
    url: {
      summary: 'The URL that receives the outcomes.',
      required: true,
      example: 'https://timers.example.org/api/outcomes',
      details: ['Another scheduler accepts them at `/api/outcomes`.'],
    },
    token_file: {
      summary: 'The file with the token for the server.',
      without: 'No token is sent.',
      example: './token',
      beside: 'url: https://timers.example.org/api/outcomes',
      details: ['It is read for each request.'],
    },
  },
  tracing: {
    endpoint: {
      summary: 'The URL of a collector that accepts OTLP over HTTP.',
      without: "OpenTelemetry's variables, otherwise `http://localhost:4318`.",
      example: 'http://127.0.0.1:4318',
      details: ['`/v1/traces` is appended if it is missing.'],
    },
    headers: {
      summary: 'Headers of each request to the collector.',
      without: 'None are added.',
      example: '{ authorization: "Bearer secret" }',
    },
    service_name: {
      summary: 'The service name in the spans.',
      without: '`OTEL_SERVICE_NAME`, otherwise `timers`.',
      example: 'night',
    },
  },
};
