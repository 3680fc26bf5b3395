/** An option of a command, as commander has it. */
export interface KnownOption {
  readonly long?: string | undefined;
  readonly short?: string | undefined;
  /** Whether a value follows. */
  readonly required: boolean;
}

export interface KnownCommand {
  readonly name: string;
  readonly options: readonly KnownOption[];
  readonly hasArguments: boolean;
}

/** Other words for options. A command has one of each row. */
export const SAME_OPTIONS: readonly (readonly string[])[] = [
  ['--since', '--from', '--after'],
  ['--until', '--to', '--before'],
  ['--count', '--lines', '--limit', '--tail'],
  ['--timezone', '--tz'],
  ['--file', '--config'],
];

/** Commands behind whose arguments a file is something else. */
const OTHER_FILES: ReadonlySet<string> = new Set(['at', 'in', 'diff', 'init', 'validate', 'help']);

/**
 * Puts the words of a command line as their command has them: options in front of it behind it, other words for its options replaced by its own,
 * and a timer file among its arguments behind --file. `isFile`: whether a path is a file's.
 */
export function straighten(
  words: readonly string[],
  commands: readonly KnownCommand[],
  isFile: (path: string) => boolean,
): readonly string[] {
  const { before, named, rest } = split(words, commands);
  if (named === undefined || before.some((word) => VERSION.has(word))) return words;
  if (named === 'help') return helpOn(rest, commands);
  const command = commands.find(({ name }) => name === named);
  // Of an unknown command nothing else matters, not even --help.
  if (command === undefined) return [named];
  const moved = before.map((word) => (word === '-f' ? '--file' : word));
  const end = rest.indexOf('--');
  const own = end === -1 ? rest : rest.slice(0, end);
  const renamed = [...moved, ...own].map((word) => ownWord(word, command));
  return [command.name, ...withFile(renamed, command, isFile), ...rest.slice(own.length)];
}

const VERSION: ReadonlySet<string> = new Set(['-V', '--version']);

/** `help keys` is about the keys of the file, and not about the command that prints them. */
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

/** The command's word for an option; what it knows, or nobody, stays as it is. */
function ownWord(word: string, { options }: KnownCommand): string {
  const [, name = '', value = ''] = /^(--[a-z-]+)(=[^]*)?$/.exec(word) ?? [];
  const knows = (one: string) => options.some(({ long }) => long === one);
  if (name === '' || knows(name)) return word;
  const own = SAME_OPTIONS.find((row) => row.includes(name))?.find(knows);
  return own === undefined ? word : own + value;
}

/** Names the first argument that is a timer file as such. What takes no arguments means a file that is not there, too. */
function withFile(
  words: readonly string[],
  { name, options, hasArguments }: KnownCommand,
  isFile: (path: string) => boolean,
): readonly string[] {
  const isNamed = words.some((word) => /^--file(?:=|$)/.test(word) || (name !== 'logs' && word.startsWith('-f')));
  if (isNamed || OTHER_FILES.has(name) || !options.some(({ long }) => long === '--file')) return words;
  const at = words.findIndex(
    (word, index) =>
      FILE_NAME.test(word) && !takesValue(words[index - 1] ?? '', options) && (!hasArguments || isFile(word)),
  );
  return at === -1 ? words : [...words.slice(0, at), '--file', ...words.slice(at)];
}

const FILE_NAME = /^[^-].*\.(?:ya?ml|json)$/;
