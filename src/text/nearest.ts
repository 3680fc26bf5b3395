/**
 * Returns the candidate that `word` most likely means, or `undefined` if none is near. A candidate is near if at most a
 * third of the word's letters (at least one) are wrong, missing, extra or swapped with a neighbor. Case is ignored.
 * Among equally near candidates, the first wins.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= least) continue;
    const distance = editDistance(wanted, candidate.toLowerCase(), least);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Returns the hint for an unknown name: the nearest name, or the first ten. */
export function wayOut(name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  if (meant !== undefined) return `Did you mean ${shown(meant)}?`;
  return `It has: ${firstNames(names)}`;
}

/** Returns the first ten names on one line. */
export const firstNames = (names: readonly string[]): string =>
  names.slice(0, 10).map(shown).join(', ') + (names.length > 10 ? ', …' : '');

/** Returns a name as part of a sentence. Without quotes, an empty one would not be visible. */
const shown = (name: string): string => (name === '' ? '""' : name);

/**
 * Returns the Damerau–Levenshtein distance in its restricted form (optimal string alignment). Does not distinguish
 * distances of `limit` or more, because it skips cells that are further from the diagonal.
 */
function editDistance(a: string, b: string, limit: number): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    let least = row;
    const end = Math.min(b.length, row + limit);
    for (let column = Math.max(1, row - limit); column <= end; column++) {
      const changed = at(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped =
        a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1] ? at(beforeLast, column - 2) + 1 : Infinity;
      const cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, changed, swapped);
      current[column] = cost;
      least = Math.min(least, cost);
    }
    if (least >= limit) return limit;
    [beforeLast, last] = [last, current];
  }
  return at(last, b.length);
}

const at = (costs: readonly number[], column: number): number => costs[column] ?? Infinity;
