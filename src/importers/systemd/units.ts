import type { SourceFile } from '../kind.js';
import { parseUnit, type ParsedUnit } from './unit-file.js';
import { folderRank } from './unit-folders.js';
import { Unit, unitName } from './unit.js';

/** A unit, and the lines of its files that it cannot use. */
export interface ReadUnit {
  readonly unit: Unit;
  readonly oddLines: ParsedUnit['oddLines'];
  /** The paths of other files with the name of the unit. None of their lines are part of the unit. */
  readonly unused: readonly string[];
}

interface Part {
  readonly unitName: string;
  readonly isDropIn: boolean;
  readonly path: string;
  readonly parsed: ParsedUnit;
}

/** Files as units: each unit with its drop-ins, and what `systemctl cat` prints as several units. */
export class UnitFiles {
  readonly #parts: readonly Part[];

  constructor(files: readonly SourceFile[]) {
    this.#parts = files.flatMap(splitCat).flatMap(partsOf);
  }

  /** The names of the units that have a file or a drop-in of their own. */
  get names(): readonly string[] {
    const own = this.#parts.filter(({ isDropIn, unitName }) => !isDropIn || !isForMany(unitName));
    return [...new Set(own.map(({ unitName }) => unitName))];
  }

  /**
   * Returns a unit with its drop-ins; `undefined` if there is neither a file nor a drop-in. An instance without a file
   * uses the file of its template. If several files have the name of the unit, only one counts. `findNeighbor` finds a
   * file that is not among the given ones.
   */
  read(name: string, findNeighbor: (name: string) => SourceFile | undefined = () => undefined): ReadUnit | undefined {
    const files = this.#files(name, findNeighbor) ?? this.#files(templateOf(name), findNeighbor) ?? [];
    const parts = [...files.slice(0, 1), ...this.#dropIns(name)];
    const [first] = parts;
    if (first === undefined) return undefined;
    const settings = parts.flatMap(({ parsed }) => parsed.settings);
    return {
      unit: new Unit(name, first.path, settings),
      oddLines: parts.flatMap(({ parsed }) => parsed.oddLines),
      unused: [...new Set(files.map(({ path }) => path))].slice(1),
    };
  }

  /** Returns the files of a unit. The first one is the effective one. */
  #files(name: string, findNeighbor: (name: string) => SourceFile | undefined): readonly Part[] | undefined {
    const given = this.#parts.filter(({ isDropIn, unitName }) => !isDropIn && unitName === name).toSorted(byFolder);
    const other = given.length === 0 ? findNeighbor(name) : undefined;
    const parts = other === undefined ? given : partsOf(other);
    return parts.length === 0 ? undefined : parts;
  }

  /** Returns the drop-ins of a unit, ordered by name. A file masks files of the same name in later folders. */
  #dropIns(name: string): readonly Part[] {
    const folders = dropInNames(name);
    const rank = ({ unitName }: Part): number => folders.indexOf(unitName);
    const isMaskedBy = (part: Part, other: Part): boolean =>
      baseOf(other.path) === baseOf(part.path) && (rank(other) - rank(part) || byFolder(other, part)) < 0;
    const all = this.#parts.filter((part) => part.isDropIn && rank(part) !== -1);
    return all
      .filter((part) => !all.some((other) => isMaskedBy(part, other)))
      .toSorted((one, other) => compare(baseOf(one.path), baseOf(other.path)));
  }
}

const byFolder = (one: Part, other: Part): number => folderRank(one.path) - folderRank(other.path);

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

const templateOf = (name: string): string => name.replace(/@.*\./, '@.');

/** Whether drop-ins of this name are for templates, for all units with a prefix, or for all of a type. */
const isForMany = (name: string): boolean => /@\.|-(?:@.*)?\.[a-z]+$/.test(name) || !name.includes('.');

/**
 * Returns the names whose drop-ins apply to a unit. For `a-b@c.service`: its own, its template's, those of `a-`, and of
 * all services.
 */
function dropInNames(name: string): readonly string[] {
  const { prefix, instance, type } = unitName(name);
  const shorter = [...prefix.matchAll(/-(?=.)/g)].map(({ index }) => prefix.slice(0, index + 1)).reverse();
  const named = [prefix, ...shorter].flatMap((stem) =>
    instance === undefined ? [`${stem}.${type}`] : [`${stem}@${instance}.${type}`, `${stem}@.${type}`],
  );
  return [...named, type];
}

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const HEADER = /^# (\S*\.(?:timer|service)(?:\.d\/\S+\.conf)?)$/;

/**
 * Cuts what `systemctl cat` and `timers export systemd` print at the comments that name a unit. Line numbers are those
 * of the original files.
 */
function splitCat(file: SourceFile): readonly SourceFile[] {
  const lines = file.text.split('\n');
  const starts = lines.flatMap((line, index) => (HEADER.test(line.trimEnd()) ? [index] : []));
  if (file.path !== '-' || starts.length === 0) return [file];
  return starts.map((start, index) => ({
    path: HEADER.exec((lines[start] ?? '').trimEnd())?.[1] ?? file.path,
    text: lines.slice(start + 1, starts[index + 1]).join('\n'),
  }));
}

function partsOf(file: SourceFile): readonly Part[] {
  const parsed = parseUnit(file);
  const { path } = file;
  const [, dropped] = /(?:^|\/)([^/]+)\.d\/[^/]+\.conf$/.exec(path) ?? [];
  if (dropped !== undefined) return [{ unitName: dropped, isDropIn: true, path, parsed }];
  const base = baseOf(path);
  if (/\.(?:timer|service)$/.test(base)) return [{ unitName: base, isDropIn: false, path, parsed }];
  return unnamedParts(path, parsed);
}

/** Splits a file without the name of a unit, such as standard input. It may be a timer and its service in one. */
function unnamedParts(path: string, parsed: ParsedUnit): readonly Part[] {
  const name = path === '-' ? 'imported' : baseOf(path).replace(/\.[^.]*$/, '');
  const sections = new Set(parsed.settings.map(({ section }) => section));
  const types = [...(sections.has('Timer') ? ['timer'] : []), ...(sections.has('Service') ? ['service'] : [])];
  return types.map((type, index) => {
    const other = type === 'timer' ? 'Service' : 'Timer';
    const settings = parsed.settings.filter(({ section }) => section !== other);
    const oddLines = index === 0 ? parsed.oddLines : [];
    return { unitName: `${name}.${type}`, isDropIn: false, path, parsed: { settings, oddLines } };
  });
}
