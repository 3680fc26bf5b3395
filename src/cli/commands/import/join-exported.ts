import { isDeepStrictEqual } from 'node:util';
import type { ImportedTimer } from '../../../importers/kind.js';
import { unionOf } from '../../../importers/union.js';

/**
 * Joins the entries that `timers export` wrote for one timer: those with its name that differ only in their times. If
 * anything else differs, they were edited, and each entry becomes a timer.
 */
export function joinExported(timers: readonly ImportedTimer[]): readonly ImportedTimer[] {
  const joined: ImportedTimer[] = [];
  const byName = new Map<string, number>();
  for (const timer of timers) {
    const index = timer.exportedAs === undefined ? undefined : byName.get(timer.exportedAs);
    const first = index === undefined ? undefined : joined[index];
    if (index !== undefined && first !== undefined && isSameTimer(first, timer)) joined[index] = both(first, timer);
    else joined.push(timer);
    if (timer.exportedAs !== undefined && index === undefined) byName.set(timer.exportedAs, joined.length - 1);
  }
  return joined;
}

type Keys = ImportedTimer['keys'];

/**
 * Returns whether two entries belong to one timer. The description is only above the first entry, and `dst` is written
 * only where it matters.
 */
const isSameTimer = ({ keys }: ImportedTimer, { keys: next }: ImportedTimer): boolean =>
  keys['cron'] !== undefined &&
  isDeepStrictEqual(besidesTimes(keys), besidesTimes(next)) &&
  isDeepStrictEqual(keys['dst'] ?? next['dst'], next['dst'] ?? keys['dst']);

const besidesTimes = (keys: Keys): Keys =>
  Object.fromEntries(Object.entries(keys).filter(([key]) => !TIMES.has(key) && key !== 'description'));

const TIMES: ReadonlySet<string> = new Set(['cron', 'in', 'run_at_start', 'dst']);

function both(first: ImportedTimer, { keys: next, differences, original }: ImportedTimer): ImportedTimer {
  const dst = first.keys['dst'] ?? next['dst'];
  const times =
    next['cron'] === undefined ? { run_at_start: true } : { cron: [first.keys['cron'], next['cron']].flat() };
  return {
    ...first,
    keys: { ...first.keys, ...times, ...(dst !== undefined && { dst }) },
    differences: [...first.differences, ...differences],
    ...(first.original && original && { original: unionOf([first.original, original]) }),
  };
}
