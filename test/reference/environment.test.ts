import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderEnvironment } from '../../docs/generator/environment.js';
import { travelling } from '../../src/executors/queue/work-orders.js';
import { READ_VARIABLES, SET_VARIABLES } from '../../src/system/variables.js';
import { ROOT } from '../support/program.js';

test('docs/reference/environment.md matches the output of npm run docs', async () => {
  await expect(renderEnvironment()).toMatchFileSnapshot('../../docs/reference/environment.md');
});

const source = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !['system/variables.ts', 'executors/queue/work-orders.ts'].includes(file))
  .map((file) => readFileSync(join(ROOT, 'src', file), 'utf8'))
  .join('\n');

/** Names in the sources that begin like variables. */
const OTHERS = [
  // A constant of the bundler.
  'TIMERS_VERSION',
  // A constant.
  'TIMERS_LIFETIME',
  // The example of a warning.
  'TIMERS_STAGE',
];

test('the page lists the variables that commands receive', () => {
  const set = [...source.matchAll(/\bTIMERS_\w+/g)].map(([name]) => name).filter((name) => !OTHERS.includes(name));
  const shown = Object.values(SET_VARIABLES).flatMap((entries) => Object.keys(entries));
  const where = 'Describe each variable in src/system/variables.ts. List names that are not variables in OTHERS here';
  expect([...new Set([...set, 'TRACEPARENT'])].sort(), where).toEqual([...new Set(shown)].sort());
});

/** Variables of commands that no work order contains, because the worker sets them. */
const OF_WORKERS = ['TIMERS_FALLBACK', 'TIMERS_NODE'];

test('a command receives the same variables from a worker', () => {
  const names = Object.keys(SET_VARIABLES['Commands of timers']!);
  const travel = Object.keys(travelling(Object.fromEntries(names.map((name) => [name, '1']))));
  const where = 'Add the variable to VARIABLES in src/executors/queue/work-orders.ts, or set it in the worker';
  expect([...travel, ...OF_WORKERS].sort(), where).toEqual(names.sort());
});

test('the page lists the variables that the program reads', () => {
  const read = [...source.matchAll(/\b(?:env\[|told\()'([A-Z_]+)'/g)].map(([, name]) => name!);
  // `TIMERS_RUN_ID` is read from processes that were left, and `SHELL` from the `env` of exported timers.
  const known = [...Object.keys(READ_VARIABLES), 'TIMERS_RUN_ID', 'SHELL'];
  const missing = [...new Set(read)].filter((name) => !known.includes(name));
  expect(missing, 'Describe these in src/system/variables.ts').toEqual([]);
});
