import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderControlSocket } from '../../docs/generator/control-socket.js';
import { VERBS } from '../../src/control/verb-entries.js';
import { verbs } from '../../src/control/verbs.js';
import { ROOT } from '../support/program.js';

test('docs/reference/control-socket.md matches the output of npm run docs', async () => {
  await expect(renderControlSocket()).toMatchFileSnapshot('../../docs/reference/control-socket.md');
});

test('the page lists the verbs of the socket', () => {
  expect([...verbs.keys(), 'logs'].sort()).toEqual(Object.keys(VERBS).sort());
});

test('the page lists the arguments that the socket reads', () => {
  const source = readdirSync(join(ROOT, 'src/control'))
    .filter((file) => file !== 'verb-entries.ts')
    .map((file) => readFileSync(join(ROOT, 'src/control', file), 'utf8'))
    .join('');
  const read = [...source.matchAll(/\(args, '(\w+)'\)/g)].map(([, key]) => key!);
  const shown = Object.values(VERBS).flatMap(({ args }) => Object.keys(args));
  expect([...new Set([...read, 'names'])].sort()).toEqual([...new Set(shown)].sort());
});
