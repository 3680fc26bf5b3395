import { describe, expect, test } from 'vitest';
import { humanDuration } from '../../src/domain/human-duration.js';
import { EVENTS, messageOf } from '../../src/domain/events/index.js';
import { SENTENCES } from '../support/events.js';

describe('messages', () => {
  test.each(SENTENCES)('%s', (sentence, event) => {
    expect(messageOf(event)).toBe(sentence);
  });

  test('are compared for every event', () => {
    const compared = new Set(SENTENCES.map(([, { event }]) => event));
    const missing = Object.keys(EVENTS).filter((event) => !(compared as ReadonlySet<string>).has(event));
    expect(missing, 'Add these to SENTENCES in test/support/events.ts').toEqual([]);
  });
});

describe('durations', () => {
  test.each([
    [0, '0 ms'],
    [0.4, '0 ms'],
    [320, '320 ms'],
    [999.6, '1 s'],
    [1_234, '1.2 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min'],
    [60_000, '1 min'],
    [250_000, '4 min 10 s'],
    [3_599_700, '1 h'],
    [7_380_000, '2 h 3 min'],
    [86_399_999, '1 d'],
    [432_000_000, '5 d'],
    [439_200_000, '5 d 2 h'],
  ])('%s ms is %s', (duration, words) => {
    expect(humanDuration(duration)).toBe(words);
  });
});
