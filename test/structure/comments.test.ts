import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commentsIn, countWords, sentencesOf } from '../support/comments.js';

const MOST_WORDS = 25;
const FOLDERS = ['bench', 'bin', 'docs', 'examples', 'native', 'src', 'test'];

const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[cm]?[jt]s$/.test(file) && !file.includes('node_modules'))
    .map((file) => join(folder, file)),
);

const tooLong = (source: string): readonly string[] =>
  commentsIn(source).flatMap(({ line, text }) =>
    sentencesOf(text)
      .filter((sentence) => countWords(sentence) > MOST_WORDS)
      .map((sentence) => `${line}: ${sentence}`),
  );

test('no sentence of a comment has more than 25 words', () => {
  const found = files.flatMap((file) => tooLong(readFileSync(file, 'utf8')).map((sentence) => `${file}:${sentence}`));
  expect(files.length).toBeGreaterThan(500);
  expect(found).toEqual([]);
});

test('no comment has a word of words.json', () => {
  const listed = Object.keys(JSON.parse(readFileSync('words.json', 'utf8')) as object);
  const word = new RegExp(`\\b(?:${listed.join('|')})\\b`, 'i');
  const found = files.flatMap((file) =>
    commentsIn(readFileSync(file, 'utf8')).flatMap(({ line, text }) => {
      const [hit] = word.exec(text.replace(/\s+/g, ' ')) ?? [];
      return hit === undefined ? [] : [`${file}:${line}: ${hit}`];
    }),
  );
  expect(found).toEqual([]);
});

const words = (count: number): string => Array.from({ length: count }, () => 'word').join(' ');

test.each([
  ['a line', `// ${words(26)}`],
  ['lines in a row', `const a = 1;\n// ${words(13)}\n// ${words(13)}\n`],
  ['the end of a line', `const a = 1; // ${words(26)}`],
  ['a docstring', `/** Short. ${words(26)}. Short. */\nconst a = 1;`],
  ['a docstring of a member', `class A {\n  /**\n   * ${words(13)}\n   * ${words(13)}\n   */\n  a = 1;\n}`],
  ['a tag', `/** Short. @returns ${words(26)} */`],
  ['an item', `/**\n * - ${words(26)}\n */`],
  ['behind code', `/** Say \`a. B\` and ${words(23)}. */`],
])('finds a long sentence: %s', (_, source) => {
  expect(tooLong(source)).toHaveLength(1);
});

test.each([
  ['two sentences', `/** ${words(25)}. Word ${words(20)}. */`],
  ['two paragraphs', `/**\n * ${words(20)}\n *\n * ${words(20)}\n */`],
  ['code', `/** ${words(20)} \`${words(10)}\` */`],
  ['an indented block', `/**\n * ${words(20)}\n *\n *     ${words(20)}\n */`],
  ['a string', `const a = '// ${words(30)}';`],
])('takes %s as short enough', (_, source) => {
  expect(tooLong(source)).toEqual([]);
});
