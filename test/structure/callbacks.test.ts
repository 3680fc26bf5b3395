import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** The interfaces of a source that have methods and nothing else, and the interfaces that its classes implement. */
function callbacksIn(source: string): {
  readonly callbacks: readonly string[];
  readonly implemented: readonly string[];
} {
  const { statements } = ts.createSourceFile('file.ts', source, ts.ScriptTarget.Latest);
  const isCallbacks = (node: ts.InterfaceDeclaration) =>
    node.heritageClauses === undefined && node.members.length > 0 && node.members.every(ts.isMethodSignature);
  const implementedBy = ({ heritageClauses }: ts.ClassDeclaration) =>
    (heritageClauses ?? [])
      .filter(({ token }) => token === ts.SyntaxKind.ImplementsKeyword)
      .flatMap(({ types }) => types.map(({ expression }) => (ts.isIdentifier(expression) ? expression.text : '')));
  return {
    callbacks: statements
      .filter(ts.isInterfaceDeclaration)
      .filter(isCallbacks)
      .map(({ name }) => name.text),
    implemented: statements.filter(ts.isClassDeclaration).flatMap(implementedBy),
  };
}

/** The interfaces of callbacks in `sources` that exactly one class there implements. `others` name those that are ports. */
function usedOnce(sources: readonly string[], others = ''): readonly string[] {
  const implemented = sources.flatMap((source) => callbacksIn(source).implemented);
  return sources
    .flatMap((source) => callbacksIn(source).callbacks)
    .filter((name) => implemented.filter((other) => other === name).length === 1)
    .filter((name) => !new RegExp(`\\b${name}\\b`).test(others));
}

test('the engine has no callback interface for a single class', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const read = (file: string) => readFileSync(join('src', file), 'utf8');
  const engine = files.filter((file) => file.startsWith('engine/'));
  const others = files.filter((file) => !engine.includes(file));
  expect(engine.length).toBeGreaterThan(30);
  expect(usedOnce(engine.map(read), others.map(read).join('\n'))).toEqual([]);
});

const OWNER = 'interface Owner { ended(): void; paused(): void }';

test.each([
  ['one class', `${OWNER} class A implements Owner {}`, ['Owner']],
  ['two classes', `${OWNER} class A implements Owner {} class B implements Owner {}`, []],
  ['no class', OWNER, []],
  ['a class that also returns facts', 'interface Owner { id: string; ended(): void } class A implements Owner {}', []],
])('detects callbacks for %s', (_, source, found) => {
  expect(usedOnce([source])).toEqual(found);
});
