import { UsageError } from './command.js';
import { refuseBareOption, refuseOtherOption } from './foreign-options.js';

/** An option of a command, as declared in commander. */
export interface KnownOption {
  readonly long?: string | undefined;
  readonly short?: string | undefined;
  /** Whether a value follows. */
  readonly required: boolean;
  /** Whether a value may follow. */
  readonly optional?: boolean;
}

export interface KnownCommand {
  readonly name: string;
  readonly options: readonly KnownOption[];
  readonly hasArguments: boolean;
}

/** Synonyms of options. A command has at most one of each row. */
export const SAME_OPTIONS: readonly (readonly string[])[] = [
  ['--since', '--from', '--after'],
  ['--until', '--to', '--before'],
  ['--count', '--lines', '--limit', '--tail', '--last'],
  ['--status', '--outcome', '--result'],
  ['--timezone', '--tz', '--zone'],
  ['--file', '--config'],
];

/** Options that mean another option and its value. */
const SHORT_FOR: ReadonlyMap<string, string> = new Map([
  ['--failed', '--status=failure,timeout,lost'],
  ['--failures', '--status=failure,timeout,lost'],
  ['--errors', '--status=failure,timeout,lost'],
  ['--utc', '--timezone=UTC'],
]);

/** Commands for which a file after the arguments means something else. */
const OTHER_FILES: ReadonlySet<string> = new Set(['at', 'in', 'diff', 'import', 'init', 'validate', 'help']);

/**
 * Normalizes a command line. Moves options after the command, replaces aliases with the command's own options, and puts
 * --file before a timer file among its arguments. `isFile`: whether a path is a file.
 * @throws UsageError for options that no command accepts, with the alternative.
 */
export function normalizeArguments(
  words: readonly string[],
  commands: readonly KnownCommand[],
  isFile: (path: string) => boolean,
): readonly string[] {
  const { before, named, rest } = split(words, commands);
  if (named === undefined || before.some((word) => VERSION.has(word))) return words;
  if (named === 'help') return helpOn(rest, commands);
  const command = commands.find(({ name }) => name === named);
  // For an unknown command nothing else matters, not even --help.
  if (command === undefined) return [named];
  const moved = before.map((word) => (word === '-f' ? '--file' : word));
  const end = rest.indexOf('--');
  const own = end === -1 ? rest : rest.slice(0, end);
  const renamed = [...moved, ...own].map((word, index, words) => ownWord(word, command, words[index + 1]));
  const straight = withFile(renamed, command, isFile);
  refuse(straight, command);
  return [command.name, ...straight, ...rest.slice(own.length)];
}

/** @throws UsageError for options of other programs, and for arguments of a command that accepts none. */
function refuse(words: readonly string[], command: KnownCommand): void {
  const { name, options, hasArguments } = command;
  words.forEach((word, index) => {
    const before = words[index - 1] ?? '';
    if (takesValue(before, options)) return;
    if (word.startsWith('-')) {
      if (!knowsOption(word, command)) refuseOtherOption(word, name);
    } else if (!hasArguments && isStray(before, command)) {
      const way = `A timer file is named with -f: timers ${name} -f ${word}`;
      throw new UsageError(`too many arguments: timers ${name} takes none, got "${word}". ${way}`);
    }
  });
  const last = words.at(-1) ?? '';
  if (takesValue(last, options)) refuseBareOption(last, name);
}

const knowsOption = (word: string, { options }: KnownCommand): boolean => {
  const name = /^--[^=]+/.exec(word)?.[0] ?? word.slice(0, 2);
  return options.some(({ long, short }) => long === name || short === name);
};

/** Whether a word after `before` is an argument. After an unknown option it may be the option's value. */
const isStray = (before: string, command: KnownCommand): boolean =>
  knowsOption('--file', command) &&
  !mayTakeValue(before, command.options) &&
  (!before.startsWith('-') || knowsOption(before, command));

const VERSION: ReadonlySet<string> = new Set(['-V', '--version']);

/** `help keys` describes the keys of the file, not the command that prints them. */
function helpOn([name, ...rest]: readonly string[], commands: readonly KnownCommand[]): readonly string[] {
  if (name === undefined) return ['--help'];
  if (name === 'keys') return [name, ...rest];
  return commands.some((command) => command.name === name) ? [name, '--help'] : [name];
}

interface Split {
  readonly before: readonly string[];
  /** The first word that is neither an option nor its value. */
  readonly named?: string;
  readonly rest: readonly string[];
}

function split(words: readonly string[], commands: readonly KnownCommand[]): Split {
  const every = commands.flatMap(({ options }) => options);
  let at = 0;
  for (let word = words[at]; word?.startsWith('-'); word = words[at])
    at += word === '-f' || takesValue(word, every) ? 2 : 1;
  const named = words[at];
  return { before: words.slice(0, at), rest: words.slice(at + 1), ...(named !== undefined && { named }) };
}

const takesValue = (word: string, options: readonly KnownOption[]): boolean =>
  options.some(({ long, short, required }) => required && (long === word || short === word));

const mayTakeValue = (word: string, options: readonly KnownOption[]): boolean =>
  options.some(({ long, short, optional }) => optional === true && (long === word || short === word));

/** The command's own word for an option; known and unknown options stay as they are. `next` is the word after it. */
function ownWord(word: string, command: KnownCommand, next: string | undefined): string {
  const [, name = '', value = ''] = /^(--[a-z-]+)(=[^]*)?$/.exec(word) ?? [];
  if (name === '' || knowsOption(name, command)) return word;
  const whole = withValue(name + value, next);
  if (knowsOption(whole, command)) return whole;
  const own = SAME_OPTIONS.find((row) => row.includes(name))?.find((one) => knowsOption(one, command));
  return own === undefined ? word : own + value;
}

/** The option that a word names, with its value; otherwise the word. */
const withValue = (word: string, next: string | undefined): string =>
  word === '--last' ? lastOf(next) : (SHORT_FOR.get(word) ?? word);

/** `--last`, `--last 5`, or `--last 2h`, where the value stays after it. */
function lastOf(next = ''): string {
  if (/^\d+$/.test(next)) return '--count';
  return /^\d+[a-z]/i.test(next) ? '--since' : '--count=1';
}

/**
 * Puts `--file` before the first argument that is a timer file. For a command without arguments this also applies to a
 * file that does not exist.
 */
function withFile(
  words: readonly string[],
  { name, options, hasArguments }: KnownCommand,
  isFile: (path: string) => boolean,
): readonly string[] {
  const isNamed = words.some((word) => /^--file(?:=|$)/.test(word) || (name !== 'logs' && word.startsWith('-f')));
  if (isNamed || OTHER_FILES.has(name) || !options.some(({ long }) => long === '--file')) return words;
  const at = words.findIndex(
    (word, index) =>
      !word.startsWith('-') &&
      !takesValue(words[index - 1] ?? '', options) &&
      (hasArguments ? FILE_NAME.test(word) && isFile(word) : FILE_NAME.test(word) || isFile(word)),
  );
  return at === -1 ? words : [...words.slice(0, at), '--file', ...words.slice(at)];
}

const FILE_NAME = /\.(?:ya?ml|json|timersrc)$/;
