/** A part of a line, in UTF-16 units, and what is shown instead. */
export interface Masked {
  readonly start: number;
  readonly end: number;
  readonly shown: string;
}

const MASK = '***';
const ENV_KEY = /^\s*(?:-\s+)?["']?env["']?\s*:/;
// The length of names is bounded, so that long lines take linear time.
/** Matches `env: {…}` on one line, closed or not. Braces in `${VAR}` and in quotes do not close the map. */
const ENV_MAP = /(?<![\w-])["']?env["']?\s*:\s*\{((?:\$\{[^}]*\}|"(?:[^"\\]|\\.)*"|'[^']*'|[^}])*)/dg;
const PAIR =
  /["']?[\w.-]{1,128}["']?\s*:\s*("(?:[^"\\]|\\.)*"?|'[^']*'?|(?:\$\{[^}]*\}|[^,}\s]|[^\S\n]+(?=[^,}\s]))+)/dg;
const OF_KEY = /^\s*(?:-\s+)?["']?[\w.-]+["']?\s*:\s*(\S.*)$/d;
const CONTENT = /^\s*(\S.*)$/d;
const URL_TEXT = /[a-z][a-z0-9+.-]{0,20}:\/\/([^\s"'`<>]+)/dgi;
const USER_INFO = /(?<![^\s"'`=])([^\s"'`/:@]+:(?!\/\/)[^\s"'`@]+)@(?=[\w[])/dg;
const NAME =
  '[\\w.-]{0,64}(?:passw(?:or)?d|passphrase|secret|token|dsn|api[_-]?key|access[_-]?key|credential|authorization)[\\w.-]{0,64}';
/** Matches a value whose name marks it as secret. Does not match the path of a file, or a URL, whose host is shown. */
const NAMED = new RegExp(
  `(?:${NAME}(?<![_-](?:file|path|dir))["']?\\s*[:=]|--${NAME}(?<![_-](?:file|path|dir))\\s)\\s*(?:(?:bearer|basic)\\s+)?(?!["']?[a-z][a-z0-9+.-]{0,20}://)("[^"]*"?|'[^']*'?|[^\\s"',}]+)`,
  'dgi',
);
const REFERENCE = /\$\{[^}]*\}/g;
/** The maximum number of lines that are searched for the key above a line. */
const MOST_LINES = 1_000;

/**
 * Finds the parts of a line that must be hidden: values of `env`, user and path of URLs, values like `token`. The parts
 * are in ascending order and do not overlap. References (`${VAR}`) are shown.
 */
export function secretsIn(lines: readonly string[], index: number): readonly Masked[] {
  const line = lines[index] ?? '';
  const found = [...inEnv(lines, index), ...inUrls(line), ...groups(line, USER_INFO), ...groups(line, NAMED)];
  let hiddenTo = 0;
  return found
    .sort((one, other) => one.start - other.start)
    .filter(({ start, end }) => {
      if (start < hiddenTo) return false;
      hiddenTo = end;
      return true;
    })
    .flatMap((secret) => withoutReferences(line, secret));
}

function inEnv(lines: readonly string[], index: number): readonly Masked[] {
  const line = lines[index] ?? '';
  const depth = depthInEnv(lines, index);
  if (depth > 0) return groups(line, depth === 1 && OF_KEY.test(line) ? OF_KEY : CONTENT);
  return [...line.matchAll(ENV_MAP)].flatMap((map) => {
    const [from = 0] = map.indices?.[1] ?? [];
    return groups(map[1] ?? '', PAIR).map(({ start, end }) => masked(from + start, from + end));
  });
}

/** Returns how many levels a line is below an `env:`; 0 if it is not below one. */
function depthInEnv(lines: readonly string[], index: number): number {
  let indent = indentOf(lines[index] ?? '');
  let depth = 0;
  for (let above = index - 1; above >= Math.max(0, index - MOST_LINES) && indent > 0; above--) {
    const line = lines[above] ?? '';
    if (line.trim() === '' || indentOf(line) >= indent) continue;
    indent = indentOf(line);
    depth++;
    if (ENV_KEY.test(line)) return depth;
  }
  return 0;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/**
 * Finds the user and the path in URLs such as `https://user:password@host/path`. The host is shown. A password may
 * contain a slash.
 */
function inUrls(line: string): readonly Masked[] {
  return [...line.matchAll(URL_TEXT)].flatMap((url) => {
    const [start = 0, end = 0] = url.indices?.[1] ?? [];
    const rest = url[1] ?? '';
    const at = rest.lastIndexOf('@');
    const path = /[/?#]/.exec(rest.slice(at + 1))?.index;
    const from = path === undefined ? end : start + at + 1 + path + 1;
    return [...(at > 0 ? [masked(start, start + at)] : []), ...(from < end ? [masked(from, end, '…')] : [])];
  });
}

/** Returns the first group of every match. */
function groups(line: string, pattern: RegExp): readonly Masked[] {
  const matches = pattern.global ? [...line.matchAll(pattern)] : [pattern.exec(line)];
  return matches.flatMap((match) => {
    const place = match?.indices?.[1];
    return place ? [masked(...place)] : [];
  });
}

const masked = (start: number, end: number, shown = MASK): Masked => ({ start, end, shown });

function withoutReferences(line: string, { start, end, shown }: Masked): readonly Masked[] {
  const parts: Masked[] = [];
  let from = start;
  for (const reference of line.slice(start, end).matchAll(REFERENCE)) {
    parts.push(masked(from, start + reference.index, shown));
    from = start + reference.index + reference[0].length;
  }
  return [...parts, masked(from, end, shown)].filter((part) => part.start < part.end);
}
