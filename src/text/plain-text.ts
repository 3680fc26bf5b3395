import { lastProgress } from './last-progress.js';
import { visible } from './visible.js';

/**
 * Escape sequences: CSI (ECMA-48 §5.4). Then OSC, DCS, SOS, PM and APC, up to their end or the end of the text. Then
 * other escapes of one letter.
 */
const SEQUENCES = new RegExp(
  [
    '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]?',
    '(?:\\u001b[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])[^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c)?',
    '\\u001b[ -/]*[0-~]?',
  ].join('|'),
  'g',
);

/**
 * Makes a printed line safe to show, as a terminal would show it without colors. Drops escape sequences, and keeps only
 * the last state of a line that was overwritten with `\r` (a progress bar). Other hidden characters go through
 * {@link visible}.
 */
export function plainText(line: string): string {
  // The common case costs one check.
  if (/^[\t -~]*$/.test(line)) return line;
  return visible(lastProgress(line.replace(SEQUENCES, '')));
}
