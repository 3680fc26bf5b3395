import { expect, it } from 'vitest';

import { fieldMatches } from '../../src/schedules/index.js';

/** The fields that do not match. */
function against(expression: string, local: string, second?: number): string[] {
  const matches = fieldMatches(expression, 'backup', { wall: Date.parse(`${local}Z`), second });
  return matches.flatMap(({ name, shown, matches: word }) => (word === 'yes' ? [] : `${name} ${shown} ${word}`));
}

it.each([
  ['30 2 * * *', '2026-11-22T02:30', []],
  ['30 2 * * *', '2026-11-22T03:00', ['minute 0 no', 'hour 3 no']],
  ['0 3 * * MON-FRI', '2026-11-22T03:00', ['day of week Sunday no']],
  ['0 3 * 1,2 *', '2026-11-22T03:00', ['month November no']],
  ['0 3 L * *', '2026-11-30T03:00', []],
  ['0 3 L * *', '2026-11-29T03:00', ['day of month the 29th no']],
  ['0 3 * * SUN#4', '2026-11-22T03:00', []],
  ['@daily', '1969-12-31T00:00', []],
])('%s at %s', (expression, local, expected) => {
  expect(against(expression, local)).toEqual(expected);
});

it('either of two day fields matches, unless one begins with a star', () => {
  expect(against('0 3 13 * FRI', '2026-11-20T03:00')).toEqual(['day of month the 20th spared']);
  expect(against('0 3 13 * FRI', '2026-11-19T03:00')).toEqual(['day of month the 19th no', 'day of week Thursday no']);
  expect(against('0 3 */2 * FRI', '2026-11-20T03:00')).toEqual(['day of month the 20th no']);
});

it('seconds are compared if the expression has them', () => {
  expect(against('0 3 * * *', '2026-11-22T03:00', 5)).toEqual(['second 5 no']);
  expect(against('*/10 0 3 * * *', '2026-11-22T03:00', 5)).toEqual(['second 5 no']);
  expect(against('*/10 0 3 * * *', '2026-11-22T03:00')).toEqual([]);
});
