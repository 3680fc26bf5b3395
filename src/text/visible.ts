/** Scripts whose letters are joined or kept apart by U+200C and U+200D. */
const JOINED = [
  'Arabic',
  'Syriac',
  'Devanagari',
  'Bengali',
  'Gurmukhi',
  'Gujarati',
  'Oriya',
  'Tamil',
  'Telugu',
  'Kannada',
  'Malayalam',
  'Sinhala',
  'Myanmar',
  'Khmer',
];
const LETTER = `[${JOINED.map((script) => `\\p{scx=${script}}`).join('')}]`;
const PICTURE = '\\p{Extended_Pictographic}';

/** What would not be seen by itself and yet belongs to its neighbors: within words, emoji and Han variants. */
const BELONGING = [
  `(?<=${LETTER})[\\u200c\\u200d](?=${LETTER})`,
  `(?<=${PICTURE}|\\p{Emoji_Modifier}|\\ufe0f)\\u200d(?=${PICTURE})`,
  `(?<=${PICTURE}|[#*0-9])[\\ufe0e\\ufe0f]`,
  '(?<=\\p{Script=Han})[\\u{e0100}-\\u{e01ef}]',
].join('|');

/** Controls (C0 but for tab, DEL, C1), format characters (bidi marks among them), line ends, lone surrogates, and all else that is not seen. */
const HIDDEN = new RegExp(
  `(?!\\t|${BELONGING})[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]`,
  'gu',
);

/** Where nothing is hidden, one look suffices. */
const PLAIN = /^[\t -~]*$/;

/** Stands for a hidden character: the picture that C0 has in Unicode (`␛`), the number of all others (`<U+202E>`). */
function sign(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}

/**
 * Makes a text of one line safe to show: whatever could move a cursor, forge a line, turn letters around or hide is shown as a sign. Every text
 * from outside goes through it before it is printed: names, outputs, messages of the system, arguments, files. Tabs stay.
 */
export const visible = (text: string): string => (PLAIN.test(text) ? text : text.replace(HIDDEN, sign));

/** A character of a text. */
export interface VisibleCharacter {
  /** As it is to be shown. */
  readonly shown: string;
  /** UTF-16 units of the text it stands for. */
  readonly units: number;
}

/** {@link visible}, character by character. */
export function visibleCharacters(text: string): readonly VisibleCharacter[] {
  const hidden = PLAIN.test(text) ? new Set() : new Set(Array.from(text.matchAll(HIDDEN), ({ index }) => index));
  let at = 0;
  return Array.from(text, (character) => {
    const shown = hidden.has(at) ? sign(character) : character;
    at += character.length;
    return { shown, units: character.length };
  });
}

/** Writes hidden characters of a JSON text as `\uXXXX`: it means the same, and is safe to show. They stand in its strings alone, but for line ends. */
export function visibleJson(json: string): string {
  return /^[\n\t -~]*$/.test(json)
    ? json
    : json.replace(HIDDEN, (character) => (character === '\n' ? '\n' : escaped(character)));
}

const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, at) => {
    return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }).join('');

/** `JSON.stringify` for what is printed: {@link visibleJson}. Indented, it has several lines. */
export const jsonText = (value: unknown, indent?: number): string => visibleJson(JSON.stringify(value, null, indent));
