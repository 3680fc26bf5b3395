import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseSchedule } from '../../src/index.js';
import { read } from './context.js';

const page = readFileSync(new URL('../../docs/reference/cron.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| `([^`]+)` \| (\d{4}-[^|]+) \|/gm)].map(([, cron = '', days = '']) => ({
  cron,
  days: days.trim().split(', '),
}));

test('the reference page contains these examples', () => {
  expect(rows.length).toBeGreaterThan(5);
});

test.each(rows)('$cron fires on the days in the reference', ({ cron, days }) => {
  const { schedule } = read('cron', cron, { timezone: 'UTC' });
  const found: string[] = [];
  let at: number | undefined = Date.parse('2027-01-01T00:00Z');
  while (found.length < days.length && (at = schedule.next(at)) !== undefined)
    found.push(new Date(at).toISOString().slice(0, 10));
  expect(found).toEqual(days);
});

test('the shorthands in the reference are accepted, and there are no others', () => {
  for (const [name] of page.matchAll(/(?<=`)@\w+/g))
    expect(read('cron', name).schedule.next(0), name).toBeGreaterThan(0);
});

test('the library accepts a seed for H', () => {
  const minute = (seed?: string) =>
    parseSchedule({ cron: 'H 3 * * *', timezone: 'UTC' }, { ...(seed !== undefined && { seed }) }).next(0);
  const minutes = new Set(['a', 'b', 'c', 'd', 'e'].map(minute));
  expect(minutes.size).toBeGreaterThan(1);
  expect(minute('a')).toBe(minute('a'));
  expect(minute()).toBe(minute(''));
  expect(() => parseSchedule({ cron: 'H 3 * * *' }, { seed: 5 as unknown as string })).toThrow(/seed/);
});
