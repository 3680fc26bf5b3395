/** What fits on one line next to a sentence, in UTF-16 units. */
const MOST_SHOWN = 60;

/** Quotes a person's text, cut to fit on one line. */
export const quoted = (text: string): string =>
  `"${text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}…`}"`;

/** The maximum number of characters of a time zone, a duration or a point in time. */
export const LONGEST_VALUE = 100;
