import { Command, type Argument, type Option } from 'commander';
import { SAME_OPTIONS } from '../../src/cli/known-command.js';
import { COMMAND_GROUPS, type CommandKind } from '../../src/cli/command.js';
import { commandKinds } from '../../src/cli/commands/index.js';
import { declareCommand } from '../../src/cli/declare-command.js';
import { anchor, code, generatedFrom, paragraphs, sentence, table } from './markdown.js';

/** The options that every command has. */
const OF_EVERY_COMMAND = ['--no-color'];

/** The placeholders that several options accept. */
const VALUES: readonly (readonly [string, string])[] = [
  ['<path>', 'The path of a file. A relative path starts from the current folder.'],
  ['<zone>', 'An IANA time zone, such as `Europe/Berlin` or `UTC`.'],
  ['<time>', 'A [time](times.md#write-a-time), such as `2027-01-01 00:00`, `17:00`, `tomorrow` or `2h`.'],
  ['<duration>', 'A number with a unit, such as `30s`, `5m` or `1h30m`; at most 100 years.'],
  ['<n>', 'A whole number from 1 to 999,999,999.'],
  ['<id>', 'The id of a run, or its first characters.'],
];

/** Renders the page of all commands from their declarations. */
export const renderCommands = (): string =>
  `${paragraphs(
    generatedFrom('src/cli/commands'),
    '# Commands',
    `${code('timers COMMAND --help')} shows one of these entries in the terminal.
[Command line](command-line.md) lists the rules that all commands share.`,
    '## Find a command',
    ...groups(({ title, kinds }) =>
      paragraphs(
        `**${title}**`,
        table(
          ['command', 'what it does'],
          kinds.map(({ name, summary }) => [`[${code(`timers ${name}`)}](#${anchor(`timers ${name}`)})`, summary]),
        ),
      ),
    ),
    '## Options of every command',
    table(['option', 'meaning'], [...ofEveryCommand(commandKinds).map(optionRow), [code('-h, --help'), 'Show help.']]),
    `${code('timers --version')} prints the version.`,
    '## Other names of an option',
    'A command accepts each of its options under every name in its row.',
    table(
      ['option', 'also'],
      SAME_OPTIONS.map(([word = '', ...others]) => [code(word), others.map(code).join(', ')]),
    ),
    '## Values of options',
    table(
      ['placeholder', 'value'],
      VALUES.map(([value, takes]) => [code(value), takes]),
    ),
    ...groups(({ title, kinds }) => paragraphs(`## ${title}`, ...kinds.map(section))),
  )}\n`;

/** Calls `render` for each group that has commands, in the order of the help. */
function groups(render: (group: { title: string; kinds: readonly CommandKind[] }) => string): readonly string[] {
  return Object.entries(COMMAND_GROUPS).map(([group, title]) =>
    render({ title, kinds: commandKinds.filter((kind) => kind.group === group) }),
  );
}

const ofEveryCommand = ([first]: readonly CommandKind[]): readonly Option[] =>
  first === undefined ? [] : declared(first).options.filter(({ long }) => OF_EVERY_COMMAND.includes(long ?? ''));

/** Returns a command as declared on the command line. */
export const declared = (kind: CommandKind): Command => declareCommand(new Command('timers'), kind).command;

function section(kind: CommandKind): string {
  const { name, summary, details, examples, since } = kind;
  const command = declared(kind);
  const options = command.options.filter(({ long }) => !OF_EVERY_COMMAND.includes(long ?? ''));
  return paragraphs(
    `### ${code(`timers ${name}`)}`,
    `${summary}.${details === undefined ? '' : ` ${details}`}`,
    `\`\`\`sh\ntimers ${name} ${command.usage()}\n\`\`\``,
    command.registeredArguments.length === 0
      ? undefined
      : table(['argument', 'meaning'], command.registeredArguments.map(argumentRow)),
    table(['option', 'meaning'], options.map(optionRow)),
    'Examples:',
    `\`\`\`sh\n${examples.map(({ line, does }) => `# ${does}\n${line}`).join('\n')}\n\`\`\``,
    `Since: ${since}`,
  );
}

const argumentRow = (argument: Argument): readonly string[] => [
  code(argument.name()),
  `${sentence(argument.description)}${argument.required ? '' : ' Optional.'}`,
];

function optionRow({ flags, description, argChoices, defaultValue, presetArg }: Option): readonly string[] {
  const facts = [
    ...(argChoices === undefined ? [] : [`One of ${argChoices.map(code).join(', ')}.`]),
    ...(defaultValue === undefined ? [] : [`Default: ${code(String(defaultValue))}.`]),
    ...(presetArg === undefined ? [] : [`Without a value: ${code(presetArg as string)}.`]),
  ];
  return [code(flags), [sentence(description), ...facts].join(' ')];
}
