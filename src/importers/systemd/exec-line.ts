import { expandSpecifiers, fixedText, type Segment } from './specifiers.js';
import { shellQuoted, shellWord } from './shell-words.js';
import type { Unit } from './unit.js';
import { readWord } from './words.js';

/** One command of `ExecStart=` or a similar setting. */
export interface ExecCommand {
  /** The prefixes of systemd.service(5): `-`, `@`, `:`, `+`, `!`, `|`. */
  readonly prefixes: string;
  readonly words: readonly ExecWord[];
}

/** A word, or `$NAME` alone, which becomes several words. */
export type ExecWord = readonly Segment[] | { readonly split: string };

/** Reads the commands of a line: a `;` alone separates them. */
export function readExecLine(text: string, unit: Unit): readonly ExecCommand[] {
  const commands: ExecCommand[] = [];
  let words: string[] = [];
  for (let at = 0; ;) {
    const read = readWord(text, at);
    const raw = read === undefined ? '' : text.slice(at, read.end).trim();
    if ((read === undefined || raw === ';') && words.length > 0) {
      commands.push(commandOf(words, unit));
      words = [];
    }
    if (read === undefined) return commands;
    if (raw !== ';') words.push(raw === String.raw`\;` ? ';' : read.word);
    at = read.end;
  }
}

function commandOf([first = '', ...others]: readonly string[], unit: Unit): ExecCommand {
  const [prefixes = ''] = /^[-@:+!|]*/.exec(first) ?? [];
  const program = first.slice(prefixes.length);
  const args = prefixes.includes('@') ? others.slice(1) : others;
  const words = args.map((word) => wordOf(word, unit, !prefixes.includes(':')));
  return { prefixes, words: [expandSpecifiers(program, unit), ...words] };
}

const NAME = '[A-Za-z_][A-Za-z0-9_]*';
const ALONE = new RegExp(`^\\$(${NAME})$`);
const REFERENCE = new RegExp(`(\\$\\$|\\$\\{${NAME}(?::[-+][^}]*)?\\})`);

/** Reads `${NAME}` in a word and `$NAME` as a word; any other `$` is literal. */
function wordOf(text: string, unit: Unit, expands: boolean): ExecWord {
  const segments = expandSpecifiers(text, unit);
  if (!expands) return segments;
  const alone = ALONE.exec(text)?.[1];
  if (alone !== undefined) return { split: alone };
  return segments.flatMap((segment) => (typeof segment === 'string' ? withVariables(segment) : segment));
}

function withVariables(text: string): readonly Segment[] {
  const parts = text.split(REFERENCE).filter((part) => part !== '');
  return parts.map((part) => {
    if (part === '$$') return '$';
    return part.startsWith('${') && part.endsWith('}') ? { inShell: part } : part;
  });
}

/** Returns the words of a command that needs no shell; `undefined` for one that does. */
export function plainWords({ prefixes, words }: ExecCommand): readonly string[] | undefined {
  if (/[-|]/.test(prefixes)) return undefined;
  const plain = words.map((word) => ('split' in word ? undefined : fixedText(word)));
  return plain.includes(undefined) ? undefined : plain.map((word) => word ?? '');
}

/** Writes a command for `sh`. If it has the prefix `-`, its failure does not count. */
export function shellCommand({ prefixes, words }: ExecCommand): string {
  const written = words.map((word) => ('split' in word ? `$${word.split}` : shellWord(word))).join(' ');
  const command = prefixes.includes('|') ? `/bin/sh -c ${shellQuoted(written)}` : written;
  return prefixes.includes('-') ? `${command} || true` : command;
}
