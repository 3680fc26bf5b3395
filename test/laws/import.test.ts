import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crontab } from '../../src/importers/crontab/crontab.js';
import type { Importer } from '../../src/importers/kind.js';
import { supercronic } from '../../src/importers/supercronic/supercronic.js';
import { imported } from '../importers/imported.js';
import { rounds } from './rounds.js';

const number = (low: number, high: number) => fc.integer({ min: low, max: high }).map(String);
const range = (low: number, high: number) =>
  fc
    .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
    .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
const step = (high: number) => fc.integer({ min: 1, max: high }).map((size) => `/${size}`);
const item = (low: number, high: number) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    number(low, high),
    range(low, high),
    step(high).map((size) => `*${size}`),
    fc.tuple(range(low, high), step(high)).map((parts) => parts.join('')),
  );
const field = (low: number, high: number, most = 3) =>
  fc.array(item(low, high), { minLength: 1, maxLength: most }).map((items) => items.join(','));
/** Days of the week are up to `lastDay`. */
const expression = (lastDay: number) =>
  fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, lastDay)).map((fields) => fields.join(' '));

const check = (importer: Importer, when: string): void => {
  const { differences, jobs } = imported(importer, `MAILTO=\nPATH=/bin\n${when} job\n`);
  expect({ when, differences: differences.filter(({ severity }) => severity !== 'note') }).toEqual({
    when,
    differences: [],
  });
  expect(jobs).toHaveLength(1);
};

test('every cron expression becomes a timer that fires when cron would', () => {
  fc.assert(
    fc.property(expression(7), (when) => check(crontab, when)),
    rounds(20),
  );
});

test('every supercronic expression becomes a timer that fires when supercronic would', () => {
  fc.assert(
    fc.property(expression(6), fc.boolean(), (when, hasSeconds) =>
      check(supercronic, hasSeconds ? `*/20 ${when} *` : when),
    ),
    rounds(20),
  );
});
