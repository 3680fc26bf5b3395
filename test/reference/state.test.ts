import { DatabaseSync } from '@photostructure/sqlite';
import { expect, test } from 'vitest';
import { renderState } from '../../docs/generator/state.js';
import { TABLES } from '../../src/stores/tables.js';
import { migrate } from '../../src/stores/migrations.js';

test('docs/reference/state.md matches the output of npm run docs', async () => {
  await expect(renderState()).toMatchFileSnapshot('../../docs/reference/state.md');
});

test('the page lists the tables and columns of a new state', () => {
  const database = new DatabaseSync(':memory:');
  migrate(database, 0);
  const names = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map(({ name }) => String(name));
  const tables = names("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')");
  expect(Object.keys(TABLES).sort()).toEqual(tables.sort());
  for (const [name, { columns }] of Object.entries(TABLES))
    expect(Object.keys(columns).sort(), name).toEqual(names(`SELECT name FROM pragma_table_info('${name}')`).sort());
  database.close();
});
