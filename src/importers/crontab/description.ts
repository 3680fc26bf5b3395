/** Diagrams of the fields, rulers and examples, as at the beginning of many files. */
const PICTURE = /^[\s|.*+'`_=~#>-]*$|^[\s|]*[.|][\s|.-]*-{3,}|^\s*\*(?:\s+\*){3}|^\s*\||[┌│└├─┬┐]/;

/** The names of the fields in a row. */
const HEADING = /^\s*(?:m|min|mins|minutes?)\s+(?:h|hr|hours?)\s+\S+\s+\S+\s+\S+/i;

/** A commented-out entry. */
const ENTRY = /^\s*(?:@\w+\s|(?:[\d*][\d*,/-]*\s+){2}\S)/;

const LONGEST_DESCRIPTION = 200;

/** Turns the comment lines above an entry into a description, without `#`; `undefined` if they say nothing about it. */
export function describedBy(comment: readonly string[]): string | undefined {
  const last = comment.findLastIndex((line) => [PICTURE, HEADING, ENTRY].some((form) => form.test(line)));
  const text = comment
    .slice(last + 1)
    .map((line) => line.replace(/^#+/, '').trim())
    .join(' ')
    .trim();
  if (text === '') return undefined;
  return text.length > LONGEST_DESCRIPTION ? `${text.slice(0, LONGEST_DESCRIPTION - 1)}…` : text;
}
