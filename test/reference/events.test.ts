import { expect, test } from 'vitest';
import { renderEvents } from '../../docs/generator/events.js';

test('docs/reference/events.md is the one that `npm run docs` writes', async () => {
  await expect(renderEvents()).toMatchFileSnapshot('../../docs/reference/events.md');
});
