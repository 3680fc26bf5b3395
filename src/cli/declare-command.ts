import type { Command } from 'commander';
import { COMMAND_GROUPS, type CommandKind } from './command.js';

/** A command as declared on the command line, without its action. */
export interface Declared {
  readonly command: Command;
  readonly act: ReturnType<CommandKind['configure']>;
}

/** Adds a command to the program, with its help. */
export function declareCommand(program: Command, kind: CommandKind): Declared {
  const { name, group, summary, details, examples } = kind;
  const command = program
    .command(name)
    .summary(summary)
    .description(details === undefined ? `${summary}.` : `${summary}.\n\n${details}`)
    .helpGroup(`${COMMAND_GROUPS[group]}:`);
  const act = kind.configure(command);
  command
    .option('--no-color', 'Print without colors, like NO_COLOR')
    .addHelpText('after', `\nExamples:\n${examples.map(({ line, does }) => `  $ ${line}\n      ${does}`).join('\n')}`);
  return { command, act };
}
