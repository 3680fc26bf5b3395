import { expect, test } from 'vitest';
import { renderKeys } from '../../docs/generator/keys.js';
import { renderSchema } from '../../docs/generator/schema.js';
import { schemaText } from '../../src/config/keys/json-schema.js';

test('docs/reference/keys.md is the one that `npm run docs` writes', async () => {
  await expect(renderKeys()).toMatchFileSnapshot('../../docs/reference/keys.md');
});

test('docs/reference/schema.md is the one that `npm run docs` writes', async () => {
  await expect(renderSchema()).toMatchFileSnapshot('../../docs/reference/schema.md');
});

test('schema/timers.schema.json is the one that `npm run docs` writes', async () => {
  await expect(schemaText()).toMatchFileSnapshot('../../schema/timers.schema.json');
});
