import type { ForeignMap, ForeignValue } from '../../config/index.js';
import type { DifferenceList } from '../difference-list.js';
import { Fields } from '../fields.js';
import type { ImportContext, SourceFile } from '../kind.js';
import { yamlDocuments } from '../yaml-documents.js';
import { mergedMaps } from './merge.js';

/** The jobs of files and of those they include, with their defaults merged in. */
export interface ReadFiles {
  readonly jobs: readonly Fields[];
  /** The maps at the top of the files. */
  readonly tops: readonly Fields[];
}

interface Found {
  readonly jobs: Fields[];
  readonly tops: Fields[];
  readonly differences: DifferenceList;
  readonly readBeside: ImportContext['readBeside'];
}

/** Includes may be this deep: a file that includes itself ends there. */
const DEEPEST = 20;

/** Reads files as yacron does: defaults count in their file and in the files that include it. */
export function readFiles(
  files: readonly SourceFile[],
  { readBeside }: ImportContext,
  differences: DifferenceList,
): ReadFiles {
  const found: Found = { jobs: [], tops: [], differences, readBeside };
  // Of a folder, yacron reads no file that begins with an underscore: others include it.
  const own = files.filter(({ path }) => files.length === 1 || !/(?:^|\/)_[^/]*$/.test(path));
  for (const file of own) readFile(file, found, 0);
  return found;
}

/** Returns the defaults of a file. */
function readFile(file: SourceFile, found: Found, depth: number): ForeignMap {
  const [document] = yamlDocuments(file, found.differences);
  const nothing = emptyMap({ file: file.path, line: 1 });
  if (document === undefined) return nothing;
  const top = new Fields(document);
  found.tops.push(top);
  const included = top.texts('include').map((named) => include(file, named, { top, found, depth }));
  const own = asMap(top.value('defaults')) ?? nothing;
  const defaults = [...included, own].reduce(mergedMaps, nothing);
  const jobs = top.value('jobs');
  const maps = jobs?.kind === 'list' ? jobs.items.flatMap((job) => asMap(job) ?? []) : [];
  found.jobs.push(...maps.map((job) => new Fields(mergedMaps(defaults, job))));
  return defaults;
}

interface Including {
  readonly top: Fields;
  readonly found: Found;
  readonly depth: number;
}

function include(from: SourceFile, named: string, { top, found, depth }: Including): ForeignMap {
  const isCrontab = /(?:^|\/)crontab$|\.cron(?:tab)?$/.test(named);
  const file = depth < DEEPEST && !isCrontab ? found.readBeside(from.path, named) : undefined;
  const place = top.place('include');
  if (file !== undefined) return readFile(file, found, depth + 1);
  const reason = isCrontab ? 'it is a crontab' : `it cannot be read from ${from.path}`;
  found.differences.error(place, `${named} is left out: ${reason}.`, 'Import it too.');
  return emptyMap(place);
}

const asMap = (value: ForeignValue | undefined): ForeignMap | undefined => (value?.kind === 'map' ? value : undefined);

const emptyMap = (place: { readonly file: string; readonly line: number }): ForeignMap => ({
  kind: 'map',
  entries: new Map(),
  file: place.file,
  line: place.line,
});
