import { expect, test } from 'vitest';
import { unitHint } from '../../src/config/check/key-with-unit.js';
import { keyCatalog } from '../../src/config/keys/catalog.js';

const durations = keyCatalog()
  .flatMap(({ keys }) => keys)
  .filter(({ type }) => type.includes('duration'))
  .map(({ path }) => path.replace(/.*\./, ''));

test.each([...new Set(durations)])('%s_seconds gets a hint with the key and its form', (key) => {
  expect(unitHint(`${key}_seconds`, (rest) => rest)).toBe(
    `Did you mean ${key}? The unit is part of the value: ${key}: 30s.`,
  );
});

test('a key that is not a duration gets no hint', () => {
  expect(unitHint('run_seconds', (rest) => rest)).toBeUndefined();
});
