import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { countWords } from '../support/comments.js';
import {
  sentencesOfComments,
  sentencesOfHashComments,
  sentencesOfMarkdown,
  sentencesOfStrings,
  titlesIn,
  type Sentence,
} from '../support/prose.js';

const MOST_WORDS = 25;
const SCRIPT = /\.[cm]?[jt]s$/;

interface Kind {
  readonly what: string;
  /** Which files have sentences of this kind. */
  readonly of: RegExp;
  readonly sentences: (source: string) => readonly Sentence[];
}

const documents: Kind = { what: 'a document', of: /\.md$/, sentences: sentencesOfMarkdown };
const strings: Kind = { what: 'a string', of: /^(?:src|docs)\/.*\.[cm]?[jt]s$/, sentences: sentencesOfStrings };
const comments: Kind = { what: 'a comment', of: /\.(?:[cm]?[jt]s|c)$/, sentences: sentencesOfComments };
const hashComments: Kind = {
  what: 'a comment that begins with #',
  of: /\.(?:ya?ml|sh|service|conf)$|Dockerfile|^\.ci\//,
  sentences: sentencesOfHashComments,
};
const titles: Kind = { what: 'the title of a test', of: /^test\/.*\.ts$/, sentences: titlesIn };

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '');

const kinds = [documents, strings, comments, hashComments, titles];
const sentencesOf = new Map(
  kinds.map((kind) => [
    kind,
    files
      .filter((file) => kind.of.test(file))
      .flatMap((file) =>
        kind.sentences(readFileSync(file, 'utf8')).map(({ line, text }) => ({ place: `${file}:${line}`, text })),
      ),
  ]),
);

/** The results of `find` for each sentence of a kind, with its place. */
const search = (kind: Kind, find: (sentence: string) => string | undefined): readonly string[] =>
  sentencesOf.get(kind)!.flatMap(({ place, text }) => {
    const found = find(text);
    return found === undefined ? [] : [`${place}: ${found}`];
  });

/** Keys in a row, such as those of other programs, without a verb. */
const isList = (text: string): boolean => /^[a-z_ ]+$/.test(text) && /_.* .*_/.test(text);

const tooLong = (sentence: string): string | undefined =>
  countWords(sentence) > MOST_WORDS && !isList(sentence) ? sentence : undefined;

test.each(kinds)('each sentence of $what has at most 25 words', (kind) => {
  expect(search(kind, tooLong)).toEqual([]);
});

const words = Object.entries(JSON.parse(readFileSync('words.json', 'utf8')) as Readonly<Record<string, string>>).map(
  ([word, better]) => [new RegExp(`\\b${word}\\b`, 'i'), better] as const,
);

/** Returns what ESLint says about a word that is not allowed. */
function unlisted(sentence: string): string | undefined {
  for (const [word, better] of words) {
    const [found] = word.exec(sentence) ?? [];
    if (found !== undefined) return `Do not write "${found}". Write: ${better}.`;
  }
  return undefined;
}

// ESLint looks for them in documents and strings.
test.each([comments, hashComments, titles])('$what uses only words that words.json allows', (kind) => {
  expect(search(kind, unlisted)).toEqual([]);
});

test('a word that is not allowed is reported with its replacement', () => {
  expect(unlisted('It is told anew.')).toBe('Do not write "anew". Write: again.');
  expect(unlisted('It is logged again.')).toBeUndefined();
});

// "Of this machine, IANA." lacks the noun: "The zone of this machine, IANA."
test.each(kinds)('no sentence of $what begins with "Of"', (kind) => {
  expect(search(kind, (sentence) => (/^Of (?!the form\b)/.test(sentence) ? sentence : undefined))).toEqual([]);
});

test('every kind of sentence is found', () => {
  const count = (kind: Kind) => sentencesOf.get(kind)!.length;
  expect(files.filter((file) => SCRIPT.test(file)).length).toBeGreaterThan(500);
  expect(count(documents)).toBeGreaterThan(5_000);
  expect(count(strings)).toBeGreaterThan(3_000);
  expect(count(comments)).toBeGreaterThan(6_000);
  expect(count(hashComments)).toBeGreaterThan(50);
  expect(count(titles)).toBeGreaterThan(2_000);
});

const many = (count: number): string => Array.from({ length: count }, () => 'word').join(' ');

/** The number of sentences that are too long. */
const long = (sentences: readonly Sentence[]): number => sentences.filter(({ text }) => tooLong(text)).length;

test.each([
  ['a line', `// ${many(26)}`],
  ['lines in a row', `const a = 1;\n// ${many(13)}\n// ${many(13)}\n`],
  ['the end of a line', `const a = 1; // ${many(26)}`],
  ['a docstring', `/** Short. ${many(26)}. Short. */\nconst a = 1;`],
  ['a docstring of a member', `class A {\n  /**\n   * ${many(13)}\n   * ${many(13)}\n   */\n  a = 1;\n}`],
  ['a tag', `/** Short. @returns ${many(26)} */`],
  ['an item', `/**\n * - ${many(26)}\n */`],
  ['behind code', `/** Say \`a. B\` and ${many(23)}. */`],
])('finds a long sentence in a comment: %s', (_, source) => {
  expect(long(sentencesOfComments(source))).toBe(1);
});

test.each([
  ['two sentences', `/** ${many(25)}. Word ${many(20)}. */`],
  ['two paragraphs', `/**\n * ${many(20)}\n *\n * ${many(20)}\n */`],
  ['code', `/** ${many(20)} \`${many(10)}\` */`],
  ['an indented block', `/**\n * ${many(20)}\n *\n *     ${many(20)}\n */`],
  ['a string', `const a = '// ${many(30)}';`],
])('accepts a comment with %s', (_, source) => {
  expect(long(sentencesOfComments(source))).toBe(0);
});

test.each([
  ['a paragraph', `# Title\n\nShort.\n${many(13)}\n${many(13)}\n`],
  ['an item', `- Short.\n- ${many(13)}\n  ${many(13)}\n`],
  ['a cell', `| a | ${many(26)} |\n`],
  ['a heading', `## ${many(26)}\n`],
  ['a link', `See [${many(26)}](there.md).\n`],
])('finds a long sentence in a document: %s', (_, source) => {
  expect(long(sentencesOfMarkdown(source))).toBe(1);
});

test.each([
  ['cells', `| ${many(20)} | ${many(20)} |\n`],
  ['a block of code', `\`\`\`sh\n${many(30)}\n\`\`\`\n`],
  ['two items', `- ${many(20)}\n- ${many(20)}\n`],
  ['a heading and a paragraph', `## ${many(20)}\n${many(20)}\n`],
])('accepts a document with %s', (_, source) => {
  expect(long(sentencesOfMarkdown(source))).toBe(0);
});

test.each([
  ['a string', `say('${many(26)}');`],
  ['a template', `say(\`${many(13)} \${name} ${many(13)}\`);`],
  ['a sum', `say('${many(13)} ' + '${many(13)}');`],
  ['a string inside of a template', `say(\`a \${is ? '${many(26)}' : ''}\`);`],
])('finds a long sentence in code: %s', (_, source) => {
  expect(long(sentencesOfStrings(source))).toBe(1);
});

test.each([
  ['two sentences', `say('${many(20)}. Word ${many(20)}.');`],
  ['lines', `say(\`${many(20)}\n${many(20)}\`);`],
  ['a list of words', `say('${many(30)}'.split(' '));`],
  ['an expression', `say(\`${many(20)} \${${many(10).replaceAll(' ', '+')}}\`);`],
])('accepts code with %s', (_, source) => {
  expect(long(sentencesOfStrings(source))).toBe(0);
});

test.each([
  [`# ${many(13)}\n# ${many(13)}\n`, 1],
  [`a: 1 # ${many(26)}\n`, 1],
  [`# ${many(20)}\na: 1\n# ${many(20)}\n`, 0],
])('finds a long sentence in a YAML comment', (source, count) => {
  expect(long(sentencesOfHashComments(source))).toBe(count);
});

test('finds the titles of tests', () => {
  const source = `
    test('one', () => {});
    test.each([1])('two %s', () => {});
    describe.skipIf(true)(\`three\${why}\`, () => { it('four', () => {}); });
    other('five');
  `;
  expect(titlesIn(source).map(({ text }) => text)).toEqual(['one', 'two %s', 'three`…`', 'four']);
});
