import { describe, expect, test } from 'vitest';
import { declared, renderCommands } from '../../docs/generator/commands.js';
import { commandKinds } from '../../src/cli/commands/index.js';
import { exporterKinds } from '../../src/exporters/index.js';
import { importerKinds } from '../../src/importers/index.js';

test('docs/reference/commands.md matches the output of npm run docs', async () => {
  await expect(renderCommands()).toMatchFileSnapshot('../../docs/reference/commands.md');
});

const sections = new Map(
  renderCommands()
    .split(/^### /m)
    .slice(1)
    .map((section) => [/^`timers (.*)`/.exec(section)?.[1] ?? '', section] as const),
);

test('the page lists the commands of the program', () => {
  expect([...sections.keys()].sort()).toEqual(commandKinds.map(({ name }) => name).sort());
});

describe.each(commandKinds.map((kind) => [kind.name, kind] as const))('timers %s', (name, kind) => {
  test('has the options listed on the page', () => {
    const options = declared(kind).options.map(({ flags }) => flags);
    const shown = [...sections.get(name)!.matchAll(/^\| `(-.*?)` +\|/gm)].map(([, flags]) => flags);
    expect(shown).toEqual(options.filter((flags) => flags !== '--no-color'));
  });

  test('has a summary that fits a line of `timers --help`: an imperative without a period', () => {
    expect(kind.summary).toMatch(/^[A-Z][a-z]+ .{3,60}[^.]$/);
    expect(kind.summary.length).toBeLessThanOrEqual(63);
  });

  test('is called by its examples', () => {
    expect(kind.examples.length).toBeGreaterThan(0);
    for (const { line } of kind.examples)
      expect(line).toMatch(new RegExp(`\\btimers (.*timers )?${name}( |$)|timers status; `));
  });
});

test.each([
  ['import', importerKinds],
  ['export', exporterKinds],
])('the help of timers %s lists each format', (command, formats) => {
  const details = commandKinds.find(({ name }) => name === command)?.details;
  for (const { name } of formats) expect(details).toMatch(new RegExp(`\\b${name}\\b`));
});
