import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exposedCopy } from '../../src/daemon/state-trust.js';

const uid = process.getuid?.() ?? 0;
/** Root gives the folder to another user. Everyone else checks as another user instead. */
const owner = uid === 0 ? 65_534 : uid;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'copy-'));
  mkdirSync(join(folder, 'edge.from'), { mode: 0o700 });
});
afterEach(() => rmSync(folder, { recursive: true }));

const exposed = (as: number) => exposedCopy(join(folder, 'edge.from', 'timers.yaml'), as);

test('a folder of our own that only we can write to is used', () => {
  expect(exposed(uid)).toBeUndefined();
});

test('another user’s folder is not used, regardless of its mode', () => {
  if (uid === 0) chownSync(join(folder, 'edge.from'), owner, owner);
  expect(exposed(owner + 1)).toBe(
    `${folder}/edge.from belongs to another user (uid ${owner}). To keep the copy there: chown ${owner + 1} ${folder}/edge.from`,
  );
});

test.runIf(uid === 0)('root uses no folder that others can write to', () => {
  chmodSync(join(folder, 'edge.from'), 0o777);
  expect(exposed(0)).toContain(`every user can write to ${folder}/edge.from. To keep the copy there: chmod go-w`);
});
