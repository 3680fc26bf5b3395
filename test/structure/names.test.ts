import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { namesOfExports } from './exports.js';

/** The library gives public names to things with other names inside. */
const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && file !== 'index.ts',
);

test('each exported name belongs to one file', () => {
  const places = new Map<string, string[]>();
  for (const file of files)
    for (const name of new Set(namesOfExports(readFileSync(join('src', file), 'utf8'))))
      places.set(name, [...(places.get(name) ?? []), file]);
  const twice = [...places].filter(([, where]) => where.length > 1);
  expect(places.size).toBeGreaterThan(1_000);
  expect(twice).toEqual([]);
});

test.each([
  ['export const a = 1, b = 2;', ['a', 'b']],
  ['export const { a, b: [c] } = d;', ['a', 'c']],
  ['export async function* a() {}', ['a']],
  ['export abstract class A {}', ['A']],
  ['export declare const a: 1;', ['a']],
  ['export enum A { B }', ['A']],
  ['export type A = 1; export interface B {}', ['A', 'B']],
  ['const a = 1; export { a };', ['a']],
  ['const a = 1; export { a as b };', ['b']],
  ['class A {} export type { A };', ['A']],
  ["export { a as b } from './a.js';", ['b']],
  ["export * as a from './a.js';", ['a']],
  ["export { a } from 'package';", ['a']],
  ["export { a } from './a.js';", []],
  ["import { a } from './a.js'; export { a };", []],
  ["export * from './a.js';", []],
  ['const a = 1;', []],
])('%s defines %j', (source, names) => {
  expect(namesOfExports(source)).toEqual(names);
});
