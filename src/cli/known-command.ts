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
  /** The maximum number of arguments. */
  readonly most: number;
}

/** Synonyms for options. A command has at most one from each row. */
export const SAME_OPTIONS: readonly (readonly string[])[] = [
  ['--since', '--from', '--after'],
  ['--until', '--to', '--before'],
  ['--count', '--lines', '--limit', '--tail', '--last'],
  ['--status', '--outcome', '--result'],
  ['--timezone', '--tz', '--zone'],
  ['--file', '--config', '--config-file'],
];

/** Returns the words that a command may have for an option. */
const namesOf = (word: string): readonly string[] => SAME_OPTIONS.find((row) => row.includes(word)) ?? [word];

/** Returns whether a command has an option with this name. */
export const knowsOption = (word: string, { options }: Pick<KnownCommand, 'options'>): boolean => {
  const name = /^--[^=]+/.exec(word)?.[0] ?? word.slice(0, 2);
  return options.some(({ long, short }) => long === name || short === name);
};

/**
 * Returns the command's word for an option, such as `--since` for `--from`; `undefined` if the command has no such
 * option.
 */
export const ownOption = (word: string, command: Pick<KnownCommand, 'options'>): string | undefined =>
  knowsOption(word, command) ? word : namesOf(word).find((one) => knowsOption(one, command));

/** Returns whether a value follows an option. */
export const takesValue = (word: string, options: readonly KnownOption[]): boolean =>
  options.some(({ long, short, required }) => required && (long === word || short === word));
