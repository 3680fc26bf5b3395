/** The command of an entry: text for the shell, and its input. */
export interface CrontabCommand {
  readonly run: string;
  /** Lines for its standard input, with a line feed at the end; `undefined` if it is empty. */
  readonly input: string | undefined;
}

/**
 * Splits a command at its first `%` (do_command.c): the rest is standard input, in which each further `%` is a line
 * feed. `\%` is `%`. Every other backslash stays, and before the first `%` it also escapes a backslash.
 */
export function splitCommand(text: string): CrontabCommand {
  const [command = ''] = /^(?:\\[^]|[^\\%]|\\$)*/.exec(text) ?? [];
  const run = command.replace(/\\([^])/g, (escape, character) => (character === '%' ? '%' : escape));
  const input = text.slice(command.length + 1).replace(/\\%|%/g, (found) => (found === '%' ? '\n' : '%'));
  return { run, input: input === '' ? undefined : input.endsWith('\n') ? input : `${input}\n` };
}

/** Returns a command for the shell that passes standard input in a here-document. */
export function withInput({ run, input }: CrontabCommand): string {
  if (input === undefined) return run;
  let end = 'END';
  while (input.split('\n').includes(end)) end += '_';
  const isSimple = !/[|;&<>(){}#\n`\\]/.test(run);
  const command = isSimple ? `${run.trimEnd()} <<'${end}'` : `{ ${run.trimEnd()}\n} <<'${end}'`;
  return `${command}\n${input}${end}\n`;
}

/** Reverses {@link withInput}: returns the command, and the lines of its here-document. */
export function splitInput(text: string): CrontabCommand {
  const [, group, plain, , input] = /^(?:\{ ([^]*?)\n\}|([^\n]*?)) <<'(END_*)'\n([^]*\n)\3\n$/.exec(text) ?? [];
  const split = { run: group ?? plain ?? '', input };
  return input !== undefined && withInput(split) === text ? split : { run: text, input: undefined };
}

/** Writes lines for the standard input of a command, as cron reads them after the command. */
export function inputText(input: string): string {
  const last = /(?:^|\n)\n$/.test(input) ? input : input.slice(0, -1);
  return `%${last.replaceAll('%', String.raw`\%`).replaceAll('\n', '%')}`;
}
