/** Thrown for a text that is not plain enough for `readPlainYaml`. */
export const UNUSUAL = new Error('not plain YAML');

/** Texts are limited to 2000 characters here, so that no pattern needs much memory. A longer text is not plain. */
export const KEY_TEXT = /[A-Za-z0-9_][A-Za-z0-9_.-]{0,500}/y;
export const QUOTED_TEXT = /'(?:[^'\n]|''){0,2000}'|"(?:[^"\\\n]|\\["\\/bfnrt]){0,2000}"/y;
/** A text without quotes, in a block. */
export const PLAIN_TEXT = /(?:[^\s\-?:,[\]{}#&*!|>'"%@`]|-(?=[^ \n]))(?:[^\n:#]|:(?=[^ \n])|(?<! )#){0,2000}(?<! )/y;
/** A text without quotes, in a flow collection. */
export const FLOW_TEXT =
  /(?:[^\s\-?:,[\]{}#&*!|>'"%@`]|-(?=[^ \n,[\]{}]))(?:[^\n:#,[\]{}]|:(?=[^ \n,[\]{}])|(?<! )#){0,2000}(?<! )/y;

const INTEGER = /^(?:0|[1-9]\d{0,14})$/;
/** Matches everything else that is not a string (YAML 1.2, core schema), and slightly more. */
const OTHER_VALUE =
  /^(?:~|null|true|false|0o[0-7]+|0x[\da-f]+|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[-+]?\.inf|\.nan)$/i;

/** Returns the value of a match of {@link QUOTED_TEXT}. */
export function unquoted(written: string): string {
  const inner = written.slice(1, -1);
  if (written.startsWith("'")) return inner.replaceAll("''", "'");
  return inner.includes('\\') ? (JSON.parse(written) as string) : inner;
}

/** Returns the value of a text without quotes. */
export function plainValue(written: string): string | number | boolean {
  if (written === 'true' || written === 'false') return written === 'true';
  if (INTEGER.test(written)) return Number(written);
  if (OTHER_VALUE.test(written)) throw UNUSUAL;
  return written;
}
