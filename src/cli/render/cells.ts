import { visible, visibleCharacters, type VisibleCharacter } from '../../text/visible.js';

/** One character as a terminal shows it: made safe, with its width in columns. */
export interface Cell {
  readonly shown: string;
  readonly width: number;
  /** The number of UTF-16 units of its text. */
  readonly units: number;
}

const TAB_STOP = 4;

/** Characters two columns wide: East Asian wide and fullwidth (UAX #11), and emoji shown as pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Characters without width: marks on the previous character, joiners, variation selectors. */
const NARROWER = /[\p{Mn}\p{Me}\u200c\u200d\ufe0f]/u;

/** Splits a line into what a terminal shows. Tabs become spaces up to the next stop. */
export function toCells(line: string): readonly Cell[] {
  const cells: Cell[] = [];
  let column = 0;
  for (const part of visibleCharacters(line)) {
    const cell = toCell(part, column);
    cells.push(cell);
    column += cell.width;
  }
  return cells;
}

/** Returns the width of a text in columns. */
export const columnsOf = (text: string): number =>
  /^[ -~]*$/.test(text) ? text.length : toCells(text).reduce((sum, { width }) => sum + width, 0);

/** Cuts a text to `width` columns. A cut text ends in `…`. */
export function clipToWidth(text: string, width: number): string {
  if (columnsOf(text) <= width) return harmless(text);
  let kept = '';
  let left = width - 1;
  for (const cell of toCells(text)) {
    left -= cell.width;
    if (left < 0) break;
    kept += cell.shown;
  }
  return `${kept}…`;
}

/** Makes a line of text safe to print. */
export const harmless = (text: string): string => visible(text.replaceAll('\t', ' '));

function toCell({ shown, units }: VisibleCharacter, column: number): Cell {
  if (shown === '\t') {
    const width = TAB_STOP - (column % TAB_STOP);
    return { shown: ' '.repeat(width), width, units };
  }
  // A hidden character is shown as ASCII characters, or as a symbol of one column.
  if (shown.length > units) return { shown, width: shown.length, units };
  if (NARROWER.test(shown)) return { shown, width: 0, units };
  return { shown, width: WIDE.test(shown) ? 2 : 1, units };
}

/** Breaks a text between words; lines after the first start with `indent`. A word longer than the line is not split. */
export function wrap(text: string, width: number, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S)(?= )/)) {
    if (line !== '' && columnsOf(line) + columnsOf(word) > width) {
      lines.push(line);
      line = indent + word.trimStart();
    } else {
      line += word;
    }
  }
  return [...lines, line];
}
