import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bareNumber, DurationError, LONGEST_DURATION, parseDuration } from '../../src/domain/duration.js';

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['10s', 10_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1w', 604_800_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    ['500 ms', 500],
    ['1 h 30 m', 5_400_000],
    ['1w2d3h4m5s6ms', 788_645_006],
    [' 10s ', 10_000],
    ['0s', 0],
    ['90m', 5_400_000],
    ['PT30S', 30_000],
    ['P1DT2H', 93_600_000],
    ['PT1H30M', 5_400_000],
    ['P1W', 604_800_000],
    ['PT0.25S', 250],
    ['PT1,5S', 1_500],
    ['36525d', LONGEST_DURATION],
  ])('reads %s as %d ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each([
    ['10', /10 has no unit.*Write "10s" for seconds or "10m"/s],
    ['0', /0 has no unit.*"10s"/s],
    ['1h30', /ends in a number without a unit.*"1h30s" for seconds or "1h30m" for minutes/],
    ['1m30', /ends in a number without a unit\. Write "1m30s" for seconds\.$/],
    ['1s500', /ends in a number without a unit\. Write "1s500ms"/],
    ['5  minutes', /Write "5m"/],
    ['1.5', /fraction.*Write "1s500ms"/],
    ['0.0001s', /fraction.*smaller units/],
    ['', /missing/],
    ['  ', /missing/],
    ['s', /not a valid duration/],
    ['abc', /not a valid duration/],
    ['-5s', /negative/],
    ['1.5h', /fraction.*Write "1h30m"/s],
    ['2,5d', /fraction.*Write "2d12h"/s],
    ['30m1h', /longest to shortest/],
    ['1s1s', /each once/],
    ['5 minutes', /Write "5m"/],
    ['10S', /Write "10s"/],
    ['10 sec', /Write "10s"/],
    ['3 months', /"months" is not a unit/],
    ['1M', /may mean minutes or months.*"1m" for minutes/],
    ['2y', /"y" is not a unit/],
    ['10s!', /not a valid duration|not a unit/],
    ['P', /not an ISO 8601/],
    ['PT', /not an ISO 8601/],
    ['P1DT', /not an ISO 8601/],
    ['P1M', /no fixed length/],
    ['P1Y', /no fixed length/],
    ['PT1.5H', /not an ISO 8601/],
    ['36526d', /longer than 100 years/],
    ['99999999999999999999w', /longer than 100 years/],
  ])('rejects %j', (text, said) => {
    const refused = () => parseDuration(text);
    expect(refused).toThrow(DurationError);
    expect(refused).toThrow(RangeError);
    expect(messageAndHint(refused)).toMatch(said);
  });

  it.each([
    [10, /10 has no unit\. Write "10s" for seconds or "10m" for minutes/],
    [1.5, /"1\.5" has a fraction\. Write "1s500ms"/],
    [0, /0 has no unit\. Write a duration such as "10s"/],
    [-5, /-5 is negative/],
    [Number.NaN, /NaN is not a valid duration/],
    [1e30, /is not a valid duration/],
    [Infinity, /Infinity is not a valid duration/],
  ])('reports what the number %d lacks', (value, said) => {
    const { message, hint } = bareNumber(value);
    expect(`${message} ${hint}`).toMatch(said);
  });

  it('gives hints that lead to no further error', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^\d{1,3}([.,]\d{1,4})? ?(ms|s|m|h|secs?|Min|hours)?(\d{1,3}(m|s|ms)?)?$/),
        (text) => {
          const hint = hintOf(() => parseDuration(text));
          for (const [, proposed = ''] of hint.matchAll(/"([^"]+)"/g))
            expect(() => parseDuration(proposed)).not.toThrow();
        },
      ),
      { seed: 5, numRuns: 500 },
    );
  });

  it('reads back both written forms', () => {
    const part = fc.integer({ min: 0, max: 59 });
    fc.assert(
      fc.property(part, part, part, (hours, minutes, seconds) => {
        const expected = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
        expect(parseDuration(`${hours}h${minutes}m${seconds}s`)).toBe(expected);
        expect(parseDuration(`PT${hours}H${minutes}M${seconds}S`)).toBe(expected);
      }),
      { seed: 3 },
    );
  });
});

function messageAndHint(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DurationError) return `${error.message} ${error.hint}`;
  }
  return '';
}

function hintOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DurationError) return error.hint;
  }
  return '';
}
