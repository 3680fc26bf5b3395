/** Scripts in which U+200C and U+200D join or separate letters. */
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

/** Characters that are invisible by themselves but belong to their neighbors, in words, emoji and Han variants. */
const BELONGING = [
  `(?<=${LETTER})[\\u200c\\u200d](?=${LETTER})`,
  `(?<=${PICTURE}|\\p{Emoji_Modifier}|\\ufe0f)\\u200d(?=${PICTURE})`,
  `(?<=${PICTURE}|[#*0-9])[\\ufe0e\\ufe0f]`,
  '(?<=\\p{Script=Han})[\\u{e0100}-\\u{e01ef}]',
].join('|');

/**
 * Controls (C0 except tab, DEL, C1), format characters such as bidi marks, line separators, lone surrogates, and
 * everything else that is invisible.
 */
const HIDDEN = `(?!\\t|${BELONGING})[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}]`;
let known: RegExp | undefined;
/** Creates the expression at first use, which takes 2 ms. Most texts are plain and do not need it. */
const hidden = (): RegExp => (known ??= new RegExp(HIDDEN, 'gu'));

/** Matches a text without hidden characters, for which one check is enough. */
const PLAIN = /^[\t -~]*$/;

/**
 * Returns the visible form of a hidden character: Unicode's picture for C0 (`␛`), the code point for all others
 * (`<U+202E>`).
 */
function sign(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}

/**
 * Makes a line of text safe to show: replaces everything that could move a cursor, forge a line, reorder letters or
 * hide text. Pass all text from outside through it before printing: names, outputs, system messages, arguments, files.
 * Tabs stay.
 */
export const visible = (text: string): string => (PLAIN.test(text) ? text : text.replace(hidden(), sign));

/** A character of a text. */
export interface VisibleCharacter {
  /** The form to show. */
  readonly shown: string;
  /** The length of the character in the original text, in UTF-16 units. */
  readonly units: number;
}

/** Does the same as {@link visible}, character by character. */
export function visibleCharacters(text: string): readonly VisibleCharacter[] {
  const places = PLAIN.test(text) ? new Set() : new Set(Array.from(text.matchAll(hidden()), ({ index }) => index));
  let at = 0;
  return Array.from(text, (character) => {
    const shown = places.has(at) ? sign(character) : character;
    at += character.length;
    return { shown, units: character.length };
  });
}

/**
 * Escapes the hidden characters of a JSON text as `\uXXXX`, which keeps its meaning and makes it safe to show. Apart
 * from line breaks, only strings contain such characters.
 */
export function visibleJson(json: string): string {
  return /^[\n\t -~]*$/.test(json)
    ? json
    : json.replace(hidden(), (character) => (character === '\n' ? '\n' : escaped(character)));
}

const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, at) => {
    return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }).join('');

/**
 * Does the same as `JSON.stringify`, for output through {@link visibleJson}. With `indent`, the text has several lines.
 */
export const jsonText = (value: unknown, indent?: number): string => visibleJson(JSON.stringify(value, null, indent));
