const WORD = /(?:[^\s"'\\]+|"(?:[^"\\]|\\.)*"|'[^']*'|\\.)+/gs;
const PART = /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|([^\s"'\\]+)/gs;

/** Splits a command line at blanks, without a shell: quotes and backslashes keep words together. */
export const splitWords = (line: string): readonly string[] =>
  (line.match(WORD) ?? []).map((word) => [...word.matchAll(PART)].map(([, ...parts]) => unquoted(parts)).join(''));

const unquoted = ([double, single, escaped, plain]: readonly (string | undefined)[]): string =>
  double === undefined ? (single ?? escaped ?? plain ?? '') : double.replace(/\\(.)/gs, '$1');
