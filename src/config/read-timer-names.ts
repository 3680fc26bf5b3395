import { finish } from '../turns/steps.js';
import type { Machine } from './build/machine.js';
import { openTimerFile, readRoot, withLineFeeds, type FileRequest } from './load.js';
import { Problems } from './text/diagnostic.js';
import { Source } from './text/source.js';

/**
 * Returns the names under `timers` of a file, in the order of the file, including those of invalid timers. Empty if the
 * file cannot be read. To be fast, this checks nothing.
 */
export async function readTimerNames(
  request: Pick<FileRequest, 'file' | 'cwd'>,
  machine: Machine,
): Promise<readonly string[]> {
  const opened = await openTimerFile(request, machine);
  if ('problem' in opened) return [];
  const root = finish(readRoot(opened.path, new Problems(new Source(withLineFeeds(opened.text)))))?.value;
  const timers = root?.kind === 'map' ? root.entries.get('timers')?.value : undefined;
  return timers?.kind === 'map' ? [...timers.entries.keys()] : [];
}
