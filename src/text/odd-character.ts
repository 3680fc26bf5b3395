/** A character that looks like another one, or is invisible. */
export interface OddCharacter {
  /** Its index in the text, in UTF-16 units from 0. The character takes one unit. */
  readonly index: number;
  /** Its code point and name: `U+00A0 (no-break space)`. */
  readonly name: string;
  /** What to type instead, as a sentence. */
  readonly hint: string;
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['\u0085', 'next line'],
  ['\u00a0', 'no-break space'],
  ['\u200b', 'zero width space'],
  ['\u2009', 'thin space'],
  ['\u2010', 'hyphen'],
  ['\u2011', 'no-break hyphen'],
  ['\u2012', 'figure dash'],
  ['\u2013', 'en dash'],
  ['\u2014', 'em dash'],
  ['\u2028', 'line separator'],
  ['\u2029', 'paragraph separator'],
  ['\u202f', 'narrow no-break space'],
  ['\u2060', 'word joiner'],
  ['\u2212', 'minus sign'],
  ['\u2217', 'asterisk operator'],
  ['\u3000', 'ideographic space'],
  ['\ufeff', 'byte order mark'],
  ['\uff1a', 'fullwidth colon'],
]);

/** Cyrillic and Greek letters. `LATIN` has the Latin letters that they look like, at the same indexes. */
const LETTERS = 'аеорсухіјѕԁһӏАВЕКМНОРСТХІЈЅαορυχνιΑΒΕΖΗΙΚΜΝΟΡΤΥΧ';
const LATIN = 'aeopcyxijsdhlABEKMHOPCTXIJSaopuxviABEZHIKMNOPTYX';

const LINE_END = /[\u0085\u2028\u2029]/;
const DASH = /[\u2010-\u2014\u2212]/;
const STAR = /\u2217/;
const UNSEEN = /[\u200b\u2060\ufeff]/;
const ODD = new RegExp(
  `${LINE_END.source}|${UNSEEN.source}|${DASH.source}|${STAR.source}|(?! )\\p{Zs}|[\uff01-\uff5e]|[${LETTERS}]`,
  'gu',
);

/** Finds the first character of a text that looks like another one, or is invisible. */
export function oddCharacter(text: string): OddCharacter | undefined {
  const index = text.search(ODD);
  if (index === -1) return undefined;
  const character = text.charAt(index);
  return { index, name: nameOf(character), hint: hintFor(asItLooks(character)) };
}

/** Returns a text as it looks: each odd character is replaced with the intended one. */
export const asItLooks = (text: string): string =>
  text.replace(ODD, (character) => {
    if (LINE_END.test(character)) return '\n';
    if (UNSEEN.test(character)) return '';
    if (DASH.test(character)) return '-';
    if (STAR.test(character)) return '*';
    // Unicode defines the fullwidth forms and the spaces as compatibility characters of what they look like.
    return LATIN.charAt(LETTERS.indexOf(character)) || character.normalize('NFKC');
  });

function hintFor(meant: string): string {
  if (meant === '') return 'It is invisible: remove it.';
  if (meant === '\n') return 'It does not end a line: type a line break.';
  return meant === ' ' ? 'It only looks like a space: type one.' : `It only looks like "${meant}": type that.`;
}

function nameOf(character: string): string {
  const number = `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  const name = NAMES.get(character) ?? kinds().find(([, kind]) => kind.test(character))?.[0] ?? 'fullwidth';
  return `${number} (${name})`;
}

/** Creates the expressions only when needed, because V8 is slow to compile a script such as Greek. */
const kinds = (): readonly (readonly [name: string, kind: RegExp])[] => [
  ['a space', /\p{Zs}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
];
