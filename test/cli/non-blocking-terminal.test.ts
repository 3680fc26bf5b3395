import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { bundle } from '../support/bundle.js';

test('prints every line without control characters', async () => {
  const program = await bundle(new URL('non-blocking-lines.ts', import.meta.url));
  expect(spawnSync(process.execPath, [program], { encoding: 'utf8' }).stderr).toBe('one\ntwo ␛[2J\n');
});
