import type { ForeignEntry, ForeignMap, ForeignValue } from '../../config/index.js';

/**
 * Merges values as yacron does: maps key by key, lists one after the other; for anything else, the second value counts.
 */
function merged(first: ForeignValue, second: ForeignValue): ForeignValue {
  if (first.kind === 'map' && second.kind === 'map') return mergedMaps(first, second);
  if (first.kind === 'map' && second.kind === 'scalar' && second.value === null) return first;
  if (first.kind === 'list' && second.kind === 'list') return { ...second, items: [...first.items, ...second.items] };
  return second;
}

export function mergedMaps(first: ForeignMap, second: ForeignMap): ForeignMap {
  const entries = new Map<string, ForeignEntry>(first.entries);
  for (const [key, entry] of second.entries) {
    const before = first.entries.get(key);
    entries.set(key, before === undefined ? entry : { ...entry, value: merged(before.value, entry.value) });
  }
  return { ...second, entries };
}
