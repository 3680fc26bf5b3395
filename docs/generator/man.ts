import type { Argument, Option } from 'commander';
import { EXIT_CODES } from '../../src/cli/exit-code-entries.js';
import { COMMAND_GROUPS, type CommandKind } from '../../src/cli/command.js';
import { commandKinds } from '../../src/cli/commands/index.js';
import { READ_VARIABLES } from '../../src/system/variables.js';
import { version } from '../../src/version.js';
import { declared } from './commands.js';

/** Renders timers(1) in the format of man(7), from the entries of the help. */
export const renderManPage = (): string =>
  `${[
    '.\\" Written by `npm run docs` from src/cli. Do not edit this page.',
    `.TH TIMERS 1 "" "timers ${version}" "User Commands"`,
    '.SH NAME',
    'timers \\- run the timers of one YAML file on time',
    '.SH SYNOPSIS',
    '.B timers',
    '.RI [ options ]',
    '.I command',
    '.RI [ arguments ]',
    '.SH DESCRIPTION',
    text('`timers start` runs the commands of a timer file on time, and records exactly one outcome for each firing.'),
    text('The other commands look ahead, look back and control the running scheduler.'),
    '.PP',
    text('A command uses the timer file of --file, or the nearest one from the current folder upward.'),
    '.SH COMMON OPTIONS',
    text('Most commands take these options. A command that defines one differently lists it again.'),
    ...commonOptions().flatMap(optionEntry),
    ...Object.entries(COMMAND_GROUPS).flatMap(([group, title]) => [
      `.SH ${title.toUpperCase()}`,
      ...commandKinds.filter((kind) => kind.group === group).flatMap(commandSection),
    ]),
    '.SH EXIT STATUS',
    ...Object.entries(EXIT_CODES).flatMap(([code, meaning]) => entry(bold(code), meaning)),
    '.SH ENVIRONMENT',
    ...Object.entries(READ_VARIABLES).flatMap(([name, meaning]) => entry(bold(name), withoutLinks(meaning))),
    '.SH SIGNALS',
    ...entry(bold('SIGTERM, SIGINT'), 'Stop in order. A second signal kills active commands at once.'),
    ...entry(bold('SIGHUP'), 'Reload the timer file. An invalid file changes nothing.'),
    '.SH FILES',
    ...entry(
      bold('timers.yaml'),
      'The timer file; also timers.yml, timers.json, .timersrc and .config/timers.yaml. `timers keys` explains its keys.',
    ),
    ...entry(
      bold('~/.local/state/timers'),
      'The state files of timer files without the key `state`, and control sockets.',
    ),
    '.SH SEE ALSO',
    '.BR crontab (5),',
    '.BR systemd.timer (5)',
  ].join('\n')}\n`;

/** Returns a text that is equal for two options that are the same. */
const sameness = ({ flags, description }: Option): string => `${flags} ${description}`;

/**
 * Returns the options that several commands share, in the order of the help. The help of each command repeats them, but
 * the page has them once.
 */
function commonOptions(): readonly Option[] {
  // --json is left out, because each command prints something else with it.
  const all = commandKinds.flatMap((kind) => declared(kind).options.filter(({ long }) => long !== '--json'));
  const counts = new Map<string, number>();
  for (const option of all) counts.set(sameness(option), (counts.get(sameness(option)) ?? 0) + 1);
  const common = all.filter((option) => (counts.get(sameness(option)) ?? 0) >= COMMON);
  return [...new Map(common.map((option) => [sameness(option), option])).values()];
}

/** An option is common if this many commands have it. */
const COMMON = 5;

function commandSection(kind: CommandKind): readonly string[] {
  const { name, summary, details, examples } = kind;
  const command = declared(kind);
  const common = new Set(commonOptions().map(sameness));
  const own = command.options.filter((option) => !common.has(sameness(option)));
  const others = command.options.filter((option) => common.has(sameness(option)) && option.long !== '--no-color');
  return [
    `.SS timers ${name} ${escaped(command.usage())}`,
    text(`${summary}.`),
    ...(details === undefined ? [] : [text(details)]),
    ...command.registeredArguments.flatMap(argumentEntry),
    ...own.flatMap(optionEntry),
    ...(others.length === 0
      ? []
      : ['.PP', text(`Common options: ${others.map(({ long }) => `\`${long ?? ''}\``).join(', ')}.`)]),
    '.PP',
    'Examples:',
    ...examples.flatMap(({ line, does }) => entry(bold(line), `${does}.`)),
  ];
}

const argumentEntry = (argument: Argument): readonly string[] =>
  entry(`\\fI${escaped(argument.name())}\\fR`, [`${argument.description}.`, ...choices(argument.argChoices)].join(' '));

const optionEntry = ({ flags, description, argChoices, defaultValue, presetArg }: Option): readonly string[] =>
  entry(
    bold(flags),
    [
      `${description.replace(/\.$/, '')}.`,
      ...choices(argChoices),
      ...(String(defaultValue ?? '') === '' ? [] : [`Default: ${String(defaultValue)}.`]),
      ...(presetArg === undefined ? [] : [`Without a value: ${presetArg as string}.`]),
    ].join(' '),
  );

const choices = (words: readonly string[] | undefined): readonly string[] =>
  words === undefined ? [] : [`One of ${words.join(', ')}.`];

/** Renders a paragraph with a tag. */
const entry = (tag: string, meaning: string): readonly string[] => ['.TP', tag, text(meaning)];

const bold = (words: string): string => `\\fB${escaped(words)}\\fR`;

/** Renders a line of text. Words between backticks are bold. */
const text = (markdown: string): string =>
  escaped(markdown.replaceAll('&lt;', '<')).replace(/`([^`]*)`/g, '\\fB$1\\fR');

const withoutLinks = (markdown: string): string => markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');

/** Escapes a text for roff: a backslash, a minus that can be copied, and no command at the beginning of a line. */
const escaped = (words: string): string =>
  words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/[’]/g, '\\(cq')
    .replace(/^([.'])/, '\\&$1');
