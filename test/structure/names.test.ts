import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

const namesIn = (name: ts.BindingName): readonly string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesIn(element.name) : []));

/** The names that `export { … }` introduces: for its own declarations, for another package, or with `as`. */
function namesOfList({ exportClause, moduleSpecifier }: ts.ExportDeclaration): readonly string[] {
  if (exportClause === undefined) return [];
  if (ts.isNamespaceExport(exportClause)) return [exportClause.name.text];
  const isPassedOn = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text.startsWith('.');
  return exportClause.elements
    .filter(({ propertyName, name }) => !isPassedOn || (propertyName && propertyName.text !== name.text))
    .map(({ name }) => name.text);
}

/** The names that a source file gives to its exports. */
function definedBy(source: string): readonly string[] {
  const { statements } = ts.createSourceFile('file.ts', source, {
    languageVersion: ts.ScriptTarget.Latest,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });
  const imported = new Set(
    statements.flatMap((node) => {
      const bindings = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : undefined;
      return bindings && ts.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name.text) : [];
    }),
  );
  return statements.flatMap((node) => {
    if (ts.isExportDeclaration(node)) return namesOfList(node).filter((name) => !imported.has(name));
    if (!isExported(node)) return [];
    if (ts.isVariableStatement(node)) return node.declarationList.declarations.flatMap(({ name }) => namesIn(name));
    const { name } = node as ts.DeclarationStatement;
    return name && ts.isIdentifier(name) ? [name.text] : [];
  });
}

/** The library gives public names to things with other names inside. */
const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && file !== 'index.ts',
);

test('each exported name belongs to one file', () => {
  const places = new Map<string, string[]>();
  for (const file of files)
    for (const name of new Set(definedBy(readFileSync(join('src', file), 'utf8'))))
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
  expect(definedBy(source)).toEqual(names);
});
