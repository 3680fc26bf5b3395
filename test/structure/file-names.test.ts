import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';

/** Words that do not say what a file is for, without its comment. */
const RIDDLES =
  'agreement aside common emptied errand foresee foresight helper helpers lib manager misc no-file pour present reach ' +
  'service-utils shared-code things upkeep util utils';

test('no file has a name that needs its comment', () => {
  const riddles = new Set(RIDDLES.split(' '));
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(500);
  expect(files.filter((file) => riddles.has(basename(file, '.ts')))).toEqual([]);
});
