import { Chalk, type ChalkInstance } from 'chalk';
import { exampleOf, keyCatalog, type KeyGroup, type KeyInfo } from '../../../config/keys/catalog.js';
import { fallbackOf } from '../../../config/keys/text.js';
import { jsonText } from '../../../text/visible.js';
import { separated } from '../../render/separated.js';
import { wrap } from '../../render/cells.js';
import type { Terminal } from '../../terminal.js';

const INDENT = '  ';
/** The widest line that is easy to read. */
const WIDEST = 100;

/** Lists all keys in groups, without those inside maps. */
export function printKeyList(terminal: Terminal, asJson: boolean): void {
  const groups = keyCatalog();
  if (asJson) {
    terminal.out(jsonText(groups.flatMap(({ keys }) => keys.map(toJson))));
    return;
  }
  const paint = paintOf(terminal);
  const rows = groups.map(({ keys }) => keys.filter(({ path }) => !path.includes('.')));
  const widest = Math.max(...rows.flat().map(({ path }) => path.length));
  const blocks = groups.map(({ title }: KeyGroup, index) => [
    paint.bold(title),
    ...lines(rows[index] ?? [], { terminal, paint, pad: widest }),
  ]);
  terminal.outPainted(...separated([...blocks, ['Explain one: timers help keys KEY']]));
}

/** Explains the keys with one name. */
export function printKey(keys: readonly KeyInfo[], terminal: Terminal, asJson: boolean): void {
  if (asJson) terminal.out(jsonText(keys.map(toJson)));
  else terminal.outPainted(...separated(keys.flatMap((key) => blocksOf(key, terminal))));
}

function blocksOf(key: KeyInfo, terminal: Terminal): readonly (readonly string[])[] {
  const paint = paintOf(terminal);
  const { summary, details = [], unit, bounds, since = '0.1.0' } = key.entry;
  const [label, text = ''] = fallbackOf(key.entry) ?? [];
  const facts: readonly (readonly [string, string])[] = [
    ['Type', `${key.type}${unit === undefined ? '' : ` (${unit})`}`],
    ...(bounds === undefined ? [] : [['Bounds', bounds] as const]),
    ...(label === undefined ? [] : [[label, text.replace(/\.$/, '') || 'yes'] as const]),
    ['Since', since],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const inner = innerKeys(key);
  const pad = Math.max(0, ...inner.map(({ path }) => path.length));
  return [
    [`${paint.bold(key.path)}  ${paint.dim(placeOf(key))}`],
    [summary, ...details].flatMap((sentence) => prose(sentence, terminal, paint)),
    facts.flatMap(([name, value]) => fact({ name: name.padEnd(width), value }, terminal, paint)),
    [`${INDENT}${paint.dim('Example')}`, `${INDENT}${INDENT}${exampleOf(key)}`],
    ...(inner.length === 0
      ? []
      : [[`${INDENT}${paint.dim('Keys of its map')}`, ...lines(inner, { terminal, paint, pad })]]),
  ];
}

function placeOf({ path, level }: KeyInfo): string {
  if (path.includes('.')) return level === 'file' ? 'in a map of the file' : 'in a map of a timer';
  return level === 'file' ? 'at the top of the file' : 'in a timer';
}

const innerKeys = ({ path }: KeyInfo): readonly KeyInfo[] =>
  keyCatalog().flatMap(({ keys }) => keys.filter((key) => key.path.startsWith(`${path}.`)));

interface Listing {
  readonly terminal: Terminal;
  readonly paint: ChalkInstance;
  readonly pad: number;
}

/** Renders one key per line, with its summary. */
const lines = (keys: readonly KeyInfo[], { terminal, paint, pad }: Listing): readonly string[] =>
  keys.flatMap(({ path, entry }) => {
    const indent = ' '.repeat(INDENT.length + pad + 2);
    const [first = '', ...rest] = wrap(indent + entry.summary, widthOf(terminal), indent);
    return [`${INDENT}${paint.cyan(path.padEnd(pad))}${first.slice(INDENT.length + pad)}`, ...rest].map((line) =>
      code(line, paint),
    );
  });

const prose = (sentence: string, terminal: Terminal, paint: ChalkInstance): readonly string[] =>
  wrap(INDENT + sentence, widthOf(terminal), INDENT).map((line) => code(line, paint));

function fact(
  { name, value }: { name: string; value: string },
  terminal: Terminal,
  paint: ChalkInstance,
): readonly string[] {
  const indent = ' '.repeat(INDENT.length + name.length + 2);
  const [first = '', ...rest] = wrap(indent + value, widthOf(terminal), indent);
  return [`${INDENT}${paint.dim(name)}${first.slice(INDENT.length + name.length)}`, ...rest].map((line) =>
    code(line, paint),
  );
}

/** Colors what is in backticks. Without color, the backticks remain. */
const code = (line: string, paint: ChalkInstance): string =>
  paint.level === 0 ? line : line.replaceAll(/`([^`]+)`/g, (_, word: string) => paint.cyan(word));

const widthOf = ({ width }: Terminal): number => Math.min(width, WIDEST);

const paintOf = ({ color }: Terminal): ChalkInstance => new Chalk({ level: color.out ? 1 : 0 });

const toJson = ({ path, level, type, entry: { since = '0.1.0', ...entry } }: KeyInfo): object => ({
  key: path,
  level,
  type,
  since_version: since,
  ...entry,
});
