import type { SourceFile } from '../kind.js';
import { parseUnit, type ParsedUnit } from './unit-file.js';
import { Unit } from './unit.js';

/** A unit, and the lines of its files that it cannot use. */
export interface ReadUnit {
  readonly unit: Unit;
  readonly oddLines: ParsedUnit['oddLines'];
}

interface Part {
  readonly unitName: string;
  readonly isDropIn: boolean;
  readonly path: string;
  readonly parsed: ParsedUnit;
}

/** Combines files into units: a unit with its drop-ins, and what `systemctl cat` prints to several units. */
export function readUnits(files: readonly SourceFile[]): readonly ReadUnit[] {
  const parts = files.flatMap(splitCat).flatMap(partsOf);
  return [...new Set(parts.map(({ unitName }) => unitName))].map((name) => {
    const own = parts.filter(({ unitName }) => unitName === name);
    // Drop-ins come after the unit, in the order of their names.
    const inOrder = [
      ...own.filter(({ isDropIn }) => !isDropIn),
      ...own.filter(({ isDropIn }) => isDropIn).sort((one, other) => (baseOf(one.path) < baseOf(other.path) ? -1 : 1)),
    ];
    const settings = inOrder.flatMap(({ parsed }) => parsed.settings);
    const oddLines = inOrder.flatMap(({ parsed }) => parsed.oddLines);
    return { unit: new Unit(name, inOrder[0]?.path ?? name, settings), oddLines };
  });
}

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const HEADER = /^# (\S*\.(?:timer|service)(?:\.d\/\S+\.conf)?)$/;

/** Cuts what `systemctl cat` and `timers export systemd` print at the comments that name a unit. Lines count as in those files. */
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

/** A file without the name of a unit, such as standard input, may be a timer and its service in one. */
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
