import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import config from '../../vitest.config.js';
import { PROGRAM_IN_ONE_ZONE, READ_THE_ZONE } from '../zones.js';

const projects = (config.test?.projects ?? []).map((project) => (typeof project === 'object' ? project : {}));
const zoneOf = (name: string) =>
  projects.map((project) => ('test' in project ? project.test : undefined)).find((options) => options?.name === name)
    ?.env?.['TZ'];

test('tests that read the time zone, and program tests, run in two zones', () => {
  expect(['unit', 'unit-berlin', 'program', 'program-berlin'].map(zoneOf)).toEqual([
    'UTC',
    'Europe/Berlin',
    'UTC',
    'Europe/Berlin',
  ]);
  for (const path of [...READ_THE_ZONE, ...PROGRAM_IN_ONE_ZONE]) expect(existsSync(path), path).toBe(true);
});

test('one run covers both zones, and a failure in the first one does not end it', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  expect(scripts['test']).toBe('vitest run');
  expect(scripts['test:unit']).toMatch(/^vitest run (--project [\w-]+ ?)+$/);
  expect(scripts['test:unit']).toMatch(/--project unit .*--project unit-berlin/);
  for (const options of [config.test, ...projects.map((project) => ('test' in project ? project.test : undefined))])
    expect(options).not.toHaveProperty('bail');
});
