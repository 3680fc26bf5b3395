import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderEnvironment } from '../../docs/generator/environment.js';
import { READ_VARIABLES, SET_VARIABLES } from '../../src/system/variables.js';
import { ROOT } from '../support/program.js';

test('docs/reference/environment.md matches the output of npm run docs', async () => {
  await expect(renderEnvironment()).toMatchFileSnapshot('../../docs/reference/environment.md');
});

const source = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('variables.ts'))
  .map((file) => readFileSync(join(ROOT, 'src', file), 'utf8'))
  .join('\n');

test('the page lists the variables that commands receive', () => {
  const set = [...source.matchAll(/^ +(TIMERS_\w+): /gm)].map(([, name]) => name!);
  const shown = Object.values(SET_VARIABLES).flatMap((entries) => Object.keys(entries));
  expect([...new Set([...set, 'TRACEPARENT'])].sort()).toEqual([...new Set(shown)].sort());
});

test('the page lists the variables that the program reads', () => {
  const read = [...source.matchAll(/\b(?:env\[|told\()'([A-Z_]+)'/g)].map(([, name]) => name!);
  const known = [...Object.keys(READ_VARIABLES), 'TIMERS_RUN_ID'];
  expect([...new Set(read)].filter((name) => !known.includes(name))).toEqual([]);
});
