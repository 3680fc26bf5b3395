/** One character as a terminal shows it: made harmless, and how many columns it takes. */
export interface Cell {
  readonly shown: string;
  readonly width: number;
  /** UTF-16 units of the text it stands for. */
  readonly units: number;
}

const TAB_STOP = 4;

/** Characters two columns wide: East Asian wide and fullwidth (UAX #11), and emoji shown as pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Characters that take no column: marks on the one before, joiners, variation selectors. */
const NARROWER = /[\p{Mn}\p{Me}\u200c\u200d\ufe0f]/u;

/** What could move the cursor, change colours or turn the direction of the text: shown as a sign instead of sent. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Cuts a line into what a terminal shows. Tabs become spaces up to the next stop. */
export function toCells(line: string): readonly Cell[] {
  const cells: Cell[] = [];
  let column = 0;
  for (const character of line) {
    const cell = toCell(character, column);
    cells.push(cell);
    column += cell.width;
  }
  return cells;
}

/** How many columns a text takes. */
export const columnsOf = (text: string): number =>
  /^[ -~]*$/.test(text) ? text.length : toCells(text).reduce((sum, { width }) => sum + width, 0);

/** Cuts a text to so many columns; what was cut ends in `…`. */
export function clip(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let kept = '';
  let left = width - 1;
  for (const cell of toCells(text)) {
    left -= cell.width;
    if (left < 0) break;
    kept += cell.shown;
  }
  return `${kept}…`;
}

/** Makes a text of one line harmless to show. */
export const harmless = (text: string): string =>
  toCells(text.replaceAll('\t', ' '))
    .map(({ shown }) => shown)
    .join('');

function toCell(character: string, column: number): Cell {
  const units = character.length;
  if (character === '\t') {
    const width = TAB_STOP - (column % TAB_STOP);
    return { shown: ' '.repeat(width), width, units };
  }
  if (NARROWER.test(character)) return { shown: character, width: 0, units };
  if (CONTROL.test(character)) return { ...sign(character), units };
  return { shown: character, width: WIDE.test(character) ? 2 : 1, units };
}

/** Control characters have pictures in Unicode; all others are shown by their number. */
function sign(character: string): Pick<Cell, 'shown' | 'width'> {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return { shown: String.fromCharCode(0x2400 + code), width: 1 };
  const shown = `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  return { shown, width: shown.length };
}

/** Breaks a text between words; the lines after the first begin with `indent`. A word longer than the line stays whole. */
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
