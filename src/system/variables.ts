/** What an environment variable means. Used only by the reference; a test compares it with the sources. */
type Entries = Readonly<Record<string, string>>;

/** Variables that `timers` reads. */
export const READ_VARIABLES: Entries = {
  HOME: 'The home directory, for `~` and the folder of the state. Default: the home directory of the account.',
  XDG_STATE_HOME: 'The folder of the state. Default: `~/.local/state`.',
  XDG_RUNTIME_DIR: 'The folder for the control socket and for the pipes of command output.',
  TMPDIR: 'A folder for the control socket if the others cannot hold it. Default: `/tmp`.',
  TZ: 'The system time zone: the default of `timezone`.',
  LC_ALL: 'Decides, with `LC_CTYPE` and `LANG`, whether the terminal shows UTF-8.',
  LC_CTYPE: 'Used if `LC_ALL` is not set.',
  LANG: 'Used if neither `LC_ALL` nor `LC_CTYPE` is set.',
  NOTIFY_SOCKET:
    'The socket of the [service manager](../guide/containers-and-services.md#run-under-systemd). Commands do not get it.',
  WATCHDOG_USEC: 'How often the service manager expects a keep-alive, in microseconds. Commands do not get it.',
  WATCHDOG_PID: 'The process that `WATCHDOG_USEC` is for. Commands do not get it.',
  TERM: '`dumb` means a terminal that `timers top` cannot draw on.',
  NO_COLOR: 'With any value, colors are not printed.',
  FORCE_COLOR: 'Prints colors even without a terminal; with `0` or `false`, prints none.',
  NODE_OPTIONS: 'Options for Node. `timers` closes an inspector unless they request one.',
  HTTP_PROXY: 'The [proxy](proxies.md) of `http:` addresses. Also in lowercase.',
  HTTPS_PROXY: 'The proxy of `https:` addresses. Also in lowercase.',
  NO_PROXY: 'Hosts to reach without a proxy. Also in lowercase.',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'The collector of `tracing`. Default: `http://localhost:4318`.',
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'The complete address for traces. Overrides `OTEL_EXPORTER_OTLP_ENDPOINT`.',
  OTEL_EXPORTER_OTLP_HEADERS: 'Headers of each request to the collector, in addition to those of `tracing`.',
  OTEL_SERVICE_NAME: 'The name of the service, unless `tracing` has `service_name`.',
  OTEL_EXPORTER_OTLP_PROTOCOL: '`http/protobuf` is the only protocol.',
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'The protocol for traces. Overrides `OTEL_EXPORTER_OTLP_PROTOCOL`.',
};

const ofRun: Entries = {
  TIMERS_TASK_NAME: 'The name of the timer.',
  TIMERS_RUN_ID: 'The id of the run.',
  TIMERS_FIRING_ID: 'The id of the firing: `name@scheduled_at`.',
  TIMERS_SCHEDULED_AT: 'When the firing was due.',
  TIMERS_TRIGGER: '`schedule`, `catch_up`, `manual` or `start`.',
};

/** Variables that `timers` sets, by what gets them. */
export const SET_VARIABLES: Readonly<Record<string, Entries>> = {
  'Commands of timers': {
    ...ofRun,
    TIMERS_ATTEMPT: 'The number of the attempt, from 1.',
    TIMERS_FALLBACK: 'Why the `fallback` runs: `failure`, `timeout` or `breaker_open`; empty for `run`.',
    TIMERS_PREVIOUS_SCHEDULED_AT: 'When the previous firing was due; empty for none.',
    TIMERS_LAST_SUCCESS_AT: 'When the last successful run ended; empty for none.',
    TIMERS_FENCE: 'On a shared state: a number that rises with every takeover.',
    TIMERS_NODE: 'On a shared state: the name of the machine.',
    TRACEPARENT: 'With `tracing`: the span of the attempt, in the W3C Trace Context format.',
  },
  'Commands of `fallback` as well': {
    TIMERS_ATTEMPTS: 'The number of attempts before it.',
    TIMERS_EXIT_CODE: 'The exit code of the last attempt; empty for none.',
    TIMERS_SIGNAL: 'The signal that ended the last attempt; empty for none.',
  },
  'Hooks and commands of `notify`': {
    ...ofRun,
    TIMERS_HOOK: 'The hook, such as `on_failure`.',
    TIMERS_NOTIFICATION: 'What changed, for commands of `notify`.',
    TIMERS_TEXT: 'The notification in a sentence, for commands of `notify`.',
    TIMERS_STATUS: 'The outcome.',
    TIMERS_EXIT_CODE: 'The exit code; empty for none.',
    TIMERS_SIGNAL: 'The signal that ended the command; empty for none.',
    TIMERS_DURATION_MS: 'The duration in milliseconds.',
    TIMERS_ATTEMPTS: 'The number of attempts.',
    TIMERS_LATENESS_MS: 'The time from the scheduled instant to the first attempt, in milliseconds.',
    TIMERS_FAILURES_IN_A_ROW: 'Failures since the last success.',
    TIMERS_FALLBACK_STATUS: 'How the `fallback` ended; empty if it did not run.',
    TIMERS_ERROR: 'What went wrong; at most 20,000 bytes.',
    TIMERS_OUTPUT_TAIL: 'The end of the output; at most 20,000 bytes.',
  },
  'Commands of `heartbeat`': {
    TIMERS_TIMERS: 'The number of timers.',
    TIMERS_RUNNING: 'The number of active runs.',
    TIMERS_FAILING: 'The number of timers whose last run failed.',
    TIMERS_PAUSED: 'The number of paused timers.',
    TIMERS_LAST_FIRING_AT: 'When the last firing was; empty for none.',
    TIMERS_HEARTBEAT: 'All of this as JSON.',
  },
};
