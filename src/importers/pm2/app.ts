import { DifferenceList } from '../difference-list.js';
import type { Fields } from '../fields.js';
import {
  javaScriptSchedule,
  JavaScriptCronError,
  readJavaScriptCron,
  type JavaScriptCron,
} from '../javascript-cron.js';
import type { Difference, ImportContext, ImportedTimer } from '../kind.js';
import { tellUnread } from '../unread-keys.js';
import { durationText, withoutMissing } from '../duration-text.js';
import { appCommand } from './command.js';

/** A timer, or the reason why there is none. */
export interface ReadApp {
  readonly timer?: ImportedTimer;
  readonly differences: readonly Difference[];
}

/** croner 4.1, which pm2 has used since 5.0: `L` is the last day of the month. */
const CRONER: JavaScriptCron = { isLenient: false, others: { dayOfMonth: /^L$/i } };

/** How long pm2 waits after its signal, in milliseconds. */
const KILL_TIMEOUT = 1600;

/** Reads one app, which is a timer if it has `cron_restart`. */
export function readApp(app: Fields, context: ImportContext): ReadApp {
  const differences = new DifferenceList();
  const { script, name, run } = appCommand(app, differences);
  const cron = cronOf(app, name, differences);
  if (cron === undefined || run === undefined) return { differences: differences.list() };
  const { keys, original } = javaScriptSchedule(cron, context.timezone, context);
  const user = userOf(app);
  const timer = {
    name,
    place: { file: app.file, line: app.line },
    keys: {
      ...keys,
      ...(app.flag('autostart') !== false && { run_at_start: true }),
      overlap: 'replace',
      run,
      ...withoutMissing({ cwd: app.text('cwd'), env: envOf(app, script), user }),
      kill_after: durationText(app.number('kill_timeout') ?? KILL_TIMEOUT),
    },
    ...withoutMissing({ original }),
    whenDifferent: 'pm2 starts nothing at local times that a clock change skips or repeats.',
  };
  tellRestarts(app, differences);
  tellLeftOut(app, differences);
  return { timer: { ...timer, differences: differences.list() }, differences: [] };
}

function cronOf(app: Fields, name: string, differences: DifferenceList): string | undefined {
  const key = app.has('cron_restart') ? 'cron_restart' : 'cron';
  const text = app.text(key)?.trim() ?? '';
  if (text === '' || text === '0') {
    const message = `${name} is left out: without cron_restart, pm2 only keeps it running.`;
    differences.error(app, message, 'Keep it in pm2, or in the service manager of this machine.');
    return undefined;
  }
  try {
    return readJavaScriptCron(text, CRONER);
  } catch (error) {
    if (!(error instanceof JavaScriptCronError)) throw error;
    const isNow = text.includes('?') ? ' pm2 replaces ? with the time at which it starts.' : '';
    const message = `${name} is left out: its expression "${text}" can't be carried over. ${error.message}${isNow}`;
    differences.error(app.place(key), message);
    return undefined;
  }
}

function envOf(app: Fields, script: string): Readonly<Record<string, string>> | undefined {
  const port = app.text('port');
  const all = {
    ...(script.endsWith('.py') && { PYTHONUNBUFFERED: '1' }),
    ...app.textMap('env'),
    ...(port !== undefined && { PORT: port }),
  };
  return Object.keys(all).length === 0 ? undefined : all;
}

function userOf(app: Fields): string | undefined {
  const [user, group] = [app.text('uid') ?? app.text('user'), app.text('gid')];
  return user !== undefined && group !== undefined ? `${user}:${group}` : user;
}

/** Reports what pm2 does differently when the command exits, and when it is due again. */
function tellRestarts(app: Fields, differences: DifferenceList): void {
  differences.note(app, 'pm2 ends a running command with SIGINT. Here it gets SIGTERM.');
  if (app.flag('autorestart') === false) return;
  const message = 'pm2 starts the app again whenever it exits. Here it starts only at its times.';
  const hint = 'Keep a server in pm2. A job has autorestart: false there.';
  differences.warning(app.place(app.has('autorestart') ? 'autorestart' : 'cron_restart'), message, hint);
}

/** Keys for how pm2 shows, restarts or logs an app. They have no meaning for a timer. */
const WITHOUT_MEANING = [
  ...[
    'version',
    'namespace',
    'vizion',
    'treekill',
    'time',
    'log_date_format',
    'log_type',
    'merge_logs',
    'combine_logs',
  ],
  ...['pmx', 'automation', 'trace', 'disable_trace', 'source_map_support', 'disable_source_map_support', 'min_uptime'],
  ...[
    'max_restarts',
    'restart_delay',
    'exp_backoff_restart_delay',
    'listen_timeout',
    'wait_ready',
    'exec_mode',
    'force',
  ],
  ...['pid_file', 'windowsHide', 'ignore_watch', 'watch_options', 'watch_delay', 'append_env_to_name', 'instance_var'],
];

const LOG_FILES = ['out_file', 'output', 'out', 'error_file', 'error', 'err_file', 'log_file', 'log', 'disable_logs'];

function tellLeftOut(app: Fields, differences: DifferenceList): void {
  app.ignore(...WITHOUT_MEANING);
  const [logFile] = LOG_FILES.filter((key) => app.has(key));
  app.ignore(...LOG_FILES);
  if (logFile !== undefined) {
    const message = 'The log files are left out: output goes to the log of timers.';
    differences.warning(app.place(logFile), message, 'timers logs shows the output of one timer.');
  }
  if (app.has('instances') && app.number('instances') !== 1) {
    differences.warning(app.place('instances'), 'instances is left out: a timer runs one command.');
  }
  if (app.has('watch') && app.flag('watch') !== false)
    differences.warning(app.place('watch'), 'watch is left out: a timer starts at its times.');
  tellUnread(app, differences);
}
