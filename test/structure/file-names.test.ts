import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { namesOfExports } from './exports.js';

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** Words that do not say what a file is for, without its comment. */
const RIDDLES =
  'agreement aside common emptied errand foresee foresight helper helpers lib manager misc no-file pour present reach ' +
  'service-utils shared-code things upkeep util utils';

test('every file name is clear without a comment', () => {
  const riddles = new Set(RIDDLES.split(' '));
  expect(files.length).toBeGreaterThan(500);
  expect(files.filter((file) => riddles.has(basename(file, '.ts')))).toEqual([]);
});

/** Files that many folders have: there the folder, too, says what the file exports. */
const IN_EACH_FOLDER = new Set(['board', 'command', 'index', 'kind', 'render']);

/** The words of a name, without the `s` of a plural. */
const wordsOf = (name: string): readonly string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[-_]/)
    .map((word) => word.replace(/ies$/, 'y').replace(/s$/, ''));

/**
 * Whether two words are the same: one is the start of the other (`proc`, `process`), or both start the same
 * (`describe`, `description`).
 */
const isSameWord = (one: string, other: string): boolean =>
  one.slice(0, 5) === other.slice(0, 5) ||
  (Math.min(one.length, other.length) >= 3 && (one.startsWith(other) || other.startsWith(one)));

/** Whether an export has a word of the file's name. */
function saysItsName(file: string, exported: readonly string[]): boolean {
  const name = basename(file, '.ts');
  const folder = basename(dirname(file)) === 'render' ? dirname(dirname(file)) : dirname(file);
  const words = wordsOf(IN_EACH_FOLDER.has(name) ? `${name}-${basename(folder)}` : name);
  return exported.length === 0 || exported.flatMap(wordsOf).some((word) => words.some((own) => isSameWord(own, word)));
}

test('each file is named after its exports', () => {
  const unlike = files.filter((file) => !saysItsName(file, namesOfExports(readFileSync(join('src', file), 'utf8'))));
  expect(unlike).toEqual(['index.ts']);
});

test.each([
  ['engine/run-table.ts', ['RunTable'], true],
  ['stores/rows.ts', ['listOfRow'], true],
  ['importers/entry.ts', ['Entries'], true],
  ['crontab/description.ts', ['describedBy'], true],
  ['schedules/rhythm.ts', ['shortestInterval'], false],
  ['commands/why/render.ts', ['printWhy'], true],
  ['commands/why/render.ts', ['reasons'], false],
  ['executors/index.ts', ['executorKinds'], true],
  ['cli/main.ts', [], true],
])('%s with %j: %s', (file, exported, isSaid) => {
  expect(saysItsName(file, exported)).toBe(isSaid);
});
