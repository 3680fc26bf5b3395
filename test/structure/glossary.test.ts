import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** The rows of the glossary: the word, and the files that define it. */
function glossary(): readonly { readonly word: string; readonly files: readonly string[] }[] {
  const [, section = ''] = readFileSync('ARCHITECTURE.md', 'utf8').split('\n## Glossary\n');
  const rows = section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| '));
  return rows.slice(1).map((row) => {
    const [, word = '', , where = ''] = row.split('|').map((cell) => cell.trim());
    return { word, files: where.match(/(?<=`)[\w/-]+(?:\.ts|\/)(?=`)/g) ?? [] };
  });
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const wordsOf = (name: string): readonly string[] =>
  name.split(/(?=[A-Z])|[^A-Za-z]+/).map((word) => word.toLowerCase());

/** The names that a file exports. */
const exportsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^export (?:(?:async|abstract|declare) )*(?:const|function|class|interface|type) (\w+)/gm)].map(
    ([, name = '']) => name,
  );

const words = glossary();

test('the glossary contains its words and files', () => {
  expect(words.length).toBeGreaterThan(15);
  expect(words.flatMap((row) => row.files).length).toBeGreaterThan(12);
  expect(words.flatMap((row) => row.files).filter((file) => !existsSync(`src/${file}`))).toEqual([]);
});

test.each(words.filter((row) => row.files.some((file) => file.endsWith('.ts'))))(
  'the code uses "$word" only where the glossary allows it',
  ({ word, files: named }) => {
    const last = word.split(/[ ,]+/).at(-1)!;
    const text = named
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(`src/${file}`, 'utf8'))
      .join('\n');
    expect(text.match(/[A-Za-z]+/g)?.flatMap(wordsOf)).toContain(last);
  },
);

/** Other words for the words of the glossary. Importers and exporters use those of other programs. */
const SYNONYMS: Readonly<Record<string, string>> = {
  task: 'job',
  occurrence: 'firing',
  tick: 'firing',
  invocation: 'run',
  execution: 'run',
  try: 'attempt',
  journal: 'ledger',
  database: 'state',
};

/** Metrics with `task` in their fixed names, marks on a time axis, and what an executor gets. */
const ALLOWED = new Set(['TaskMetrics', 'tickInWords', 'ExecutionContext']);

test('no exported name uses a synonym of a word in the glossary', () => {
  const found = files
    .filter((file) => !/^(?:im|ex)porters\//.test(file))
    .flatMap((file) => exportsOf(readFileSync(`src/${file}`, 'utf8')))
    .filter((name) => !ALLOWED.has(name))
    .flatMap((name) => {
      const synonym = wordsOf(name).find((word) => Object.hasOwn(SYNONYMS, word));
      return synonym === undefined ? [] : [`${name}: write ${SYNONYMS[synonym]!} for ${synonym}`];
    });
  expect(found).toEqual([]);
});
