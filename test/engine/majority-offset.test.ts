import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TimeSample } from '../../src/domain/time-source.js';
import { majorityOffset } from '../../src/engine/majority-offset.js';

const sample = (source: string, offsetMs: number, errorMs: number): TimeSample => ({
  kind: 'sample',
  source,
  offsetMs,
  errorMs,
});
type Said = readonly (readonly [offset: number, error: number])[];
const samples = (said: Said) => said.map(([offset, error], index) => sample('abcdefgh'[index]!, offset, error));
const names = (of: readonly TimeSample[]) => of.map(({ source }) => source).join('');

test.each<[Said, readonly [number, number] | undefined, string, string]>([
  // Columns: offset ± error of each source, their agreement, which are right, which are wrong.
  [[], undefined, '', ''],
  [[[250, 1]], [250, 1], 'a', ''],
  [
    [
      [10, 4],
      [12, 4],
    ],
    [11, 3],
    'ab',
    '',
  ],
  [
    [
      [10, 1],
      [12, 1],
    ],
    [11, 0],
    'ab',
    '',
  ],
  [
    [
      [10, 1],
      [250, 1],
    ],
    undefined,
    '',
    'ab',
  ],
  [
    [
      [10, 2],
      [250, 2],
      [11, 2],
    ],
    [10.5, 1.5],
    'ac',
    'b',
  ],
  [
    [
      [0, 100],
      [99, 1],
      [98, 1],
    ],
    [98.5, 0.5],
    'abc',
    '',
  ],
  [
    [
      [0, 1],
      [10, 1],
      [20, 1],
    ],
    undefined,
    '',
    'abc',
  ],
  [
    [
      [0, 1],
      [0, 1],
      [20, 1],
      [20, 1],
    ],
    undefined,
    '',
    'abcd',
  ],
  // Two intervals shared by two of three: it is unknown which is right, so the result spans both.
  [
    [
      [0, 2],
      [3, 2],
      [6, 2],
    ],
    [3, 2],
    'abc',
    '',
  ],
])('%j gives %j by %s, not by %s', (said, expected, truechimers, falsetickers) => {
  const agreement = majorityOffset(samples(said));
  expect(agreement.offset).toEqual(expected && { offsetMs: expected[0], errorMs: expected[1] });
  expect([names(agreement.truechimers), names(agreement.falsetickers)]).toEqual([truechimers, falsetickers]);
});

test('law: with correct sources, the result contains the true offset and is as narrow as the best one', () => {
  const errors = fc.array(
    fc.record({ error: fc.integer({ min: 0, max: 500 }), share: fc.double({ min: -1, max: 1, noNaN: true }) }),
    {
      minLength: 1,
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(fc.integer({ min: -5_000, max: 5_000 }), errors, (truth, sources) => {
      const { offset } = majorityOffset(
        samples(sources.map(({ error, share }) => [truth + Math.trunc(error * share), error] as const)),
      );
      expect(offset).toBeDefined();
      expect(Math.abs(offset!.offsetMs - truth)).toBeLessThanOrEqual(offset!.errorMs);
      expect(offset!.errorMs).toBeLessThanOrEqual(Math.min(...sources.map(({ error }) => error)));
    }),
  );
});

test('law: a minority far off changes nothing except that it is reported', () => {
  const right = fc.array(fc.integer({ min: -10, max: 10 }), { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(right, fc.integer({ min: 1_000, max: 9_000 }), (offsets, lie) => {
      const honest = samples(offsets.map((offset) => [offset, 25] as const));
      const liar = sample('liar', lie, 25);
      const agreement = majorityOffset([liar, ...honest]);
      expect(agreement.offset).toEqual(majorityOffset(honest).offset);
      expect(names(agreement.falsetickers)).toBe('liar');
    }),
  );
});
