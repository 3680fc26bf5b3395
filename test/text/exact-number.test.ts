import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inexactNumber } from '../../src/text/exact-number.js';

describe('a number that a double cannot hold exactly', () => {
  it.each([
    '9007199254740993',
    '-9007199254740993',
    '12345678901234567890',
    '0.1234567890123456789',
    '3.14159265358979323846',
    '1e400',
    '-1E+400',
    '1e-400',
  ])('is detected: %s', (number) => {
    expect(inexactNumber(`{"a": 1, "b": [{"c": ${number}}]}`)).toBe(number);
  });

  it.each([
    '0',
    '-0',
    '1.50',
    '0.1',
    '9007199254740992',
    '1e21',
    '1E5',
    '1.7976931348623157e308',
    '100000000000000000000',
    '0.00000000000000000000',
  ])('is not reported for %s', (number) => {
    expect(inexactNumber(`{"a": ${number}}`)).toBeUndefined();
  });

  it('is ignored within strings', () => {
    expect(inexactNumber(String.raw`{"9007199254740993": "\"9007199254740993\\"}`)).toBeUndefined();
  });

  it('does not occur among numbers that JavaScript writes', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(inexactNumber(JSON.stringify({ value }))).toBeUndefined();
      }),
    );
  });
});
