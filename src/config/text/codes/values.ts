import type { CodeEntry } from './entry.js';

/** Codes about keys and their values. */
export const VALUE_CODES = {
  'unknown-key': {
    summary: 'This key is not allowed here.',
    fix: 'Use the key that the message suggests, or move it to where it belongs.',
    example: 'evry: 1h\nrun: ./backup.sh',
  },
  'not-in-defaults': {
    summary: 'The key cannot have a default.',
    fix: 'Move it into the timers.',
    example: 'defaults: { run: ./backup.sh }\ntimers: { backup: { every: 1h, run: "true" } }',
  },
  'stray-key': {
    summary: 'The key has no effect together with another one.',
    fix: 'Remove it.',
    example: 'every: 1h\nrun: ./backup.sh\nping: { url: "https://example.org/", slug: backup }',
  },
  'empty-value': {
    summary: 'The key has no value.',
    fix: 'Add a value, or remove the key.',
    example: 'every: 1h\nrun:',
  },
  'wrong-type': {
    summary: 'The value has the wrong type.',
    fix: 'Use a value of the type that the message names.',
    example: 'every: 1h\nrun: ./backup.sh\nenabled: maybe',
  },
  'bad-value': {
    summary: 'The value is not one of those allowed.',
    fix: 'Use one of the values that the message names.',
    example: 'every: 1h\nrun: ./backup.sh\noverlap: never',
  },
  'bad-name': {
    summary: 'The name of a timer has an invalid character, or is too long.',
    fix: 'Use letters, digits, `.`, `_` and `-`.',
    example: 'timers: { "my backup": { every: 1h, run: ./backup.sh } }',
  },
  'bad-size': {
    summary: 'The value is not a size.',
    fix: 'Write a number with a unit, such as `10MB`.',
    example: 'every: 1h\nrun: ./backup.sh\noutput: { file: backup.log, max_size: 10 potatoes }',
  },
  'bad-variable': {
    summary: 'A `${…}` is neither `${NAME}` nor `${NAME:-default}`.',
    fix: 'Write one of them, or `$${` for a literal `${`.',
    example: 'every: 1h\nrun: ./backup.sh\ndescription: for ${1}',
  },
  'unset-variable': {
    summary: 'An environment variable is not set.',
    fix: 'Set it, or give it a default: `${NAME:-default}`.',
    example: 'every: 1h\nrun: ./backup.sh\nenv: { TARGET: "${TARGET}" }',
  },
  'bad-env-name': {
    summary: 'The text is not the name of an environment variable.',
    fix: 'Use letters, digits and `_`.',
    example: 'every: 1h\nrun: ./backup.sh\nenv: { "A=B": x }',
  },
  'bad-output': {
    summary: 'Two settings of `output` conflict, or one is missing.',
    fix: 'Write `output: {file: backup.log, max_size: 10MB}`.',
    example: 'every: 1h\nrun: ./backup.sh\noutput: { max_size: 10MB }',
  },
  'bad-address': {
    summary: 'The value is not a URL, an address with a port, or the path of a socket.',
    fix: 'Follow the example in the message.',
    example: 'http: nowhere\ntimers: { ping: { every: 1h, run: "true" } }',
  },
  'unknown-placeholder': {
    summary: 'A `{placeholder}` in an address or a body does not exist.',
    fix: 'Use one that the message lists.',
    example: 'every: 1h\nrun: ./backup.sh\nping: https://hc-ping.com/{task}',
  },
  'bad-url': {
    summary: 'The endpoint of `tracing` is not a URL.',
    fix: 'Write it like `http://localhost:4318`.',
    example: 'tracing: collector\ntimers: { ping: { every: 1h, run: "true" } }',
  },
  'bad-protocol': {
    summary: 'The environment sets the protocol `grpc` for traces, which `timers` does not support.',
    fix: 'Set `OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`.',
  },
  'bad-header': {
    summary: 'A header of `tracing` is not a valid HTTP header.',
    fix: 'Write names and values that HTTP allows.',
    example:
      'tracing: { endpoint: "http://localhost:4318", headers: { "a b": c } }\ntimers: { ping: { every: 1h, run: "true" } }',
  },
  'bad-server': {
    summary: 'The value is not a time server.',
    fix: 'Write a name or an address, with a port if it is not 123.',
    example: 'clock: { servers: ["a b"] }\ntimers: { ping: { every: 1h, run: "true" } }',
  },
  'missing-p50': {
    summary: 'A run time of `simulate --durations` has no `p50`.',
    fix: 'Write `{p50: 30s, p95: 5m}`, or one duration.',
  },
  'p95-below-p50': {
    summary: 'In a run time of `simulate --durations`, `p95` is shorter than `p50`.',
    fix: 'Swap them.',
  },
  'unknown-warning': {
    summary: '`ignore` names an unknown warning.',
    fix: 'Use a code of [Warnings](#warnings).',
    example: 'every: 1h\nrun: ./backup.sh\nignore: [dst]',
  },
  'unknown-timezone': {
    summary: 'The time zone does not exist.',
    fix: 'Use an IANA name, such as `Europe/Berlin`.',
    example: 'every: 1h\nrun: ./backup.sh\ntimezone: Berlin',
  },
  'unknown-user': {
    summary: 'The user does not exist on this machine.',
    fix: 'Use another name, or `uid:gid`.',
  },
  'unknown-group': {
    summary: 'The group of a user does not exist on this machine.',
    fix: 'Use another name, or `uid:gid`.',
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;
