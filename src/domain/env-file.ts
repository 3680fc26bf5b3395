/** In bytes. */
export const LARGEST_ENV_FILE = 16 * 1024 * 1024;

/** An environment file that cannot be used. The message names the file, and the line where one is to blame; never a value. */
export class EnvFileError extends Error {
  override readonly name = 'EnvFileError';
}

/**
 * Reads `NAME=value` lines: blank lines and lines that begin with `#` count for nothing, `export ` before the name is tolerated.
 * A value stands for itself up to the end of its line, blanks around it aside; in single quotes it is literal, in double quotes
 * `\n`, `\t`, `\"`, `\\`, `\$` are escapes. Behind the closing quote a comment may follow. Of equal names the last wins.
 * @throws EnvFileError with `file:line` in its message.
 */
export function parseEnvFile(text: string, file: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const fail = (what: string) => new EnvFileError(`${file}:${index + 1}: ${what}`);
    const assignment = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=(.*)$/.exec(line);
    if (!assignment) throw fail('this is no NAME=value line');
    const value = unquote((assignment[2] ?? '').trim());
    if (value === undefined) throw fail('the quoted value does not end where its line ends');
    if (value.includes('\0')) throw fail('the value contains a NUL character');
    variables[assignment[1] ?? ''] = value;
  }
  return variables;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '"': '"', '\\': '\\', $: '$' };

function unquote(value: string): string | undefined {
  if (value.startsWith("'")) return /^'([^']*)'\s*(?:#.*)?$/.exec(value)?.[1];
  if (!value.startsWith('"')) return value;
  const inside = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/.exec(value)?.[1];
  return inside?.replace(/\\(.)/g, (whole, letter: string) => ESCAPES[letter] ?? whole);
}
