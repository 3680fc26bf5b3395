import { expect, test } from 'vitest';
import { plain } from '../../src/page/visible-text.js';

test('marks of writing direction are seen, and turn nothing', () => {
  expect(plain('rm \u202egpj.exe\u2069\u061c')).toBe('rm <U+202E>gpj.exe<U+2069><U+061C>');
  expect(plain('גיבוי é ✓')).toBe('גיבוי é ✓');
});
