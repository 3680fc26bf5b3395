import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** The maximum length of a class, without blank lines and comments, as ESLint counts those of files and functions. */
const MOST_LINES = 200;

/** The classes of a source file with more lines of code than that. */
function tooLong(source: string): readonly string[] {
  const file = ts.createSourceFile('file.ts', source, ts.ScriptTarget.Latest);
  return file.statements.filter(ts.isClassDeclaration).flatMap((node) => {
    const lines = codeLines(source.slice(node.getStart(file), node.end));
    return lines > MOST_LINES ? [`${node.name?.text ?? 'a class'}: ${lines} lines`] : [];
  });
}

const codeLines = (text: string): number =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;

test('each class has at most 200 lines of code', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const found = files.flatMap((file) =>
    tooLong(readFileSync(join('src', file), 'utf8')).map((one) => `${file} ${one}`),
  );
  expect(files.length).toBeGreaterThan(500);
  expect(found).toEqual([]);
});

const ofLines = (count: number): string => `export class A {\n${'  a();\n'.repeat(count - 2)}}\n`;

test.each([
  ['lines of code', ofLines(201), 1],
  ['exactly 200', ofLines(200), 0],
  ['comments and blank lines', ofLines(200).replace('{\n', '{\n  /**\n   * Why.\n   */\n\n  // Why.\n'), 0],
])('the count includes %s', (_, source, count) => {
  expect(tooLong(source)).toHaveLength(count);
});
