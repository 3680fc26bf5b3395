/**
 * What a verb does, accepts and returns. Only the reference contains these texts: the program imports just the types.
 */
interface VerbEntry {
  readonly summary: string;
  readonly args: Readonly<Record<string, string>>;
  readonly returns: string;
}

const expires = { expires_at: 'Unix time in milliseconds, after which the verb is rejected.' };
const kept = '`keeping` says whether the change is recorded.';
const names = {
  names: 'A list of timers.',
  all: '`true` for every timer, instead of `names`.',
};

/** Every verb of the control socket. */
export const VERBS = {
  status: {
    summary: 'Returns the status of the scheduler and its timers.',
    args: {
      recent: 'The number of recent outcomes to return for each timer. Default: 0.',
      since: 'The `revision` of an earlier response. Only timers that changed since are returned.',
      ...expires,
    },
    returns:
      'The object that `timers status --json` prints, with its `revision` and without `troubles`: those are the `reasons` of `health`. `partial` is true if it lists only changed timers.',
  },
  health: {
    summary: 'Returns whether the scheduler is healthy.',
    args: { question: '`ready` or `alive`. Default: `ready`.', ...expires },
    returns: '`ok`, `reasons`, `pid`, and on a shared state `role`: `active` or `standby`.',
  },
  logs: {
    summary: 'Sends recent events, then new ones as they occur.',
    args: {
      task_name: 'Only events of this timer.',
      run_id: 'Only events of this run.',
      since: 'Unix time in milliseconds: only events from that time on.',
      until: 'Unix time in milliseconds: only events up to that time.',
      last: 'Only the latest N events.',
      follow: '`true` to send new events too.',
    },
    returns:
      'An empty object, then one reply with `event` per event, `dropped` where events were lost, and finally `end`.',
  },
  events: {
    summary: 'Returns recent events in portions. On a shared state, the active machine returns them.',
    args: {
      task_name: 'Only events of this timer.',
      run_id: 'Only events of this run.',
      since: 'Unix time in milliseconds: only events from that time on.',
      until: 'Unix time in milliseconds: only events up to that time.',
      last: 'Only the latest N events.',
      after: 'The `position` that the previous portion returned.',
      ...expires,
    },
    returns:
      '`events`, `dropped` (how many events before them were lost), `position`, `is_more`, and `node` (the name of the machine, or null).',
  },
  add: {
    summary: 'Adds an ad-hoc timer.',
    args: {
      in_ms: 'A delay in milliseconds.',
      at: 'A time, instead of `in_ms`.',
      timezone: 'The time zone of `at`.',
      run: 'The command: a string, or a list of program and arguments. At most 32 KiB.',
      cwd: 'The working folder, as an absolute path. Default: the folder of the timer file.',
      timeout_ms: 'The timeout in milliseconds.',
      description: 'A description to show.',
      ...expires,
    },
    returns: `\`task_name\`, \`scheduled_at\`, \`command\` and \`cwd\`. ${kept}`,
  },
  trigger: {
    summary: 'Fires a timer now.',
    args: { name: 'The timer.', overlap: '`skip`, `queue`, `allow` or `replace`.', ...expires },
    returns: `\`firing_id\`, \`scheduled_at\`, and the \`state\` of its run, as in \`status\`. ${kept}`,
  },
  pause: {
    summary: 'Pauses timers.',
    args: {
      ...names,
      for_ms: 'The length of the pause in milliseconds. Default: no end.',
      until: 'The end of the pause, instead of `for_ms`: Unix time in milliseconds.',
      reason: 'A reason to show.',
      ...expires,
    },
    returns: `\`names\` and \`until\`. ${kept}`,
  },
  resume: {
    summary: 'Resumes timers.',
    args: { ...names, ...expires },
    returns: `\`names\`, and \`not_paused\`: those that were not paused. ${kept}`,
  },
  cancel: {
    summary: 'Cancels the runs of a timer, one run, or a pending ad-hoc timer.',
    args: { target: 'A timer, or the start of the id of a run.', ...expires },
    returns: `\`task_name\`, \`run_id\` for a single run, \`canceled\` (the number of runs) and \`removed\`. ${kept}`,
  },
  reset: {
    summary: 'Restarts the delay or interval of a timer now, and closes its breaker.',
    args: { name: 'The timer.', in_ms: 'A delay in milliseconds that replaces its own.', ...expires },
    returns: `\`next_at\`, \`starts_at\` (with jitter) and \`breaker_closed\`. ${kept}`,
  },
  reload: {
    summary: 'Reloads the timer file.',
    args: {
      dry_run: '`true` to return the changes without making them.',
      file: 'With `dry_run`: the absolute path of another file to compare.',
      ...expires,
    },
    returns: `The object that \`timers reload --json\` prints. ${kept}`,
  },
  taken: {
    summary: 'Returns the loaded timers, for commands that cannot read the timer file.',
    args: { ...expires },
    returns: '`timezone`, `state`, `started_at` and `timers`. Each timer has `task_name` and its schedule keys.',
  },
  stop: {
    summary: 'Stops the scheduler.',
    args: { drain: '`true` to wait for active runs.', ...expires },
    returns: 'An empty object, then a reply with `end` when the scheduler has stopped.',
  },
} as const satisfies Readonly<Record<string, VerbEntry>>;

/** Why a request was rejected, by error code. */
export const REFUSALS = {
  bad_request: 'The line is not a request, or is longer than 64 KiB.',
  unsupported_version: '`v` is not 1.',
  unknown_verb: 'The verb is unknown.',
  bad_argument: 'An argument is missing or has a wrong value.',
  unknown_timer: 'The timer is unknown.',
  unknown_run: 'No active run has this id, or several do.',
  unavailable: 'This machine stands by, and the active machine did not reply.',
  nothing_to_reset: 'The timer has no delay or interval to restart, and its breaker is closed.',
  skipped: 'The overlap rule skipped the firing.',
  stopping: 'The scheduler is stopping.',
  expired: '`expires_at` has passed.',
  busy: 'The scheduler has too many clients, or clients that do not read.',
  idle: 'No request came in time.',
  unread: 'The client has not read its replies for a minute.',
  internal: 'A bug in `timers`.',
} as const;

export type VerbName = keyof typeof VERBS;
export type RefusalCode = keyof typeof REFUSALS;

export const isRefusalCode = (code: string): code is RefusalCode => Object.hasOwn(REFUSALS, code);
