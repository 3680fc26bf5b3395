import type { HintLevel, KeyLevel, KeyOf } from './schema.js';

type Key = { readonly [L in KeyLevel]: KeyOf<L> }[KeyLevel];

/**
 * The words of other programs for each key: cron, systemd, launchd, Kubernetes, GitHub Actions, Quartz, Airflow,
 * yacron, ofelia, node-cron, process managers and others.
 */
const WORDS: { readonly [K in Key]?: string } = {
  run:
    'args argv cmd command commands command_line shell_command job_command exec script task code call entry ' +
    'function program program_arguments exec_start on_tick job_class target',
  cron:
    'crontab expression schedule schedule_interval cron_expression cron_schedule cron_restart cron_time ' +
    'start_calendar_interval on_calendar calendars pattern',
  every:
    'frequency interval intervals period rate fixed_rate fixed_delay on_unit_active_sec on_unit_inactive_sec ' +
    'start_interval repeat_interval repeat_every',
  in: 'delay after on_boot_sec on_startup_sec on_active_sec countdown start_delay first_in',
  at: 'date datetime when time eta run_date run_at first_at next_run_time daily_at',
  timezone: 'tz cron_tz time_zone zone utc utc_offset',
  env: 'environment env_vars env_variables env_production variables path environment_variables',
  env_file: 'environment_file env_from dotenv',
  pass_env: 'pass_environment inherit_env',
  cwd: 'dir directory workdir work_dir working_dir working_directory chdir',
  user: 'uid username run_as run_as_user',
  description: 'comment title display_name summary documentation notes doc_md',
  tags: 'labels annotations categories',
  enabled:
    'active disabled suspend suspended paused autostart scheduled is_active schedule_enabled ' + 'execution_enabled',
  shell: 'interpreter',
  output:
    'stdout stderr log log_file log_path capture_stdout capture_stderr standard_output standard_error ' +
    'standard_out_path standard_error_path save_limit save_folder stdout_logfile stderr_logfile out_file ' +
    'error_file redirect_stderr merge_logs append_output_to send_output_to max_line_length stream_prefix',
  max_size: 'stdout_logfile_maxbytes stderr_logfile_maxbytes log_max_size max_log_size max_file_size',
  success_codes:
    'fails_when exit_codes success_exit_status expected_exit_codes allowed_exit_codes nonzero_return ' +
    'continue_on_error',
  overlap:
    'concurrency_policy concurrent max_instances no_overlap on_overlap overlapping overlap_policy ' +
    'allow_overlap prohibit_overlap without_overlapping max_active_runs max_parallel_runs parallel_runs max_concurrent_runs ' +
    'multiple_executions disallow_concurrent_execution disable_concurrent_builds singleton singleton_mode ' +
    'lock flock mutex protect serial wait_for_completion cancel_in_progress',
  group: 'concurrency_group queue semaphore',
  catch_up:
    'misfire misfire_grace_time misfire_threshold misfire_policy misfire_instruction persistent coalesce ' +
    'catchup catchup_window recover_missed_executions request_recovery run_missed ' +
    'run_if_missed bootrun',
  deadline: 'starting_deadline_seconds start_deadline start_deadline_seconds expires max_wait',
  jitter: 'random_delay random_sleep max_random_delay randomized_delay_sec randomized_offset_sec splay',
  not_before: 'start_date start_at start_time starts_at valid_from',
  not_after: 'end_date end_time ends_at stop_at expires_at valid_until until',
  max_runs: 'max_executions repeat_count limit_run_to repeat_times',
  timeout:
    'active_deadline_seconds execution_timeout execution_time_limit max_execution_time max_runtime ' +
    'max_run_time max_duration run_timeout command_timeout runtime_max_sec time_limit timeout_sec ' +
    'timeout_start_sec timeout_minutes soft_time_limit hard_time_limit start_to_close_timeout ' +
    'workflow_run_timeout dagrun_timeout lock_lifetime stop_after sla',
  kill_after:
    'grace grace_period kill_timeout kill_grace timeout_stop_sec timeout_abort_sec ' +
    'termination_grace_period_seconds stop_grace_period stop_wait_secs exit_time_out close_worker_after_ms',
  retry:
    'attempts retries retry_count retry_policy retry_interval retry_backoff ' +
    'retry_exponential_backoff max_retry_delay max_retries max_tries tries start_retries backoff ' +
    'backoff_limit exp_backoff_restart_delay restart restart_policy restart_delay max_restarts autorestart ' +
    'keep_alive throttle_interval pod_failure_policy',
  attempts: 'maximum_retries max_attempts',
  delay: 'initial_delay restart_sec',
  factor: 'backoff_multiplier multiplier restart_steps',
  max_delay: 'maximum_delay restart_max_delay_sec',
  not_on: 'restart_prevent_exit_status',
  on_failure: 'on_error on_permanent_failure on_failure_callback error_handler exec_stop_post',
  on_success: 'on_success_callback on_complete',
  breaker: 'start_limit_burst start_limit_interval_sec circuit_breaker pause_on_failure max_failures',
  timers: 'job jobs task_list tasks crons cronjobs schedules entries',
  concurrency: 'max_concurrency max_parallel workers',
  state: 'database db storage state_file data_dir',
  history:
    'successful_jobs_history_limit failed_jobs_history_limit ttl_seconds_after_finished keep_history ' +
    'retention remove_on_complete remove_on_fail',
  run_at_start:
    'run_at_load run_on_init run_on_start run_on_boot run_immediately immediate immediately start_immediately ' +
    'fire_on_start on_reboot',
  ping: 'ping_before then_ping healthcheck healthchecks healthchecks_url monitor monitoring',
  sentry: 'dsn sentry_dsn',
  url: 'uri',
  on: 'events restart_force_exit_status',
  notify:
    'notification notifications alert alerts email mail mailto mail_to report owner_email smtp_host ' +
    'email_on_failure email_on_retry email_output_to mail_only_on_error notify_on_error notify_on_failure ' +
    'notify_on_success',
  webhook: 'slack discord mattermost teams slack_webhook webhook_url',
  clock: 'ntp',
  servers: 'server pool',
  limit: 'threshold',
  http: 'web statsd prometheus prometheus_listen_address',
};

/** Words of other programs, with the keys they mean here. */
export const FOREIGN_WORDS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(WORDS).flatMap(([key, words]) => words.split(' ').map((word) => [word, key])),
);

/** Keys of other levels, and the keys of this level that they most likely mean: a `url` in `notify` is a webhook. */
export const MEANT_HERE: Readonly<Partial<Record<HintLevel, Readonly<Record<string, string>>>>> = {
  notify: { url: 'webhook' },
};

/** Words that mean a key of one map only. */
export const FOREIGN_WORDS_WITHIN: Readonly<Partial<Record<HintLevel, Readonly<Record<string, string>>>>> = {
  timer: { log: 'output' },
  defaults: { log: 'output' },
  log: {
    ...{ path: 'file', file_path: 'file', filename: 'file', log_file: 'file', destination: 'file', output: 'file' },
    ...{ size: 'max_size', maxsize: 'max_size', max_bytes: 'max_size', maxbytes: 'max_size', rotate_size: 'max_size' },
    ...{
      rotate: 'keep',
      backups: 'keep',
      max_backups: 'keep',
      backup_count: 'keep',
      max_files: 'keep',
      retain: 'keep',
    },
  },
  output: { path: 'file', file_path: 'file', filename: 'file', log_file: 'file', destination: 'file', to: 'file' },
  notify: { webhook_url: 'webhook', slack: 'webhook', command: 'run', cmd: 'run', exec: 'run' },
  http: { address: 'listen', host: 'listen', port: 'listen', bind: 'listen' },
  retry: { retries: 'attempts', max_retries: 'attempts', count: 'attempts', interval: 'delay', backoff: 'factor' },
};
