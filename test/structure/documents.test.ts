import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMAND_GROUPS } from '../../src/cli/command.js';
import { commandKinds } from '../../src/cli/commands/index.js';

const linesOf = (file: string): readonly string[] => readFileSync(file, 'utf8').trimEnd().split('\n');

test.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'])('%s has at most 150 lines', (file) => {
  expect(linesOf(file).length).toBeLessThanOrEqual(150);
});

test('the index of decisions lists each one once, in order, with its title and date', () => {
  const decisions = readdirSync('docs/decisions').filter((file) => /^\d{4}-/.test(file));
  const rows = decisions.map((file) => {
    const [title = '', , date = ''] = linesOf(`docs/decisions/${file}`);
    expect(title).toMatch(new RegExp(`^# ${file.slice(0, 4)}\\. \\S`));
    return `| [${file.slice(0, 4)}](${file}) | ${title.replace(/^# \d+\. /, '')} | ${date} |`;
  });
  const listed = linesOf('docs/decisions/README.md').filter((line) => line.startsWith('| ['));
  expect(rows.length).toBeGreaterThan(80);
  expect(listed.map((line) => line.replace(/\|[^|]+\|$/, '|'))).toEqual(rows);
});

test('each decision has a context, a decision and a price', () => {
  const incomplete = readdirSync('docs/decisions')
    .filter((file) => /^\d{4}-/.test(file))
    .filter((file) => {
      const headings = linesOf(`docs/decisions/${file}`).filter((line) => line.startsWith('## '));
      return ['Context', 'Decision', 'Price'].some((heading) => !headings.includes(`## ${heading}`));
    });
  expect(incomplete).toEqual([]);
});

test('each changelog entry is one line that begins with a capital letter or code', () => {
  const lines = linesOf('CHANGELOG.md').slice(linesOf('CHANGELOG.md').findIndex((line) => line.startsWith('## ')));
  const isPart = (line: string) => line === '' || /^#{2,3} \S/.test(line) || /^[A-Z][a-z ]+$/.test(line);
  const entries = lines.filter((line) => !isPart(line));
  expect(entries.length).toBeGreaterThan(50);
  expect(entries.filter((line) => !/^- (?:[A-Z]|`|\/|\[).*[.]$/.test(line))).toEqual([]);
});

test('the help groups the commands', () => {
  const groups = commandKinds.map(({ group }) => group);
  const inOrder = Object.keys(COMMAND_GROUPS).flatMap((group) => groups.filter((one) => one === group));
  expect(new Set(groups).size).toBe(6);
  expect(groups).toEqual(inOrder);
});
