import { UsageError } from '../../command.js';

/**
 * Joins the words of a command line into one expression. Without quotes, the shell splits the expression at spaces and
 * replaces each `*` with `files`, the names in the working directory.
 * @throws UsageError with the quoted expression, as it was most likely intended.
 */
export function undoExpandedStars(words: readonly string[], files: readonly string[]): string {
  const restored = withStars(
    words,
    files.filter((name) => !name.startsWith('.')),
  );
  const meant = restored.join(' ');
  if (restored.length < words.length || restored.some((word, index) => word !== words[index])) {
    const way = isCount(restored) ? `timers explain '${meant}'` : "timers explain '0 3 * * *'";
    throw new UsageError(`the shell replaced * with file names. Quote the expression: ${way}`);
  }
  if (words.length === 1 || isCount(words)) return meant;
  throw new UsageError(`explain takes one timer, or one expression in quotes: timers explain '0 3 * * *'`);
}

const isCount = ({ length }: readonly string[]): boolean => length === 5 || length === 6;

/** Restores a `*` for each sequence of words that lists all the files. */
function withStars(words: readonly string[], files: readonly string[]): readonly string[] {
  const names = new Set(files);
  const restored: string[] = [];
  for (let index = 0; index < words.length;) {
    const row = words.slice(index, index + files.length);
    const isExpanded =
      words.length > 1 && files.length > 0 && row.length === files.length && row.every((word) => names.has(word));
    restored.push(isExpanded ? '*' : (words[index] ?? ''));
    index += isExpanded ? files.length : 1;
  }
  return restored;
}
