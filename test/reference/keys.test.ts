import { expect, test } from 'vitest';
import { renderKeys } from '../../docs/generator/keys.js';
import { renderSchema } from '../../docs/generator/schema.js';
import { schemaText } from '../../src/config/keys/json-schema.js';

test('docs/reference/keys.md matches the output of npm run docs', async () => {
  await expect(renderKeys()).toMatchFileSnapshot('../../docs/reference/keys.md');
});

test('docs/reference/schema.md matches the output of npm run docs', async () => {
  await expect(renderSchema()).toMatchFileSnapshot('../../docs/reference/schema.md');
});

test('schema/timers.schema.json matches the output of npm run docs', async () => {
  await expect(schemaText()).toMatchFileSnapshot('../../schema/timers.schema.json');
});
