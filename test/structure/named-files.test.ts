import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

test.each(['ARCHITECTURE.md', 'CONTRIBUTING.md'])('every file that %s names exists', (document) => {
  const text = readFileSync(`${root}${document}`, 'utf8');
  const named = text.match(/(?<![\w/.<>-])(?:src|test|bench|docs|native|examples)\/[\w./-]+\.\w+(?![\w<>])/g) ?? [];
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
});
