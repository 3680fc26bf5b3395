import type { ForeignMap, ForeignValue } from '../../config/index.js';
import type { DifferenceList } from '../difference-list.js';
import { Fields } from '../fields.js';
import type { ImportContext, SourceFile } from '../kind.js';
import { yamlDocuments } from '../yaml-documents.js';
import { mergedMaps } from './merge.js';

/** The jobs of files and their includes, with defaults merged in. */
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
  /** The number of files that have been included so far. */
  includes: number;
}

/** The maximum number of includes in total; further ones are left out. */
const MOST_INCLUDES = 1_000;

/** Reads files as yacron does: defaults count in their file and in the files that include it. */
export function readFiles(
  files: readonly SourceFile[],
  { readBeside }: ImportContext,
  differences: DifferenceList,
): ReadFiles {
  const found: Found = { jobs: [], tops: [], differences, readBeside, includes: 0 };
  // yacron skips files of a folder that begin with an underscore, because other files include them.
  const own = files.filter(({ path }) => files.length === 1 || !/(?:^|\/)_[^/]*$/.test(path));
  for (const file of own) readFile(file, found, []);
  return found;
}

/** Returns the defaults of a file. `within` are the paths of the files that include it. */
function readFile(file: SourceFile, found: Found, within: readonly string[]): ForeignMap {
  const [document] = yamlDocuments(file, found.differences);
  const nothing = emptyMap({ file: file.path, line: 1 });
  if (document === undefined) return nothing;
  const top = new Fields(document);
  found.tops.push(top);
  const included = top.texts('include').map((named) => include(file, named, { top, found, within }));
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
  readonly within: readonly string[];
}

function include(from: SourceFile, named: string, { top, found, within }: Including): ForeignMap {
  const chain = [...within, from.path];
  const read = readIncluded(from, named, { chain, found });
  if (typeof read !== 'string') return readFile(read, found, chain);
  const place = top.place('include');
  found.differences.error(place, `${named} is left out: ${read}.`, read === ITSELF ? undefined : 'Import it too.');
  return emptyMap(place);
}

const ITSELF = 'it includes itself';

/** Returns an included file, or why it is left out, as a part of a sentence. */
function readIncluded(
  from: SourceFile,
  named: string,
  { chain, found }: { readonly chain: readonly string[]; readonly found: Found },
): SourceFile | string {
  if (/(?:^|\/)crontab$|\.cron(?:tab)?$/.test(named)) return 'it is a crontab';
  if (++found.includes > MOST_INCLUDES) return `more than ${MOST_INCLUDES} files are included`;
  const file = found.readBeside(from.path, named);
  if (file === undefined) return `it cannot be read from ${from.path}`;
  return chain.includes(file.path) ? ITSELF : file;
}

const asMap = (value: ForeignValue | undefined): ForeignMap | undefined => (value?.kind === 'map' ? value : undefined);

const emptyMap = (place: { readonly file: string; readonly line: number }): ForeignMap => ({
  kind: 'map',
  entries: new Map(),
  file: place.file,
  line: place.line,
});
