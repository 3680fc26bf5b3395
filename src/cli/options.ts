import { InvalidArgumentError, Option, type Command } from 'commander';
import { stateFault } from '../domain/state-place.js';
import { LEVELS, type Level } from '../sinks/level.js';

export interface FileOption {
  readonly file?: string;
}

export interface JsonOption {
  readonly json?: true;
}

export interface LogOptions extends ZoneOption {
  readonly logFormat: 'auto' | 'json' | 'pretty';
  readonly logLevel: Level;
}

export const withFile = (command: Command, flags = '-f, --file <path>'): Command =>
  command.option(flags, 'the timer file; without it the nearest one from here upwards');

export const withJson = (command: Command, what: string): Command => command.option('--json', `print ${what} as JSON`);

export const withLog = (command: Command): Command =>
  command
    .addOption(
      new Option('--log-format <format>', 'auto is pretty on a terminal and JSON elsewhere')
        .choices(['auto', 'json', 'pretty'])
        .default('auto'),
    )
    .addOption(new Option('--log-level <level>', 'leave out what is less important').choices(LEVELS).default('info'));

export interface ZoneOption {
  readonly timezone?: string;
}

export const withZone = (command: Command): Command =>
  command.option('--timezone <zone>', 'show and read times in this zone; default: the file’s "timezone"');

export interface StateOption {
  readonly state?: string;
}

export const withState = (command: Command): Command =>
  command.option(
    '--state <path>',
    'where history and cursors live, false for memory only; wins over the file’s own "state"',
    readState,
  );

function readState(written: string): string {
  const fault = stateFault(written);
  if (fault) throw new InvalidArgumentError(`${fault.message} ${fault.hint}`);
  return written;
}

/** Of commands that show times of a file and its state. */
export interface ScreenOptions extends FileOption, StateOption, ZoneOption, JsonOption {}

/** `json` says what `--json` prints. */
export const withScreen = (command: Command, json: string): Command =>
  withJson(withZone(withState(withFile(command))), json);

export interface AdHocOptions extends FileOption, StateOption, JsonOption {
  readonly timeout?: string;
  readonly description?: string;
}

/** What `in` and `at` take behind their time. */
export const withAdHoc = (command: Command): Command =>
  withJson(withState(withFile(command)), 'one object')
    .argument('<command...>', 'behind --: one word is a text for the shell, several run without one; in this directory')
    .option('--timeout <duration>', 'end it then, as a timer’s timeout does')
    .option('--description <text>', 'shown in status and list');
