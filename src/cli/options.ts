import { InvalidArgumentError, Option, type Command } from 'commander';
import { hasPassword, stateFault } from '../domain/state-place.js';
import { UsageError } from './command.js';
import { sinkKinds, type LogFormat } from '../sinks/index.js';
import { LOG_LEVELS, type Level } from '../sinks/level.js';

export interface FileOption {
  readonly file?: string;
}

export interface JsonOption {
  readonly json?: true;
}

export interface LogOptions extends ZoneOption {
  readonly logFormat: 'auto' | LogFormat;
  readonly logLevel: Level;
}

export const withFile = (command: Command, flags = '-f, --file <path>'): Command =>
  command.option(flags, 'Timer file (default: the nearest one, from the current folder up)');

/** Adds `--json`. `what`: what the option prints, such as `one JSON object`. */
export const withJson = (command: Command, what: string): Command => command.option('--json', `Print ${what}`);

export const withLog = (command: Command): Command =>
  command
    .addOption(
      new Option('--log-format <format>', 'Log format; auto is pretty on a terminal, otherwise JSON')
        .choices(['auto', ...Object.keys(sinkKinds)])
        .default('auto'),
    )
    .addOption(new Option('--log-level <level>', 'Lowest level to log').choices(LOG_LEVELS).default('info'));

export interface ZoneOption {
  readonly timezone?: string;
}

export const withZone = (command: Command): Command =>
  command.option('--timezone <zone>', 'Time zone for times that you read and type (default: "timezone" in the file)');

export interface StateOption {
  readonly state?: string;
}

export const withState = (command: Command): Command =>
  command.option(
    '--state <path>',
    'State file or URL, or false for memory only (default: "state" in the file)',
    readState,
  );

const NO_PASSWORD_HERE =
  '--state: other users of this machine can read a password on the command line. Put it in a file, and name that file ' +
  'in the timer file: state: {url: "redis://db.example.org/0", password_file: ./password}';

/** Reads the value of `--state`. @throws UsageError for a URL with a password, which the message does not repeat. */
function readState(written: string): string {
  if (hasPassword(written)) throw new UsageError(NO_PASSWORD_HERE);
  const fault = stateFault(written);
  if (fault) throw new InvalidArgumentError(`${fault.message} ${fault.hint}`);
  return written;
}

/** Options of commands that show times of a file and its state. */
export interface ScreenOptions extends FileOption, StateOption, ZoneOption, JsonOption {}

/** Adds the options of commands that show times. `json`: what `--json` prints. */
export const withScreen = (command: Command, json: string): Command =>
  withJson(withZone(withState(withFile(command))), json);

export interface AdHocOptions extends ScreenOptions {
  readonly timeout?: string;
  readonly description?: string;
}

/** Adds what `in` and `at` accept after their time. */
export const withAdHoc = (command: Command): Command =>
  withScreen(command, 'one JSON object')
    .argument('<command...>', 'Command after --; a single word runs in the shell, several words run without one')
    .option('--timeout <duration>', 'Cancel the command after this time')
    .option('--description <text>', 'Text to show in status and list');
