/** What a column of the state file holds. Used only by the reference; a test compares it with a new state file. */
interface ColumnEntry {
  readonly type: 'integer' | 'text' | 'timestamp' | 'milliseconds' | 'boolean' | 'blob' | 'any';
  readonly summary: string;
}

interface TableEntry {
  readonly summary: string;
  readonly columns: Readonly<Record<string, ColumnEntry>>;
}

const column = (type: ColumnEntry['type'], summary: string): ColumnEntry => ({ type, summary });
const taskName = column('text', 'The name of the timer.');
const runId = column('text', 'The id of the run; null if the firing had none.');
const trigger = column('text', '`schedule`, `catch_up`, `manual` or `start`.');
const generation = column('integer', 'Distinguishes firings with the same scheduled time; usually 0.');
const scheduledFor = column('timestamp', 'When the firing was due.');

const node = column('text', 'The machine that ran the last attempt; null if only this machine runs timers.');

/** The columns that say how a firing ended, in the table and in the view. */
const ENDED = {
  status: column('text', 'The outcome: `success`, `failure`, `timeout`, `canceled`, `lost`, `skipped` or `missed`.'),
  reason: column('text', 'Why the firing was skipped or missed; null for other outcomes.'),
  count: column('integer', 'For `missed`, how many firings the row represents; null for one.'),
  attempts: column('integer', 'How many attempts were made.'),
  lateness_ms: column('milliseconds', 'Time from the scheduled instant to the first attempt.'),
  duration_ms: column('milliseconds', 'Time from the first attempt to the end of the run.'),
  cpu_ms: column('milliseconds', 'CPU time of all attempts; null if not measured.'),
  max_rss_bytes: column('integer', 'Peak resident memory of the largest process; null if not measured.'),
  exit_code: column('integer', 'The exit code of the command.'),
  signal: column('text', 'The signal that ended the command.'),
  error: column('text', 'What went wrong, as a sentence.'),
  fallback_status: column('text', 'How the fallback ended; null if none ran.'),
  fallback_error: column('text', 'What went wrong in the fallback, as a sentence.'),
  fallback_duration_ms: column('milliseconds', 'How long the fallback took; null if its end is unknown.'),
  fallback_output_tail: column('text', 'The last lines that the fallback printed.'),
  output_tail: column('text', 'The last lines that a failed run printed.'),
  node,
};

/** All tables and views of the state file. */
export const TABLES: Readonly<Record<string, TableEntry>> = {
  history: {
    summary: 'A view of all ended firings, latest first, with readable times. Query this one.',
    columns: {
      ended_at: column('text', 'When the firing ended, in UTC, such as `2026-11-23T02:00:00.000Z`.'),
      task_name: taskName,
      scheduled_at: column('text', 'When the firing was due, in UTC.'),
      trigger,
      firing_id: column('text', 'The id of the firing: `name@scheduled_at`.'),
      run_id: runId,
      first_scheduled_at: column('text', 'When the first of several missed firings was due, in UTC.'),
      ...ENDED,
    },
  },
  firings: {
    summary: 'All ended firings, numbered in the order in which they ended.',
    columns: {
      id: column('integer', 'The number of the row.'),
      ended_at: column('timestamp', 'When the firing ended.'),
      job_name: taskName,
      scheduled_for: scheduledFor,
      trigger,
      generation,
      run_id: runId,
      first_scheduled_for: column('timestamp', 'When the first of several missed firings was due.'),
      failures_in_a_row: column('integer', 'Failures since the last success, including this one.'),
      is_recovery: column('boolean', '1 for a success after a failure.'),
      ...ENDED,
    },
  },
  open_runs: {
    summary: 'Runs that have no outcome yet.',
    columns: {
      admission: column('integer', 'The order in which the runs were admitted.'),
      run_id: column('text', 'The id of the run.'),
      job_name: taskName,
      scheduled_for: scheduledFor,
      trigger,
      generation,
      attempts: column('integer', 'How many attempts have started.'),
      started_at: column('timestamp', 'When the first attempt started.'),
      lateness_ms: ENDED.lateness_ms,
      retry_at: column('timestamp', 'When the next attempt starts.'),
      pid: column('integer', 'The process id of the current attempt.'),
      decided: column('text', 'How the run will end, as JSON. Set when its fallback starts.'),
      node,
    },
  },
  failed_attempts: {
    summary: 'Failed attempts that were retried.',
    columns: {
      run_id: column('text', 'The id of the run.'),
      attempt: column('integer', 'The number of the attempt, from 1.'),
      at: column('timestamp', 'When the attempt failed.'),
      error: column('text', 'What went wrong, as a sentence.'),
      retry_in_ms: column('milliseconds', 'The pause before the next attempt.'),
      node: column('text', 'The machine that ran the attempt; null if only this machine runs timers.'),
    },
  },
  jobs: {
    summary: 'What the scheduler remembers about each timer.',
    columns: {
      name: taskName,
      fingerprint: column('text', 'Changes when the schedule of the timer changes.'),
      cursor: column('timestamp', 'All firings up to this time have been considered.'),
      generation,
      admitted: column('integer', 'The number of runs admitted, for `max_runs`.'),
      failures_in_a_row: column('integer', 'Failures since the last success.'),
      breaker: column('text', '`closed`, `half_open` or `open`.'),
      breaker_until: column('timestamp', 'When an open breaker allows the next run.'),
      breaker_cooldown_ms: column('milliseconds', 'The current cooldown of the breaker.'),
      paused: column('boolean', '1 while the timer is paused.'),
      paused_until: column('timestamp', 'When the pause ends; null if it has no end.'),
      pause_reason: column('text', 'The reason for the pause.'),
      previous_scheduled_for: column('timestamp', 'When the previous firing was due.'),
      last_success_at: column('timestamp', 'When the last successful run ended.'),
      last_status: column('text', 'The outcome of the last firing.'),
      last_finished_at: column('timestamp', 'When the last firing ended.'),
      definition: column('text', 'The definition of an ad-hoc timer, as JSON; null for a timer in the file.'),
    },
  },
  meta: {
    summary: 'Facts about the state itself, such as when its scheduler was last seen.',
    columns: { key: column('text', 'The name of the fact.'), value: column('any', 'The fact.') },
  },
  reserve: {
    summary: 'Space that is reserved for when the disk is full.',
    columns: { room: column('blob', 'Empty bytes.') },
  },
};
