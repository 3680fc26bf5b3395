import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSources } from '../../../src/cli/commands/import/read-sources.js';

test('an instance without a file is read from its template, and a missing unit is reported', () => {
  const folder = mkdtempSync(join(tmpdir(), 'timers-template-'));
  try {
    writeFileSync(join(folder, 'job@.timer'), '[Timer]\n');
    const { files, faults } = readSources(['job@home.timer', 'other@home.timer'], folder, undefined);
    expect(files).toEqual([{ path: 'job@home.timer', text: '[Timer]\n' }]);
    expect(faults).toEqual([expect.stringContaining('other@home.timer cannot be read')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
