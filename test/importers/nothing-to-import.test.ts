import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { importSchedules } from '../../src/cli/commands/import/import.js';
import type { Terminal } from '../../src/cli/terminal.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-'));
  mkdirSync(join(folder, 'hollow'));
  const files = { empty: '\n', comments: '# only\n', prose: 'hello world\n', tab: '0 3 * * * a\n' };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});

afterEach(() => rmSync(folder, { recursive: true }));

/** What an import prints on standard error. */
async function messages(words: readonly string[], output?: string): Promise<readonly string[]> {
  const lines: string[] = [];
  const tell = (...some: readonly string[]) => void lines.push(...some);
  const terminal = { cwd: folder, width: 200, color: { out: false, err: false }, out: () => undefined };
  const code = await importSchedules({ ...terminal, err: tell, errPainted: tell } as unknown as Terminal, words, {
    ...(output !== undefined && { output }),
  });
  expect(code).toBe(1);
  return lines;
}

test.each([
  [['nope'], 'timers: nope cannot be read: it does not exist.'],
  [['empty'], 'timers: empty is empty.'],
  [['comments'], 'timers: comments has only comments.'],
  [['hollow'], 'timers: hollow is a folder without files to import.'],
  [['prose'], expect.stringMatching(/^timers: prose has no known format\. Put the format before the files: crontab, /)],
])('%j is reported in one line with the reason', async (words, line) => {
  expect(await messages(words)).toEqual([line]);
});

test('an unknown word is rejected with a list of the formats', async () => {
  const [first] = await messages(['cron', 'tab']);
  expect(first).toMatch(
    /^timers: cron cannot be read: it does not exist\. It is not a format either\. The formats are cron/,
  );
  expect(await messages(['cron'])).toEqual(['timers: cron cannot be read: it does not exist.']);
});

test('a format that does not match the file is an error', async () => {
  for (const format of ['yacron', 'cronstable', 'ofelia', 'systemd', 'kubernetes', 'pm2', 'node-cron', 'anacron'])
    expect((await messages([format, 'tab'])).join('\n'), format).toMatch(/tab:1 {2}error /);
});

test('a file in a missing folder cannot be written', async () => {
  const lines = await messages(['tab'], 'none/timers.yaml');
  expect(lines[0]).toBe('timers: none/timers.yaml cannot be written: its folder does not exist.');
});
