import { keyCatalog, type KeyInfo } from '../../../config/keys/catalog.js';
import { meantKey } from '../../../config/check/unknown-key.js';
import { KEYS, type KeyLevel } from '../../../config/check/schema.js';
import { nearest } from '../../../text/nearest.js';
import { visible } from '../../../text/visible.js';
import { UsageError } from '../../command.js';

/**
 * Returns the keys with a name, such as `timeout` or `retry.attempts`. Returns several if the file and a timer both
 * have such a key.
 * @throws UsageError for an unknown name, with the nearest known one.
 */
export function findKeys(name: string): readonly KeyInfo[] {
  const all = keyCatalog().flatMap(({ keys }) => keys);
  // `timers.backup.retry` and `defaults.retry` are keys of a timer.
  const path = name.replace(/^(?:defaults|timers\.[^.]+)\.(?=.)/, '');
  const found = all.filter((key) => key.path === path);
  if (found.length > 0) return found;
  const inner = all.filter((key) => key.path.endsWith(`.${path}`));
  if (inner.length > 0) return inner;
  const paths = all.map((key) => key.path);
  const meant =
    meantPath(path) ??
    nearest(path, paths) ??
    paths.find((one) => nearest(path, [one.replace(/.*\./, '')]) !== undefined);
  const hint = meant === undefined ? 'timers keys lists them all.' : `Did you mean ${meant}?`;
  throw new UsageError(`unknown key "${visible(name)}". ${hint}`);
}

/** Returns the most likely key for an unknown path into a map: `output.file` for `output.path`. */
function meantPath(path: string): string | undefined {
  const [map = '', key] = path.split('.');
  if (key === undefined || !Object.hasOwn(KEYS, map)) return undefined;
  const meant = meantKey(key, map as KeyLevel);
  return meant === undefined ? undefined : `${map}.${meant}`;
}
