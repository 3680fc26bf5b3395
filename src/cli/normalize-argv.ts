import { UsageError } from './command.js';
import { refuseBareOption, refuseOtherCommand, refuseOtherOption } from './foreign-options.js';
import { knowsOption, ownOption, takesValue, type KnownCommand, type KnownOption } from './known-command.js';
import { refuseStray } from './stray-words.js';

/** Aliases for another option and its value. */
const SHORT_FOR: ReadonlyMap<string, string> = new Map([
  ['--failed', '--status=failure,timeout,lost'],
  ['--failures', '--status=failure,timeout,lost'],
  ['--errors', '--status=failure,timeout,lost'],
  ['--utc', '--timezone=UTC'],
]);

/** Commands for which a trailing file means something else. */
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
  // For an unknown command, nothing else matters, not even --help.
  if (command === undefined) {
    if (FILE_NAME.test(named) || isFile(named)) refuseBareFile(named, rest[0]);
    refuseOtherCommand(named);
    return [named];
  }
  const moved = before.map((word) => (word === '-f' ? '--file' : word));
  const end = rest.indexOf('--');
  const own = end === -1 ? rest : rest.slice(0, end);
  const renamed = [...moved, ...own].map((word, index, words) => ownWord(word, command, words[index + 1]));
  const straight = withFile(renamed, command, isFile);
  refuse(straight, command);
  return [command.name, ...straight, ...rest.slice(own.length)];
}

/** @throws UsageError for options of other programs, and for arguments that a command does not accept. */
function refuse(words: readonly string[], command: KnownCommand): void {
  const { name, options, most } = command;
  let count = 0;
  words.forEach((word, index) => {
    const before = words[index - 1] ?? '';
    if (takesValue(before, options)) return;
    if (word.startsWith('-')) {
      if (knowsOption(word, command)) return;
      refuseOtherOption(word, name);
      if (/^-\d/.test(word)) refuseStray(words, index, command);
    } else if (isArgument(before, command) && ++count > most) {
      refuseStray(words, index, command);
    }
  });
  const last = words.at(-1) ?? '';
  if (takesValue(last, options)) refuseBareOption(last, name);
}

/** Returns whether a word after `before` is an argument. After an unknown option, it may be the option's value. */
const isArgument = (before: string, command: KnownCommand): boolean =>
  !mayTakeValue(before, command.options) && (!before.startsWith('-') || knowsOption(before, command));

/** @throws UsageError for a timer file where the command should be. */
function refuseBareFile(path: string, command = 'start'): never {
  const way = `Pass a timer file with -f: timers ${command} -f ${path}`;
  throw new UsageError(`unknown command "${path}". ${way}`);
}

const VERSION: ReadonlySet<string> = new Set(['-V', '--version']);

/**
 * Turns `help` with its arguments into a command. `help keys` describes the keys of the file, not the command that
 * prints them.
 */
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
  const isCommand = (word: string | undefined) => commands.some(({ name }) => name === word);
  // An unknown option has a value if a command follows the next word.
  const isLikelyValue = (at: number) => !isCommand(words[at]) && words.slice(at + 1).some(isCommand);
  const hasValue = (word: string, at: number) => {
    const own = ownOption(word, { options: every });
    if (own === undefined) return !FLAG.test(word) && isLikelyValue(at + 1);
    return takesValue(own, every) && (own === word || !isCommand(words[at + 1]));
  };
  let at = 0;
  for (let word = words[at]; word?.startsWith('-'); word = words[at]) at += hasValue(word, at) ? 2 : 1;
  const named = words[at];
  return { before: words.slice(0, at), rest: words.slice(at + 1), ...(named !== undefined && { named }) };
}

/** Matches an option that has no further value, whatever the command. */
const FLAG = /=|^(?:-h|--help|-V|--version)$/;

const mayTakeValue = (word: string, options: readonly KnownOption[]): boolean =>
  options.some(({ long, short, optional }) => optional === true && (long === word || short === word));

/**
 * Returns the command's own word for an option. Known and unknown options stay as they are. `next`: the word after the
 * option.
 */
function ownWord(word: string, command: KnownCommand, next: string | undefined): string {
  const [, name = '', value = ''] = /^(--[a-z-]+)(=[^]*)?$/.exec(word) ?? [];
  if (name === '' || knowsOption(name, command)) return word;
  const whole = withValue(name + value, next);
  if (knowsOption(whole, command)) return whole;
  return (ownOption(name, command) ?? name) + value;
}

/** Returns the option, with its value, for which a word is an alias; otherwise the word. */
const withValue = (word: string, next: string | undefined): string =>
  word === '--last' ? lastOf(next) : (SHORT_FOR.get(word) ?? word);

/** Returns the option for `--last`, `--last 5` or `--last 2h`. The value stays after it. */
function lastOf(next = ''): string {
  if (/^\d+$/.test(next)) return '--count';
  return /^\d+[a-z]/i.test(next) ? '--since' : '--count=1';
}

/**
 * Puts `--file` before the first argument that is a timer file. For a command without arguments, this also applies to a
 * file that does not exist.
 */
function withFile(
  words: readonly string[],
  { name, options, most }: KnownCommand,
  isFile: (path: string) => boolean,
): readonly string[] {
  const isNamed = words.some((word) => /^--file(?:=|$)/.test(word) || (name !== 'logs' && word.startsWith('-f')));
  if (isNamed || OTHER_FILES.has(name) || !options.some(({ long }) => long === '--file')) return words;
  const at = words.findIndex(
    (word, index) =>
      !word.startsWith('-') &&
      !takesValue(words[index - 1] ?? '', options) &&
      (most > 0 ? FILE_NAME.test(word) && isFile(word) : FILE_NAME.test(word) || isFile(word)),
  );
  return at === -1 ? words : [...words.slice(0, at), '--file', ...words.slice(at)];
}

const FILE_NAME = /\.(?:ya?ml|json|timersrc)$/;
