import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plantedLinkOn } from '../../src/stores/index.js';
import { newFolder } from './state.js';

const ROOT = 0;
const ANN = 1_000;
const BOB = 1_001;

/** Creates a world-writable folder with a link of Bob's in it, and opens a state through that link. */
function open(context: { skip: (when: boolean, why: string) => void }, owner = BOB, mode = 0o1777) {
  context.skip(process.geteuid!() !== ROOT, 'only root can make files of others');
  const folder = newFolder();
  mkdirSync(join(folder, 'private'));
  writeFileSync(join(folder, 'private', 'important'), 'precious');
  mkdirSync(join(folder, 'pub'));
  chmodSync(join(folder, 'pub'), mode);
  const link = join(folder, 'pub', 'link');
  symlinkSync(join(folder, 'private'), link);
  lchownSync(link, owner, owner);
  return { folder, link };
}

test('another user’s symlink in a folder that others can write to is found anywhere in the path', (context) => {
  const { folder, link } = open(context);
  expect(plantedLinkOn(link, ROOT)).toBe(link);
  expect(plantedLinkOn(join(link, 'new.db'), ANN)).toBe(link);
  symlinkSync(join(link, 'important'), join(folder, 'private', 'mine'));
  expect(plantedLinkOn(join(folder, 'private', 'mine'), ROOT)).toBe(link);
});

test('symlinks of our own, of root and in private folders are followed', (context) => {
  const { link } = open(context, ANN);
  expect(plantedLinkOn(link, ANN)).toBeUndefined();
  expect(plantedLinkOn(open(context, ROOT).link, ANN)).toBeUndefined();
  const closed = open(context, BOB, 0o755);
  chownSync(join(closed.folder, 'pub'), ANN, ANN);
  expect(plantedLinkOn(closed.link, ANN)).toBeUndefined();
  expect(plantedLinkOn(closed.link, ROOT)).toBe(closed.link);
});

test('a symlink loop is left to the code that opens the file', () => {
  const link = join(newFolder(), 'link');
  symlinkSync(link, link);
  expect(plantedLinkOn(link, ROOT)).toBeUndefined();
});
