import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderEnvironment } from '../../docs/generator/environment.js';
import { READ_VARIABLES, SET_VARIABLES } from '../../src/system/variables.js';
import { ROOT } from '../support/program.js';

test('docs/reference/environment.md is the one that `npm run docs` writes', async () => {
  await expect(renderEnvironment()).toMatchFileSnapshot('../../docs/reference/environment.md');
});

const source = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('variables.ts'))
  .map((file) => readFileSync(join(ROOT, 'src', file), 'utf8'))
  .join('\n');

test('the variables that commands get are those of the page', () => {
  const set = [...source.matchAll(/^ +(TIMERS_\w+): /gm)].map(([, name]) => name!);
  const shown = Object.values(SET_VARIABLES).flatMap((entries) => Object.keys(entries));
  expect([...new Set([...set, 'TRACEPARENT'])].sort()).toEqual([...new Set(shown)].sort());
});

test('the variables that the sources read are on the page', () => {
  const read = [...source.matchAll(/\b(?:env\[|told\()'([A-Z_]+)'/g)].map(([, name]) => name!);
  const known = [...Object.keys(READ_VARIABLES), 'TIMERS_RUN_ID'];
  expect([...new Set(read)].filter((name) => !known.includes(name))).toEqual([]);
});
