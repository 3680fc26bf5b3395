const GROUP = 'The Unix group follows the user: write user: NAME:GROUP.';
const LIMIT = 'timers sets no limits for a command. Set them in the command: run: nice -n 10 …';
const ALONE = 'Timers do not wait for each other. Run both commands in one timer: run: first && second';
const CHAIN = 'A timer has one command: run: first && second';
const NO_IMAGE = 'Commands run on this machine, not in an image. Write the command under run.';
const ONE_RUN = 'A firing starts one run. The overlap key decides whether runs of a timer overlap.';
const ARGUMENTS = 'Write it in the command, or as a variable under env.';
const NAME = 'The name of a timer is its key under timers.';
const HERE = 'Remove it: a command runs on this machine.';
const CONDITION = 'Check it in the command: run: test -e FILE && …';
const AT_TIMES = 'A timer fires only at its scheduled times. timers trigger starts a run at any other time.';
const CONFINED = 'timers does not sandbox commands. Use another program: run: systemd-run --pipe --wait …';
const ENDS = 'Remove it: a run ends when its command ends.';
const LOG = 'Remove it: use the options --log-level and --log-format of timers start.';
const SIGTERM = 'timers ends a command with SIGTERM, then with SIGKILL after kill_after.';

/**
 * Words of other programs that look like a key here, or like a word in `FOREIGN_WORDS`, but mean something else. The
 * spelling must match exactly.
 */
export const FALSE_FRIENDS: Readonly<Record<string, string>> = {
  Group: GROUP,
  After: ALONE,
};

const all = (words: string, hint: string): Readonly<Record<string, string>> =>
  Object.fromEntries(words.split(' ').map((word) => [word, hint]));

/** Words of other programs that have no equivalent here, with the alternative. */
export const WORDS_WITHOUT_KEY: Readonly<Record<string, string>> = {
  version: 'Remove it: a timer file has no version.',
  api_version: 'Remove it. The file begins with timers:.',
  kind: 'Remove it. The file begins with timers:.',
  metadata: `Remove it. ${NAME}`,
  spec: 'Remove it. The keys of a timer are directly under its name.',
  services: 'Write timers:, and under the name of each timer its schedule and its command.',
  name: `${NAME} The name of a machine belongs under state.`,
  ...all('id label job_id job_name run_name process_name dag_id', NAME),
  ...all(
    'image entrypoint container containers template job_template volumes volume_mounts security_context ' +
      'service_account_name image_pull_policy image_pull_secrets volume',
    NO_IMAGE,
  ),
  uses: 'Write the command under run.',
  ...all('group_name run_as_group fs_group supplementary_groups', GROUP),
  ...all(
    'nice memory_max memory_high cpu_quota cpu_weight limit_nofile io_scheduling_class oom_score_adjust ' +
      'resources memory cpu max_memory_restart priority cpu_scheduling_policy tasks_max priority_weight ' +
      'priority_class_name',
    LIMIT,
  ),
  umask: 'A command inherits the umask of the scheduler. Set it in the command: run: umask 022; …',
  ...all(
    'before requires wants wanted_by depends_on depends_on_past needs parent_job trigger_rule ' + 'wait_for_downstream',
    ALONE,
  ),
  ...all(
    'exec_start_pre exec_start_post exec_condition condition_path_exists steps before_script after_script ' +
      'pre post init_containers',
    CHAIN,
  ),
  ...all('completions parallelism numprocs instances', ONE_RUN),
  ...all('kill_signal stop_signal kill_mode exec_stop', SIGTERM),
  accuracy_sec: 'Remove it: timers fire on time.',
  fixed_random_delay: 'Remove it: jitter is the same at every firing.',
  wake_system: 'timers cannot wake the machine. To run firings missed during sleep, set catch_up.',
  unit: 'Write the command under run.',
  include: 'A timer file cannot include others. Start one scheduler per file, or merge the files first.',
  home: 'Write it under env.',
  ...all('kwargs options params parameters with matrix strategy job_data_map user_data input', ARGUMENTS),
  ...all('runs_on permissions namespace node_selector affinity tolerations network host_network privileged', HERE),
  ...all('if only_if condition start_hours_range', CONDITION),
  ...all('watch watch_paths path_changed on_clock_change on_timezone_change triggers', AT_TIMES),
  ...all('private_tmp protect_system protect_home no_new_privileges dynamic_user capability_bounding_set', CONFINED),
  ...all('type remain_after_exit', ENDS),
  ...all('logging log_level log_format syslog_identifier', LOG),
  ...all('stdin standard_input', 'The standard input of a command is empty. Write run: command < FILE'),
  hooks: 'Write on_failure, on_success and on_recovery in the timer.',
  owner: 'Write it under description or tags.',
  has_seconds: 'Remove it: a cron expression of six fields begins with seconds.',
};
