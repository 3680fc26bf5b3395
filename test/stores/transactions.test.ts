import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { expect, test } from 'vitest';
import { migrate } from '../../src/stores/migrations.js';
import { SqliteHistory } from '../../src/stores/sqlite-history.js';
import { afterTest } from './state.js';

function open(): DatabaseSyncInstance {
  const database = new DatabaseSync(':memory:');
  afterTest(() => database.close());
  return database;
}

test('a failed migration changes nothing and closes its transaction', () => {
  const database = open();
  database.exec('CREATE TABLE jobs (name TEXT)');
  expect(() => migrate(database, 0)).toThrow('table jobs already exists');
  expect(database.isTransaction).toBe(false);
  expect(database.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'jobs' }]);
});

test('an error in a read transaction is reported unchanged, even if SQLite has rolled back', () => {
  const database = open();
  const history = new SqliteHistory(database);
  const fail = () => {
    database.exec('ROLLBACK');
    throw new Error('disk I/O error');
  };
  expect(() => history.still(fail)).toThrow('disk I/O error');
});
