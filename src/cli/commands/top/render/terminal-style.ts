import { Chalk, type ChalkInstance } from 'chalk';
import { plainText } from '../../../../text/plain-text.js';
import { hasUnicode, type Terminal } from '../../../terminal.js';
import { clipToWidth, columnsOf, harmless, toCells } from '../../../render/cells.js';

/** What a terminal can show. */
export interface TerminalStyle {
  readonly chalk: ChalkInstance;
  /** If false, every character is ASCII. */
  readonly isUnicode: boolean;
  /** The zone of clock times. */
  readonly zone: string;
}

/** Returns what this terminal can show. */
export const terminalStyle = (terminal: Terminal, zone: string): TerminalStyle => ({
  chalk: new Chalk({ level: terminal.color.out ? 1 : 0 }),
  isUnicode: hasUnicode(terminal),
  zone,
});

/** A text and its color, which is applied once the width is known. */
export interface PaintedText {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Makes external text safe to show: no escape sequences, no control characters. */
export const tame = (text: string): string => harmless(plainText(text));

/** Cuts a text to at most `width` columns. */
export function cut(text: string, width: number, { isUnicode }: TerminalStyle): string {
  const clipped = width <= 0 ? '' : clipToWidth(text, width);
  return isUnicode ? clipped : toAscii(clipped);
}

/** Cuts or pads a text to exactly `width` columns. */
export function fit(text: string, width: number, look: TerminalStyle & { readonly isRight?: boolean }): string {
  const shown = cut(text, width, look);
  const padding = ' '.repeat(Math.max(0, width - columnsOf(shown)));
  return look.isRight ? padding + shown : shown + padding;
}

/** Joins parts into a line. Parts that do not fit are cut or left out. */
export function lineOf(parts: readonly PaintedText[], width: number, look: TerminalStyle): string {
  let left = width;
  return parts
    .map(({ text, paint }) => {
      const shown = cut(text, left, look);
      left -= columnsOf(shown);
      return paint === undefined ? shown : paint(shown);
    })
    .join('');
}

/** Puts one text at the left end of a line and one at the right. If both don't fit, the left one is cut. */
export function apart(
  left: PaintedText,
  right: PaintedText,
  { width, look }: { width: number; look: TerminalStyle },
): string {
  const end = cut(right.text, width, look);
  const room = Math.max(0, width - columnsOf(end) - 1);
  const start = fit(left.text, room, look);
  const paint = (part: PaintedText, text: string) => part.paint?.(text) ?? text;
  return `${paint(left, start)} ${paint(right, end)}`;
}

const toAscii = (text: string): string =>
  toCells(text)
    .map(({ shown, width }) => (shown === '…' ? '~' : /^[ -~]*$/.test(shown) ? shown : '?'.repeat(width)))
    .join('');
