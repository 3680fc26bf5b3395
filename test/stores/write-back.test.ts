import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { expect, test } from 'vitest';
import { WriteBack } from '../../src/stores/write-back.js';
import { afterTest, newFolder } from './state.js';

function open() {
  const path = join(newFolder(), 'timers.db');
  const database = new DatabaseSync(path);
  database.exec('PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; CREATE TABLE t (a)');
  const writeBack = new WriteBack(path, database);
  afterTest(() => {
    database.close();
    writeBack.close();
  });
  const insert = database.prepare('INSERT INTO t VALUES (zeroblob(3000))');
  const commit = (times: number) => {
    for (let time = 0; time < times; time++) {
      insert.run();
      writeBack.committed();
    }
  };
  return { path, database, writeBack, commit };
}

test('a long log is checkpointed repeatedly and reused from its beginning', () => {
  const { path, writeBack, commit } = open();
  const before = statSync(path).size;
  commit(200);
  expect(statSync(path).size).toBe(before);
  commit(4_000);
  expect(statSync(path).size).toBeGreaterThan(8 * 1024 * 1024);
  expect(statSync(`${path}-wal`).size).toBeLessThan(6 * 1024 * 1024);
  expect(writeBack.isTouched).toBe(false);
  writeBack.checkpoint('PASSIVE');
  expect(writeBack.isTouched).toBe(false);
});

test('a write by another program is detected, even after our own checkpoint, until it is accepted', () => {
  const { path, writeBack, commit } = open();
  commit(100);
  writeBack.checkpoint('PASSIVE');
  const file = openSync(path, 'r+');
  afterTest(() => closeSync(file));
  writeSync(file, Buffer.alloc(1024, 1), 0, 1024, statSync(path).size);
  expect(writeBack.isTouched).toBe(true);
  commit(1);
  writeBack.checkpoint('PASSIVE');
  expect(writeBack.isTouched).toBe(true);
  writeBack.accept();
  expect(writeBack.isTouched).toBe(false);
});
