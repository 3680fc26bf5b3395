/** Pictures of the fields, rulers and examples, which files begin with. */
const PICTURE = /^[\s|.*+'`_=~#>-]*$|^[\s|]*[.|][\s|.-]*-{3,}|^\s*\*(?:\s+\*){3}|^\s*\||[┌│└├─┬┐]/;

/** The names of the fields in a row. */
const HEADING = /^\s*(?:m|min|mins|minutes?)\s+(?:h|hr|hours?)\s+\S+\s+\S+\s+\S+/i;

/** An entry that is commented out. */
const ENTRY = /^\s*(?:@\w+\s|(?:[\d*][\d*,/-]*\s+){2}\S)/;

const LONGEST_DESCRIPTION = 200;

/** Makes a description of the comment lines above an entry, without `#`; `undefined` if they say nothing about it. */
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
