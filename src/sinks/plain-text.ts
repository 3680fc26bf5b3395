/** CSI (ECMA-48 §5.4), then OSC, DCS, SOS, PM, APC up to their end (or the text's), then other escapes of one letter. */

const SEQUENCES = new RegExp(
  [
    '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]?',
    '(?:\\u001b[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])[^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c)?',
    '\\u001b[ -/]*[0-~]?',
  ].join('|'),
  'g',
);
/** C0 but for tab, DEL, C1, and what turns the direction of text around or ends a line. */
const CONTROLS = new RegExp(
  '[\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]',
  'g',
);

/**
 * Makes a text safe to print on a terminal: no cursor movement, no title, no colour that bleeds. Of a line that was overwritten with `\r`
 * (a progress bar) the last state is left, as a terminal would show. What is neither text nor a known sequence becomes U+FFFD.
 */
export function plainText(text: string): string {
  // The common case costs one look.
  if (!/[^\t\u0020-\u007e\u00a0-\u200d\u2010-\u2027\u202f-\u2065\u206a-\uffff]/.test(text)) return text;
  const visible = text.replace(SEQUENCES, '').replace(/\r+$/, '');
  return visible.slice(visible.lastIndexOf('\r') + 1).replace(CONTROLS, '\uFFFD');
}
