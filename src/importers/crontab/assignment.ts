export interface Assignment {
  readonly name: string;
  readonly value: string;
}

/**
 * Reads a line as an assignment, as cronie does (env.c, load_env). Blanks around `=` do not count. Quotes around the
 * name or the value preserve blanks; an unquoted value loses trailing ones. `undefined` if the line is not an
 * assignment.
 */
export function readAssignment(line: string): Assignment | undefined {
  const [, , quotedName, plainName] = /^\s*(?:(["'])([^=]*?)\1|([^\s=]+))\s*=/.exec(line) ?? [];
  const name = quotedName ?? plainName;
  if (name === undefined) return undefined;
  const rest = line.slice(line.indexOf('=') + 1).trimStart();
  const quote = /^["']/.exec(rest)?.[0];
  if (quote === undefined) return { name, value: rest.trimEnd() };
  const end = rest.indexOf(quote, 1);
  // Text after the closing quote, or a quote that never closes, makes the line an entry, which cron then rejects.
  if (end === -1 || rest.slice(end + 1).trim() !== '') return undefined;
  return { name, value: rest.slice(1, end) };
}
