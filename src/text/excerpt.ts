/** What fits beside a sentence in one line, in UTF-16 units. */
const MOST_SHOWN = 60;

/** Quotes what a person wrote, cut to what fits a line. */
export const quoted = (text: string): string =>
  `"${text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}…`}"`;

/** The most characters of a time zone, a duration or a point in time. */
export const LONGEST_VALUE = 100;
