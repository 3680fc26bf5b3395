import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { withoutLongParts } from '../text/quoted.js';
import { visible } from '../text/visible.js';
import type { KnownCommand } from './known-command.js';
import { normalizeArguments } from './normalize-argv.js';
import { withWay } from './stray-words.js';
import { commandKinds } from './commands/index.js';
import { UsageError, type CommandKind } from './command.js';
import type { FileOption } from './options.js';
import { withTimers } from './timers-to-name.js';
import { declareCommand } from './declare-command.js';
import { openTerminal, type TerminalProcess } from './terminal.js';
import { systemReason } from '../system/system-reason.js';
import { version } from '../version.js';

const [FAILED, WRONG_USAGE] = [1, 2];

/** The process that a command line runs in. */
export interface CommandProcess extends TerminalProcess {
  /** Ends the process, even if something would keep it alive. */
  readonly exit: (code: number) => void;
}

/** The execution of a command line, with the exit code of its command. */
interface Execution {
  readonly process: CommandProcess;
  exitCode: number;
  /** Why standard output could not be written. Node forgets the error of its own stream. */
  unwritten?: Error;
}

function addCommand(program: Command, kind: CommandKind, execution: Execution): void {
  const { command, act } = declareCommand(program, kind);
  const { exit } = execution.process;
  command.action(async () => {
    const isPlain = !command.opts<{ color: boolean }>().color;
    const terminal = openTerminal(isPlain, execution.process);
    const { whenUnread } = kind;
    if (whenUnread !== undefined) void terminal.unread.then(() => exit(codeOf(whenUnread, execution)));
    execution.exitCode = await act(terminal, command.processedArgs);
    if (kind.hasFlushed) exit(execution.exitCode);
  });
}

/**
 * Returns an exit code, or that of a failure if the output could not be written. Then it says why. That a reader exits
 * early (`| head -1`) is not a failure.
 */
function codeOf(exitCode: number, { process: { stdout, stderr }, unwritten }: Execution): number {
  const error: NodeJS.ErrnoException | null | undefined = unwritten ?? stdout.errored;
  if (!error || error.code === 'EPIPE') return exitCode;
  stderr.write(`timers: the output cannot be written: ${systemReason(error)}\n`);
  return exitCode === 0 ? FAILED : exitCode;
}

const widthOf = ({ isTTY, columns }: TerminalProcess['stdout']): number => (isTTY === true && columns) || 80;

/**
 * Declares only the command that the first word names, because declaring all takes a few milliseconds. Without such a
 * command, declares all.
 */
function createProgram(word: string | undefined, execution: Execution): Command {
  const { stdout, stderr } = execution.process;
  const program = new Command('timers')
    .description('Runs the timers in a YAML file on schedule and reports every outcome.')
    .version(version, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Show help')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .commandsGroup('Get help:')
    .helpCommand('help [command]', 'Show help for a command')
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => widthOf(stdout),
      getErrHelpWidth: () => widthOf(stderr),
      outputError: () => undefined,
    })
    .addHelpText('after', '\nFirst steps:\n  $ timers init && timers validate && timers start');
  const named = commandKinds.find(({ name }) => name === word);
  for (const kind of named ? [named] : commandKinds) addCommand(program, kind, execution);
  for (const command of [program, ...program.commands]) command.exitOverride();
  return program;
}

const commandsOf = (program: Command): readonly KnownCommand[] =>
  program.commands.map((command) => ({
    name: command.name(),
    options: command.options,
    most: command.registeredArguments.some(({ variadic }) => variadic) ? Infinity : command.registeredArguments.length,
  }));

/**
 * Makes an error of Commander safe to print: it repeats what was typed. Commander's suggestion is on a separate line.
 */
const visibleError = (text: string): string =>
  text
    .split(/\n(?=\(Did you mean )/)
    .map((line) => withoutLongParts(visible(line)))
    .join('\n');

/** Runs a command line, which is what follows the name of the program. Returns the exit code. */
export async function runCommandLine(args: readonly string[], process: CommandProcess): Promise<number> {
  const { stdout, stderr, cwd } = process;
  const execution: Execution = { process, exitCode: 0 };
  stdout.on('error', (error) => (execution.unwritten ??= error));
  const program = createProgram(args[0], execution);
  if (args.length === 0) {
    program.outputHelp({ error: true });
    return WRONG_USAGE;
  }
  const commands = commandsOf(program);
  let words: readonly string[] = [];
  try {
    words = normalizeArguments(args, commands, (path) => existsSync(resolve(cwd(), path)));
    await program.parseAsync(words, { from: 'user' });
    return codeOf(execution.exitCode, execution);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return codeOf(0, execution);
    const called = program.commands.find((command) => command.name() === words[0]);
    stderr.write(`${await describeError(error, { words, commands, called, cwd })}\n`);
    return WRONG_USAGE;
  }
}

/** Adds a description of the missing argument, and calls a wrong one unknown. */
function withMeaning(text: string, called: Command | undefined): string {
  const message = text.replace(/command-argument value ('.*') is invalid for argument '.*'\./, '$1 is unknown.');
  const name = /^error: missing required argument '(.*)'$/.exec(message)?.[1];
  const argument = called?.registeredArguments.find((one) => one.name() === name);
  return argument === undefined ? message : `${message}: ${argument.description}`;
}

interface Line {
  readonly words: readonly string[];
  readonly commands: readonly KnownCommand[];
  readonly called: Command | undefined;
  readonly cwd: CommandProcess['cwd'];
}

/** Describes what is wrong with a command line, and what to write instead. @throws any other error */
async function describeError(error: unknown, { words, commands, called, cwd }: Line): Promise<string> {
  const { file } = called?.opts<FileOption>() ?? {};
  const say = async (message: string) => visibleError(await withTimers(message, file, cwd));
  if (error instanceof UsageError) return `error: ${await say(withWay(error.message, words, commands))}`;
  if (!(error instanceof CommanderError)) throw error;
  return `${await say(withMeaning(error.message, called))}\n(see ${called === undefined ? 'timers' : `timers ${called.name()}`} --help)`;
}
