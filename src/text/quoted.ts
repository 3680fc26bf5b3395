/** The length of a quotation that fits on one line next to a sentence, in UTF-16 units. */
const MOST_SHOWN = 60;

/** Quotes a user's text, cut to fit on one line. */
export const quoted = (text: string): string =>
  `"${text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}…`}"`;

/** The longest word and the longest message that are shown completely, in UTF-16 units. */
const LONGEST_WORD = 120;
const LONGEST_MESSAGE = 600;

/** Shortens long words of a message, and long messages, so that repeated user text fits on the screen. */
export function withoutLongParts(message: string): string {
  if (message.length <= LONGEST_WORD) return message;
  const words = endsOf(message).replace(LONG_WORD, (word) => shortened(word, MOST_SHOWN));
  return words.length <= LONGEST_MESSAGE ? words : shortened(words, LONGEST_MESSAGE);
}

/**
 * Cuts out the middle of a message that is longer than a screen, because the regular expression overflows on a word of
 * several megabytes.
 */
const endsOf = (message: string): string =>
  message.length <= 2 * SCREEN ? message : `${message.slice(0, SCREEN)}…${message.slice(-SCREEN)}`;
const SCREEN = 8_000;

const LONG_WORD = new RegExp(`\\S{${LONGEST_WORD + 1},}`, 'g');

/** Keeps the beginning and the end of a text, which are the most informative parts of a path. */
const shortened = (text: string, most: number): string => `${text.slice(0, most)}…${text.slice(-MOST_SHOWN / 3)}`;

/** The maximum number of characters of a time zone, a duration or a point in time. */
export const LONGEST_VALUE = 100;
