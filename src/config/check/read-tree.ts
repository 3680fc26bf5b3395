import type { Code } from '../text/codes/index.js';
import type { Steps } from '../../turns/steps.js';
import { buildTree, type Broken } from '../text/build-tree.js';
import type { Problems } from '../text/diagnostic.js';
import { explainFault, explainTag, isLocal, oddInLine } from './explain-fault.js';
import type { Slot } from '../text/node.js';
import { parseYaml, type ParsedYaml, type YamlFault } from '../text/parse-yaml.js';
import { readPlainYaml } from '../text/read-plain-yaml.js';
import { clip, lineValue, needsQuotes, quote } from '../text/quote.js';
import type { Source, TextSpan } from '../text/source.js';
import { jsonFault } from '../text/strict-json.js';
import { isKeyOf } from './unknown-key.js';

/** Reads the tree of a file, or returns `undefined` if its structure is unusable. */
export function* readTree(problems: Problems): Steps<Slot | undefined> {
  return (yield* readPlainYaml(problems.source.text)) ?? (yield* readAnyYaml(problems));
}

/**
 * Reads the tree with the YAML library, which takes several times as long, but reports errors. The most frequent error,
 * a text that needs quotes, is reported and skipped, so that later errors are reported as well.
 */
export function* readAnyYaml(problems: Problems): Steps<Slot | undefined> {
  const { source } = problems;
  const first = yield* parseYaml(source.text);
  if (first.faults.length > 0 && tellConflicts(problems)) return undefined;
  const unquoted = first.documents.length === 0 ? [] : findUnquoted(first, source);
  const parsed = unquoted.length === 0 ? first : yield* parseYaml(blank(source.text, unquoted));
  const isTrusted = tellFaults(parsed, problems);
  const [document, second] = parsed.documents;
  if (second !== undefined) tellSecondDocument(second.range[0], problems);
  const broken = [...unquoted, ...findTagged(parsed, source)];
  const tree = isTrusted && document ? yield* buildTree(document, problems, broken) : undefined;
  for (const { problem } of broken) problems.error(problem);
  return tree;
}

/** Reads the tree of a file that is only JSON, or empty. Stops at the first syntax error. */
export function* readJson(problems: Problems): Steps<Slot | undefined> {
  const { text } = problems.source;
  const fault = text.trim() === '' ? undefined : jsonFault(text);
  if (fault === undefined) return yield* readTree(problems);
  problems.error(fault);
  return undefined;
}

/**
 * Reports merge conflicts in the file. Returns whether there are any, because conflicts make most other messages
 * useless.
 */
function tellConflicts(problems: Problems): boolean {
  const conflicts = [...problems.source.text.matchAll(/^<{7}(?: .*)?$/gm)];
  for (const { index, 0: marker } of conflicts) {
    const message = 'A merge left a conflict here: both sides are in the file.';
    const hint = 'Keep one, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>.';
    problems.error({ code: 'merge-conflict', message, hint, at: { start: index, end: index + marker.length } });
  }
  return conflicts.length > 0;
}

interface Unquoted extends Broken {
  readonly end: number;
}

/** Returns the values that lack quotes, one per line, in the order of the file. */
function findUnquoted({ faults }: ParsedYaml, source: Source): readonly Unquoted[] {
  const found = new Map<number, Unquoted>();
  for (const fault of faults) {
    const { value } = lineValue(source, fault.start);
    const { start, end } = value;
    if (found.has(start) || fault.start < start || fault.start >= end || oddInLine(fault, source)) continue;
    const words = wordsForUnquoted(fault, faults, source);
    if (words !== undefined) found.set(start, { start, end, problem: { ...words, at: { start, end } } });
  }
  return [...found.values()];
}

interface Words {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
}

function wordsForUnquoted(fault: YamlFault, faults: readonly YamlFault[], source: Source): Words | undefined {
  const { key, value } = lineValue(source, fault.start);
  const hint = `Quote it: ${key}${quote(value.text)}`;
  const isOverIndented = faults.some(
    ({ code, start, end }) => code === 'MULTILINE_IMPLICIT_KEY' && start === fault.start && end > value.end,
  );
  if (fault.code === 'BLOCK_AS_IMPLICIT_KEY' && !isOverIndented && /:( |$)/.test(value.text)) {
    return wordsForColon(key, value.text) ?? { code: 'needs-quotes', message: COLON, hint };
  }
  if (fault.code === 'BAD_SCALAR_START' || fault.code === 'BAD_ALIAS')
    return { code: 'needs-quotes', ...needsQuotes(source, value) };
  if (fault.code !== 'UNEXPECTED_TOKEN') return undefined;
  return wordsForTrailing(fault, value, hint, source);
}

const COLON = 'A string with ": " in it reads as a key and a value.';

/** Returns the words for a second key on a line, which is not a text that lacks quotes. */
function wordsForColon(key: string, text: string): Words | undefined {
  const [, inner = ''] = /^([\w.-]+):(?= |$)/.exec(text) ?? [];
  const isKey =
    inner !== '' &&
    (key.startsWith('timers:') || (isKeyOf('timer', inner) && !isKeyOf('timer', key.replace(': ', ''))));
  if (!isKey) return undefined;
  const message = `${clip(inner)}: cannot be on the same line as ${clip(key.trim())}.`;
  return { code: 'key-on-key-line', message, hint: 'Put it on the next line, indented.' };
}

function wordsForTrailing(
  fault: YamlFault,
  value: TextSpan & { text: string },
  hint: string,
  source: Source,
): Words | undefined {
  const first = value.text.charAt(0);
  if (fault.message.startsWith('Unexpected block-seq-ind on same line')) {
    return {
      code: 'list-on-key-line',
      message: 'A list with "-" starts on the line below its key.',
      hint: 'Or write it in brackets: [first, second]',
    };
  }
  if (/^[|>]/.test(value.text)) {
    return {
      code: 'text-after-block',
      message: `The text after ${first} must start on the next line, indented.`,
      hint: `Or leave out the ${first}.`,
    };
  }
  if (!fault.message.endsWith('at node end')) return undefined;
  if ('*&!@`%'.includes(first)) return { code: 'needs-quotes', ...needsQuotes(source, value) };
  const before = source.text.slice(value.start, fault.start).trim();
  if (!/^(".*"|'.*'|\[.*\]|\{.*\})$/.test(before)) return undefined;
  if (value.text === `${before},`) {
    return { code: 'stray-comma', message: 'Lines in a map do not end with a comma.', hint: 'Remove the comma.' };
  }
  const what = { '"': 'quoted text', "'": 'quoted text', '[': 'list', '{': 'map' }[first] ?? 'value';
  return { code: 'text-after-value', message: `The ${what} ends before the end of the line.`, hint };
}

/** Replaces each value with a plain word of the same length, so that every position stays the same. */
function blank(text: string, values: readonly Unquoted[]): string {
  let result = '';
  let from = 0;
  for (const { start, end } of values) {
    result += text.slice(from, start) + 'x'.repeat(end - start);
    from = end;
  }
  return result + text.slice(from);
}

/** Reports YAML's errors, except for follow-up errors. Returns whether the structure is still usable. */
function tellFaults(parsed: ParsedYaml, problems: Problems): boolean {
  const lines = new Set<number>();
  let isTrusted = true;
  for (const fault of parsed.faults) {
    if (fault.code === 'TAG_RESOLVE_FAILED') continue;
    const problem = explainFault(fault, parsed, problems.source);
    const { line } = problems.source.position(problem.at.start);
    const isEcho = lines.has(line) || (!isTrusted && !isLocal(fault));
    lines.add(line);
    if (!isEcho) problems.error(problem);
    if (fault.code !== 'BAD_DQ_ESCAPE') isTrusted = false;
  }
  const last = parsed.faults.at(-1);
  if (parsed.isCut && last) problems.error({ ...MANY_MORE, at: last });
  return isTrusted;
}

const MANY_MORE = {
  code: 'too-many-problems',
  message: 'The file was not checked past this point: it has too many errors.',
} as const;

function tellSecondDocument(start: number, problems: Problems): void {
  const marker = problems.source.text.lastIndexOf('---', start);
  const at = marker === -1 ? { start, end: start } : { start: marker, end: marker + 3 };
  const message = 'A second YAML document begins here; a timer file has only one.';
  problems.error({
    code: 'several-documents',
    message,
    hint: 'Remove the line, or move the rest to a separate file.',
    at,
  });
}

/** Finds tags, which are errors in a timer file. */
function findTagged({ faults }: ParsedYaml, source: Source): readonly Broken[] {
  const tags = faults.filter(({ code }) => code === 'TAG_RESOLVE_FAILED');
  return tags.map((tag) => {
    const [gap = ''] = /^\s*/.exec(source.text.slice(tag.end, tag.end + 200)) ?? [];
    return { start: tag.end + gap.length, problem: explainTag(tag, source) };
  });
}
