import { existsSync } from 'node:fs';
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
import { exitDespiteFiles } from './exit-process.js';
import { openTerminal } from './terminal.js';
import { version } from '../version.js';

const FAILED = 1;
const WRONG_USAGE = 2;

let exitCode = 0;

function addCommand(program: Command, kind: CommandKind): void {
  const { command, act } = declareCommand(program, kind);
  command.action(async () => {
    const isPlain = !command.opts<{ color: boolean }>().color;
    const terminal = openTerminal(isPlain);
    const { whenUnread } = kind;
    if (whenUnread !== undefined) void terminal.unread.then(() => exitDespiteFiles(whenUnread));
    exitCode = await act(terminal, command.processedArgs);
    if (kind.hasFlushed) void exitDespiteFiles(exitCode);
  });
}

/** Declares only the command that the first word names, otherwise all, because that takes a few milliseconds. */
function createProgram(word: string | undefined): Command {
  const program = new Command('timers')
    .description('Runs the timers in a YAML file on schedule and reports every outcome.')
    .version(version, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Show help')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .commandsGroup('Get help:')
    .helpCommand('help [command]', 'Show help for a command')
    .configureOutput({ outputError: () => undefined })
    .addHelpText('after', '\nFirst steps:\n  $ timers init && timers validate && timers start');
  const named = commandKinds.find(({ name }) => name === word);
  for (const kind of named ? [named] : commandKinds) addCommand(program, kind);
  for (const command of [program, ...program.commands]) command.exitOverride();
  return program;
}

const commandsOf = (program: Command): readonly KnownCommand[] =>
  program.commands.map((command) => ({
    name: command.name(),
    options: command.options,
    most: command.registeredArguments.some(({ variadic }) => variadic) ? Infinity : command.registeredArguments.length,
  }));

/** Commander repeats what was typed; its own suggestion is on a separate line. */
const visibleError = (text: string): string =>
  text
    .split(/\n(?=\(Did you mean )/)
    .map((line) => withoutLongParts(visible(line)))
    .join('\n');

async function main(argv: readonly string[]): Promise<number> {
  // The reader of the help may exit early (`| head -1`).
  process.stdout.on('error', () => undefined);
  const program = createProgram(argv[2]);
  if (argv.length === 2) {
    program.outputHelp({ error: true });
    return WRONG_USAGE;
  }
  const commands = commandsOf(program);
  let words: readonly string[] = [];
  try {
    words = normalizeArguments(argv.slice(2), commands, existsSync);
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const called = program.commands.find((command) => command.name() === words[0]);
    process.stderr.write(`${await describeError(error, { words, commands, called })}\n`);
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
}

/** What is wrong with a command line, and what to write instead. @throws any other error */
async function describeError(error: unknown, { words, commands, called }: Line): Promise<string> {
  const { file } = called?.opts<FileOption>() ?? {};
  const say = async (message: string) => visibleError(await withTimers(message, file));
  if (error instanceof UsageError) return `error: ${await say(withWay(error.message, words, commands))}`;
  if (!(error instanceof CommanderError)) throw error;
  return `${await say(withMeaning(error.message, called))}\n(see ${called === undefined ? 'timers' : `timers ${called.name()}`} --help)`;
}

/**
 * Ends the process once standard output has accepted everything. The process would not end by itself: a stalled log
 * must not keep the program running.
 */
function exit(code: number): void {
  if (process.stdout.writableLength === 0) void exitDespiteFiles(code);
  process.stdout.once('drain', () => void exitDespiteFiles(code));
  process.stdout.once('close', () => void exitDespiteFiles(code));
}

/** What is wrong with the surroundings of the program, if no command can report it. */
function reasonOf({ code, syscall }: NodeJS.ErrnoException): string | undefined {
  // Parts of the program are loaded later, which needs a free file descriptor.
  if (code === 'EMFILE' || code === 'ENFILE')
    return 'too many files are open. Raise the limit, for example: ulimit -n 1024';
  if (syscall === 'uv_cwd') return 'the current folder does not exist anymore. Change to another one, for example: cd';
  return undefined;
}

function fail(error: unknown): never {
  const said = error instanceof Error && 'code' in error && reasonOf(error as NodeJS.ErrnoException);
  if (said) {
    process.stderr.write(`timers: ${said}\n`);
    process.exit(FAILED);
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`timers: internal error, please report it: ${stack.split('\n').map(visible).join('\n')}\n`);
  process.exit(FAILED);
}

main(process.argv).then(exit, fail);
