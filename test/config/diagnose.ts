import { expect, it } from 'vitest';

import { parseTimerFile, type Diagnostic, type Loaded, type Machine } from '../../src/config/index.js';
import { disagreement } from '../support/schema.js';

/** A machine with fixed facts: not root, in Berlin, on 23 November 2026 at 08:00 UTC. */
export const machine: Machine = {
  env: { HOME: '/home/ada', STAGE: 'prod', EMPTY: '' },
  timezone: 'Europe/Berlin',
  hostname: 'ada',
  uid: 1000,
  start: Date.UTC(2026, 10, 23, 8),
  random: () => 0.5,
};

/**
 * The problems that the program finds in a text. The schema for editors must agree on whether it is valid, as far as a
 * schema can.
 */
export function load(text: string, path = '/etc/timers.yaml', on: Machine = machine): Loaded {
  const loaded = parseTimerFile({ path, folder: '/etc', text }, on);
  expect(disagreement(text, loaded.problems)).toBeUndefined();
  return loaded;
}

/** `backup` with `every: 10s` and `run: x`, and these lines, of which the first is line 5. */
export const backupWith = (lines: string): string => backup(`every: 10s\nrun: x\n${lines}`);

/** `backup` with these lines, of which the first is line 3. */
export const backup = (lines: string): string => `timers:\n  backup:\n${indented(lines)}\n`;

const indented = (lines: string): string => lines.replaceAll(/^(?=.)/gm, '    ');

/** A problem in one line: `12:5 wrong-type`, warnings with a leading `~`. */
export const brief = ({ severity, code, line, column }: Diagnostic): string =>
  `${severity === 'warning' ? '~' : ''}${line}:${column} ${code}`;

export const words = ({ message, hint = '' }: Diagnostic): string => `${message} ${hint}`;

/**
 * The text, the problem expected first, and a word that its message or hint must contain. Further columns: further
 * problems.
 */
export type Row = readonly [text: string, problem: string, word: string, ...others: string[]];

/** One test for each row: all expected problems, and the message of the first. */
export function table(rows: readonly Row[], wrap = (text: string): string => text): void {
  it.each(rows.map((row) => ({ row, text: row[0] })))('$text', ({ row: [text, problem, word, ...others] }) => {
    const { problems } = load(wrap(text));
    const said = problems[0] === undefined ? '' : words(problems[0]);
    // One comparison, so that a failure shows everything.
    const seen = { problems: problems.map(brief), says: said.includes(word) ? word : said };
    expect(seen).toEqual({ problems: [problem, ...others], says: word });
  });
}
