import { expect, test } from 'vitest';
import { renderIndexTemplate } from '../../docs/generator/elastic.js';
import { renderEvents } from '../../docs/generator/events.js';
import { logSchemaText } from '../../src/domain/log-schema.js';

test('docs/reference/events.md matches the output of npm run docs', async () => {
  await expect(renderEvents()).toMatchFileSnapshot('../../docs/reference/events.md');
});

test('schema/log.schema.json matches the output of npm run docs', async () => {
  await expect(logSchemaText()).toMatchFileSnapshot('../../schema/log.schema.json');
});

test('examples/logs/index-template.json matches the output of npm run docs', async () => {
  await expect(renderIndexTemplate()).toMatchFileSnapshot('../../examples/logs/index-template.json');
});
