import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

test.each(['ARCHITECTURE.md', 'CONTRIBUTING.md'])('every file named in %s exists', (document) => {
  const text = readFileSync(`${root}${document}`, 'utf8');
  const named = text.match(/(?<![\w/.<>-])(?:src|test|bench|docs|native|examples)\/[\w./-]+\.\w+(?![\w<>])/g) ?? [];
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
});

const sources = ['src', 'test'].flatMap((folder) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).map((path) => `/${folder}/${path}`),
);

test.each(['ARCHITECTURE.md', 'CONTRIBUTING.md'])(
  'every module that %s names by its last folders exists',
  (document) => {
    const text = readFileSync(`${root}${document}`, 'utf8');
    const named = [...text.matchAll(/`([\w./-]+\.ts)`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !sources.some((source) => source.endsWith(`/${path}`)))).toEqual([]);
  },
);
