/** Diagrams of the fields, rulers and examples, as at the beginning of many files. */
const PICTURE = /^[\s|.*+'`_=~#>-]*$|^[\s|]*[.|][\s|.-]*-{3,}|^\s*\*(?:\s+\*){3}|^\s*\||[┌│└├─┬┐]/;

/** The names of the fields in a row. */
const HEADING = /^\s*(?:m|min|mins|minutes?)\s+(?:h|hr|hours?)\s+\S+\s+\S+\s+\S+/i;

/** A commented-out entry. */
const ENTRY = /^\s*(?:@\w+\s|(?:[\d*][\d*,/-]*\s+){2}\S)/;

const LONGEST_DESCRIPTION = 200;

/** The line that `timers export crontab` writes above an entry, with the name of the timer. */
const NAME_LINE = /^ timer: ([A-Za-z0-9][A-Za-z0-9._-]{0,127})\s*$/;

/** Facts from the comment above an entry. */
export interface EntryComment {
  /** Only in a crontab that `timers export` wrote. */
  readonly name?: string;
  readonly description?: string;
}

/**
 * Reads comment lines, without `#`. Lines below an exported name are the exported description; other lines are comments
 * by a person.
 */
export function readComment(comment: readonly string[]): EntryComment {
  const at = comment.findIndex((line) => NAME_LINE.test(line));
  const name = NAME_LINE.exec(comment[at] ?? '')?.[1];
  const above = describedBy(comment.slice(0, at === -1 ? undefined : at));
  const below = at === -1 ? [] : comment.slice(at + 1).map((line) => line.replace(/^ /, ''));
  const lines = [...(above === undefined ? [] : [above]), ...below];
  return { ...(name !== undefined && { name }), ...(lines.length > 0 && { description: lines.join('\n') }) };
}

/** Turns comment lines into a description; `undefined` if they do not describe an entry. */
function describedBy(comment: readonly string[]): string | undefined {
  const last = comment.findLastIndex((line) => [PICTURE, HEADING, ENTRY].some((form) => form.test(line)));
  const text = comment
    .slice(last + 1)
    .map((line) => line.replace(/^#+/, '').trim())
    .join(' ')
    .trim();
  if (text === '') return undefined;
  return text.length > LONGEST_DESCRIPTION ? `${text.slice(0, LONGEST_DESCRIPTION - 1)}…` : text;
}
