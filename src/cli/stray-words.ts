import { UsageError } from './command.js';
import { knowsOption, ownOption, takesValue, type KnownCommand } from './known-command.js';

const COUNT = /^[-+]?\d+$/;
const LENGTH = /^[-+]?\d+(?:ms|[smhdw])/i;
const TIME = /^(?:now|today|yesterday|tomorrow|\d{1,2}:\d\d(?::\d\d)?|\d{4}-\d\d-\d\d.*)$/i;

/** The options that may take a word of a form. The first one that the command has is suggested. */
const OPTIONS_FOR: readonly (readonly [RegExp, readonly string[]])[] = [
  [COUNT, ['--count']],
  [LENGTH, ['--for', '--at', '--since', '--until', '--to']],
  [TIME, ['--at', '--since', '--from', '--until']],
];

/** Words before a time. */
const PREPOSITION = /^(?:at|on|in|from|since|until|for|to)$/;

/**
 * Explains how to write a word that is neither an option nor an argument: as the value of an option, or as an option.
 * Returns `undefined` if the command has no such option. `words`: the words after the command.
 */
function wayForStray(words: readonly string[], index: number, command: KnownCommand): string | undefined {
  const word = words[index] ?? '';
  const others = words.toSpliced(index, 1);
  const option = optionFor(word, command);
  if (option !== undefined)
    return write([option, COUNT.test(word) ? word.replace(/^[-+]/, '') : word], others, command);
  const next = others[index];
  const isBeforeTime = PREPOSITION.test(word) && next !== undefined && optionFor(next, command) !== undefined;
  return asOption(words, index, command) ?? (isBeforeTime ? wayForStray(others, index, command) : undefined);
}

/** Explains a word that is an option without its dashes: `until tomorrow`, `json`. */
function asOption(words: readonly string[], index: number, command: KnownCommand): string | undefined {
  const [word = '', next] = words.slice(index);
  const option = /^[a-z-]+$/.test(word) ? ownOption(`--${word}`, command) : undefined;
  if (option === undefined) return undefined;
  if (!takesValue(option, command.options)) return write([option], words.toSpliced(index, 1), command);
  return next === undefined ? undefined : write([option, next], words.toSpliced(index, 2), command);
}

const optionFor = (word: string, command: KnownCommand): string | undefined =>
  OPTIONS_FOR.filter(([form]) => form.test(word))
    .flatMap(([, options]) => options)
    .find((option) => knowsOption(option, command));

function write(own: readonly string[], others: readonly string[], { name }: KnownCommand): string {
  const [option = '', ...value] = own;
  const shown = option === '--count' ? '-n' : option;
  const line = ['timers', name, ...others, shown, ...value.map(quoted)].join(' ');
  return `Use ${shown}: ${line}`;
}

/** Quotes a word with spaces, so that a shell reads it as one word. */
const quoted = (word: string): string => (/\s/.test(word) ? `'${word}'` : word);

/** @throws UsageError for arguments that a command does not accept, and for `-5`. */
export function refuseStray(words: readonly string[], index: number, command: KnownCommand): void {
  const { name, most } = command;
  const word = words[index] ?? '';
  const way = wayForStray(words, index, command);
  if (word.startsWith('-')) {
    if (way !== undefined) throw new UsageError(`timers ${name} has no option ${word}. ${way}`);
    return;
  }
  const takes = most < 2 ? ['none', 'one'][most] : `at most ${most}`;
  const message = `too many arguments: timers ${name} takes ${takes ?? ''}, got "${word}"`;
  throw new UsageError(`${message}. ${way ?? otherWay(word, command)}`);
}

/**
 * Suggests what to do with an extra word. For a command without arguments, it may be a timer file. A command with one
 * argument can run again for it.
 */
function otherWay(word: string, command: KnownCommand): string {
  const { name, most } = command;
  if (most === 0 && /[./]/.test(word) && ownOption('--file', command) !== undefined)
    return `Pass a timer file with -f: timers ${name} -f ${word}`;
  if (most === 0) return `Remove it, or see timers ${name} --help`;
  return most === 1 ? `For each one, run it again: timers ${name} ${quoted(word)}` : `See timers ${name} --help`;
}

const UNKNOWN_TIMER = /^unknown timer (?:or run )?"([^"]*)"/;

/**
 * Adds to a message about an unknown timer what the user most likely meant, if that is not a name. `line` begins with
 * the command.
 */
export function withWay(message: string, line: readonly string[], commands: readonly KnownCommand[]): string {
  const [called, ...words] = line;
  const command = commands.find(({ name }) => name === called);
  const index = words.indexOf(UNKNOWN_TIMER.exec(message)?.[1] ?? '');
  const way = command === undefined || index === -1 ? undefined : wayForStray(words, index, command);
  return way === undefined ? message : `${message.replace(/[^.?]$/, '$&.')} ${way}`;
}
