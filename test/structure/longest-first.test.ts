import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LONGEST } from '../longest-first.js';

test('each file of the longest tests exists', () => {
  expect(LONGEST.filter((path) => !existsSync(path))).toEqual([]);
});
