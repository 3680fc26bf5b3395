import { expect, test } from 'vitest';
import { visibleText } from '../../src/page/visible-text.js';

test('bidirectional control characters are displayed and do not reverse text', () => {
  expect(visibleText('rm \u202egpj.exe\u2069\u061c')).toBe('rm <U+202E>gpj.exe<U+2069><U+061C>');
  expect(visibleText('גיבוי é ✓')).toBe('גיבוי é ✓');
});
