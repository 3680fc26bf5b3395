import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { expect, test } from 'vitest';
import { appendFreePages } from '../../src/stores/free-pages.js';
import { newFolder } from './state.js';

const pragma = (database: DatabaseSyncInstance, name: string) =>
  Object.values(database.prepare(`PRAGMA ${name}`).get() as Record<string, unknown>)[0];

test.each([1, 2, 249, 250, 1_024])('%i appended free pages become part of an open database and are used', (count) => {
  const path = join(newFolder(), 'new.db');
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA page_size = 1024; CREATE TABLE t (a); CREATE TABLE gone (a); DROP TABLE gone`);
  const pages = pragma(database, 'page_count') as number;
  const free = pragma(database, 'freelist_count') as number;
  appendFreePages(path, count, 1024);
  expect(pragma(database, 'page_count')).toBe(pages + count);
  expect(pragma(database, 'freelist_count')).toBe(free + count);
  expect(pragma(database, 'integrity_check')).toBe('ok');
  database.exec(`INSERT INTO t VALUES (zeroblob(${Math.max(1, count * 1_000)}))`);
  expect(pragma(database, 'page_count')).toBe(pages + count);
  expect(pragma(database, 'integrity_check')).toBe('ok');
  database.close();
});
