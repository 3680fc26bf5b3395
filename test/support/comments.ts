import ts from 'typescript';

/** One comment: its text without the marks, and its first line. */
export interface Comment {
  readonly line: number;
  readonly text: string;
}

const COMMENT = /\/\/.*|\/\*[\s\S]*?\*\//g;
const MARKS = /^\s*(?:\/\*\*?|\*\/|\*|\/\/)[ \t]?|\*\/$/gm;

/** Returns the comments of a source file, in order. Consecutive `//` lines are one comment. */
export function commentsIn(source: string): readonly Comment[] {
  const comments: { line: number; last: number; text: string }[] = [];
  // Parsing is slow, and is avoided if possible. A match that comes first on its line is a comment.
  const matches = [...source.matchAll(COMMENT)];
  const literals = matches.every(({ index }) => isFirstOnLine(source, index)) ? [] : literalsIn(source);
  const lineOf = lineCounter(source);
  for (const match of matches) {
    if (literals.some(({ pos, end }) => pos < match.index && match.index < end)) continue;
    const line = lineOf(match.index);
    const before = comments.at(-1);
    if (match[0].startsWith('//') && before?.text.startsWith('//') && before.last === line - 1) {
      before.text += `\n${match[0]}`;
      before.last = line;
    } else comments.push({ line, last: line, text: match[0] });
  }
  return comments.map(({ line, text }) => ({ line, text: text.replace(MARKS, '') }));
}

const isFirstOnLine = (source: string, index: number): boolean =>
  source.slice(source.lastIndexOf('\n', index - 1) + 1, index).trim() === '';

/** Literals that may look like comments: strings, templates and regular expressions with a slash. */
function literalsIn(source: string): readonly ts.TextRange[] {
  const options = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
  const file = ts.createSourceFile('file.ts', source, options);
  const found: ts.TextRange[] = [];
  const visit = (node: ts.Node): void => {
    const isLiteral =
      ts.isLiteralExpression(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
    if (isLiteral) found.push({ pos: node.getStart(file), end: node.end });
    else ts.forEachChild(node, visit);
  };
  visit(file);
  return found.filter(({ pos, end }) => source.slice(pos, end).includes('/'));
}

/** Returns the line of a position, from 1. Positions must ascend. */
function lineCounter(source: string): (position: number) => number {
  let line = 1;
  let counted = 0;
  return (position) => {
    line += source.slice(counted, position).split('\n').length - 1;
    counted = position;
    return line;
  };
}

/** A space within code, which does not separate words. */
const JOINED = '\u2060';
const CODE = /`[^`]*`|\{@link [^}]*\}/g;
/** An empty line, an item of a list (also of codes such as `2 OPENED`), a tag of JSDoc or an address. */
const PARAGRAPH = /\n\s*\n|\n(?=\s*(?:[-*@]|\d+\.|\d+ +[A-Z]{2,} |https?:))/;
const SENTENCE = /(?<=[.!?:;](?:\)|\*\*)?) (?=[A-Z`@{"'(“])/;

/** Returns the sentences of a comment, each on one line. Lines indented by four spaces are examples and not included. */
export const sentencesOf = (text: string): readonly string[] =>
  text
    .replace(/^ {4}.*$/gm, '')
    .replace(CODE, (code) => code.replace(/\s+/g, JOINED))
    .split(PARAGRAPH)
    .flatMap((paragraph) => paragraph.replace(/\s+/g, ' ').split(SENTENCE))
    .map((sentence) => sentence.replaceAll(JOINED, ' ').trim())
    .filter((sentence) => sentence !== '');

/** Counts the words of a sentence. Code in backquotes is one word. */
export const countWords = (sentence: string): number =>
  sentence
    .replace(CODE, 'code')
    .split(' ')
    .filter((word) => /\w/.test(word)).length;
