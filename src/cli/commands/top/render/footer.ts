import { columnsOf } from '../../../render/cells.js';
import type { View } from '../view.js';
import { lineOf, tame, type TerminalStyle, type PaintedText } from './terminal-style.js';

/** Renders two lines: the result of the last action or the current question, and the keys. */
export function renderFooter(view: View, look: TerminalStyle): string[] {
  const { columns: width } = view.size;
  return [lineOf([{ text: ' ' }, ...messageOf(view, look)], width, look).trimEnd(), keysOf(view, width, look)];
}

function messageOf({ mode, filter, said }: View, { chalk, isUnicode }: TerminalStyle): readonly PaintedText[] {
  const cursor = { text: isUnicode ? '▏' : '_' };
  const trouble = said?.isTrouble ? [{ text: `  ${tame(said.text)}`, paint: chalk.red }] : [];
  switch (mode.kind) {
    case 'filter':
      return [{ text: `show: ${filter}` }, cursor];
    case 'pause':
      return [{ text: `pause ${tame(mode.name)} for: ${mode.text}` }, cursor, ...trouble];
    case 'cancel': {
      const what = mode.runs === 1 ? 'its run' : `its ${mode.runs} runs`;
      return [{ text: `cancel ${tame(mode.name)}, ${what}? y cancels, any other key does not`, paint: chalk.yellow }];
    }
    case 'list':
    case 'help':
      return said === undefined ? [] : [{ text: tame(said.text), ...(said.isTrouble && { paint: chalk.red }) }];
  }
}

/** Renders the keys. If not all of them fit, help and quit remain, because they matter most. */
function keysOf(view: View, width: number, look: TerminalStyle): string {
  const { bold, dim } = look.chalk;
  const pairs = [...hintsOf(view, look)];
  const widthOf = ([key, does]: readonly [string, string]) =>
    columnsOf(key) + columnsOf(does) + 2 + (does === '' ? 0 : 1);
  const last = Math.min(2, pairs.length);
  while (pairs.length > last && pairs.reduce((sum, pair) => sum + widthOf(pair), -1) > width)
    pairs.splice(-1 - last, 1);
  const parts = pairs.flatMap(([key, does]) => [
    { text: ` ${key}`, paint: bold },
    { text: does === '' ? ' ' : ` ${does} `, paint: dim },
  ]);
  return lineOf(parts, width, look).trimEnd();
}

function hintsOf(
  { mode, selected, timers, pane }: View,
  { isUnicode }: TerminalStyle,
): readonly (readonly [string, string])[] {
  switch (mode.kind) {
    case 'filter':
      return [
        ['enter', 'applies it'],
        ['escape', 'discards it'],
      ];
    case 'pause':
      return [
        ['enter', 'pauses (30m, 1h30m, or nothing to pause until resumed)'],
        ['escape', 'does not'],
      ];
    case 'cancel':
      return [
        ['y', 'cancels'],
        ['n', 'does not'],
      ];
    case 'help':
      return [
        ['any key', 'goes back'],
        ['q', 'quits'],
      ];
    case 'list': {
      const isPaused = selected !== undefined && timers.get(selected)?.timer.paused != null;
      return [
        [isUnicode ? '↑↓' : 'j/k', ''],
        ['o', pane === undefined ? 'output' : pane.isTall ? 'close' : 'taller'],
        ['t', 'trigger'],
        ['p', isPaused ? 'resume' : 'pause'],
        ['c', 'cancel'],
        ['/', 'filter'],
        ['s', 'sort'],
        ['?', 'help'],
        ['q', 'quit'],
      ];
    }
  }
}
