import ts from 'typescript';
import { commentsIn, sentencesOf } from './comments.js';

/** One sentence that a person reads, and the line its paragraph begins on. */
export interface Sentence {
  readonly line: number;
  readonly text: string;
}

/** In place of what is filled in, such as `${name}`. Counts as one word. */
const FILLED_IN = '`…`';

const FENCE = /^ *(?:`{3,}|~{3,})[\s\S]*?^ *(?:`{3,}|~{3,}) *$/gm;
const HTML = /<!--[\s\S]*?-->|<[^>]+>/g;
const LINK = /!?\[((?:`[^`]*`|[^\]])*)\]\([^)]*\)/g;

/** Keeps the line breaks of what it removes, so that line numbers stay the same. */
const blank = (text: string): string => text.replace(/[^\n]/g, '');

/** Returns the sentences of a Markdown document, without its blocks of code. A cell of a table is a paragraph. */
export function sentencesOfMarkdown(source: string): readonly Sentence[] {
  const prose = source.replace(FENCE, blank).replace(HTML, blank).replace(LINK, '$1');
  return blocksOf(prose).flatMap(({ line, text }) => sentencesAt(line, text));
}

/** Paragraphs, headings, items of lists and cells of tables. */
function blocksOf(prose: string): readonly Sentence[] {
  const blocks: { line: number; text: string; isOpen: boolean }[] = [];
  for (const [index, line] of prose.split('\n').entries()) {
    const text = line.replace(/^\s*(?:#+|[-*]|\d+\.|>)\s+/, '').trim();
    const before = blocks.at(-1);
    if (text === '') {
      if (before) before.isOpen = false;
    } else if (text.startsWith('|')) {
      for (const cell of text.split(/(?<!\\)\|/)) blocks.push({ line: index + 1, text: cell.trim(), isOpen: false });
    } else if (before?.isOpen && text === line.trim()) before.text += ` ${text}`;
    else blocks.push({ line: index + 1, text, isOpen: !line.startsWith('#') });
  }
  return blocks.filter(({ text }) => /\w/.test(text));
}

const sentencesAt = (line: number, text: string): readonly Sentence[] =>
  sentencesOf(text).map((sentence) => ({ line, text: sentence }));

/** Returns the sentences of the comments of a script. */
export const sentencesOfComments = (source: string): readonly Sentence[] =>
  commentsIn(source).flatMap(({ line, text }) => sentencesAt(line, text));

/** Returns the sentences of comments that begin with `#`, as in YAML and shell. */
export function sentencesOfHashComments(source: string): readonly Sentence[] {
  const comments: { line: number; last: number; text: string }[] = [];
  for (const [index, line] of source.split('\n').entries()) {
    const [, text] = /(?:^|\s)#(?!!) (.*)$/.exec(line) ?? [];
    if (text === undefined) continue;
    const before = comments.at(-1);
    const isWhole = /^\s*#/.test(line);
    if (isWhole && before?.last === index) {
      before.text += `\n${text}`;
      before.last = index + 1;
    } else comments.push({ line: index + 1, last: isWhole ? index + 1 : -1, text });
  }
  return comments.flatMap(({ line, text }) => sentencesAt(line, text));
}

const parsed = (source: string): ts.SourceFile =>
  ts.createSourceFile('file.ts', source, {
    languageVersion: ts.ScriptTarget.Latest,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });

/** Keys of files, such as `on_failure notify`. */
const KEYS_ONLY = /^(?=.*_)[a-z\d_ ]+$/;

/**
 * Returns the sentences of the strings of a script: those with at least three words. Concatenated strings count as one,
 * and each line of a multi-line string as a paragraph.
 */
export function sentencesOfStrings(source: string): readonly Sentence[] {
  return stringsIn(source)
    .filter(({ text }) => !KEYS_ONLY.test(text) && text.split(/\s+/).filter((word) => /[a-z]{2}/.test(word)).length > 2)
    .flatMap(({ line, text }) => text.split('\n').flatMap((one) => sentencesAt(line, one)));
}

function stringsIn(source: string): readonly Sentence[] {
  const file = parsed(source);
  const found: Sentence[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(node);
    if (isListOfWords(node)) return;
    if (text === undefined) ts.forEachChild(node, visit);
    else {
      found.push({ line: lineIn(file, node), text });
      expressionsIn(node).forEach(visit);
    }
  };
  visit(file);
  return found;
}

const lineIn = (file: ts.SourceFile, node: ts.Node): number =>
  file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;

/** `'one two three'.split(' ')` */
const isListOfWords = (node: ts.Node): boolean =>
  ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'split';

/** The text of a string, a template or a concatenation of those. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => FILLED_IN + literal.text).join('');
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [textOf(node.left), textOf(node.right)];
  return left === undefined || right === undefined ? undefined : left + right;
}

/** What the templates of a text fill in. */
function expressionsIn(node: ts.Node): readonly ts.Expression[] {
  if (ts.isTemplateExpression(node)) return node.templateSpans.map(({ expression }) => expression);
  return ts.isBinaryExpression(node) ? [node.left, node.right].flatMap(expressionsIn) : [];
}

/** Returns the titles of the tests of a file. */
export function titlesIn(source: string): readonly Sentence[] {
  const file = parsed(source);
  const found: Sentence[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTest(node.expression)) {
      const [title] = node.arguments;
      const text = title && textOf(title);
      if (text !== undefined) found.push({ line: lineIn(file, node), text });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** `test`, `describe.each(…)`, `test.skipIf(…)` and the like. */
function isTest(called: ts.Expression): boolean {
  if (ts.isIdentifier(called)) return ['test', 'it', 'describe'].includes(called.text);
  if (ts.isPropertyAccessExpression(called)) return isTest(called.expression);
  return ts.isCallExpression(called) && isTest(called.expression);
}
