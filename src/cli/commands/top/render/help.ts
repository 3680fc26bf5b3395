import { columnsOf, wrap } from '../../../render/cells.js';
import type { TerminalStyle } from './terminal-style.js';
import { signsInWords } from './spark.js';
import { marksInWords } from './state.js';

const KEYS: readonly (readonly [string, string])[] = [
  ['up down', 'select a timer; so do j k, page up and down, home and end'],
  ['o, enter', 'its output: half screen, full screen, none'],
  ['t', 'trigger it now'],
  ['p', 'pause it indefinitely; resume it'],
  ['P', 'pause it for some time'],
  ['c', 'cancel its runs, after asking'],
  ['/', 'show only timers with this in their name or tags'],
  ['s', 'sort: next first, by name, last first, failing first (1 2 3 4)'],
  ['escape', 'close the output, then show all, then select none'],
  ['q', 'quit; so does Ctrl-C. The scheduler keeps running.'],
];

const INDENT = 11;

/** Describes the keys, marks and signs. The caller cuts lines beyond the screen's height. */
export function renderHelp(width: number, look: TerminalStyle): string[] {
  const keys = KEYS.flatMap(([key, does]) => wrap(` ${key.padEnd(INDENT - 1)}${does}`, width, ' '.repeat(INDENT)));
  return [...keys, '', ...legend('marks', marksInWords(look), width), ...legend('RECENT', signsInWords(look), width)];
}

/** Renders signs and their descriptions, and keeps each pair on one line. */
function legend(head: string, items: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = ` ${head.padEnd(INDENT - 1)}`;
  for (const item of items) {
    if (columnsOf(line) + columnsOf(item) > width) {
      lines.push(line.trimEnd());
      line = ' '.repeat(INDENT);
    }
    line += `${item}  `;
  }
  return [...lines, line.trimEnd()];
}
