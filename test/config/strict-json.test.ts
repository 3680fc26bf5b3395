import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { jsonFault } from '../../src/config/text/strict-json.js';
import { brief, load, words } from './diagnose.js';

const A = '"a": {"every": "1m", "run": "x"}';

describe('a file that ends in .json must be strict JSON', () => {
  it.each([
    ['{"timers": {' + A + '},}', '1:46 json-syntax', 'Remove the comma'],
    ['{"timers": {"a": {"every": "1m", "run": ["x",]}}}', '1:45 json-syntax', 'Remove the comma'],
    ['// mine\n{"timers": {' + A + '}}', '1:1 json-syntax', 'no comments'],
    ['{\n  # mine\n  "timers": {' + A + '}}', '2:3 json-syntax', 'no comments'],
    ["{'timers': {}}", '1:2 json-syntax', 'double quotes'],
    ['{timers: {}}', '1:2 json-syntax', 'quotes'],
    ['timers:\n  a: {every: 1m, run: x}', '1:1 json-syntax', 'quotes'],
    ['{"timers": {' + A + ' "b": {}}}', '1:46 json-syntax', 'missing comma'],
    ['{"timers": {"a": {"every": 010}}}', '1:28 json-syntax', 'not valid JSON'],
    ['{"timers": {"a": {"every": "1m', '1:28 json-syntax', 'missing'],
    ['{"timers": {"a": {"every": "1m"}', '1:33 json-syntax', 'Close'],
    ['{"timers": {' + A + '}} {}', '1:48 json-syntax', 'not valid JSON'],
    ['[' + '['.repeat(200), '1:202 json-syntax', 'Close'],
    ['', '1:1 empty-file', 'empty'],
  ])('%s', (text, problem, word) => {
    const { problems, timerFile } = load(text, '/etc/timers.json');
    expect(problems.map(brief)).toEqual([problem]);
    expect(words(problems[0]!)).toContain(word);
    expect(timerFile).toBeUndefined();
  });

  it('and valid JSON is accepted', () => {
    expect(load(`{"timers": {\n\t${A}}}\r\n`, '/etc/timers.json').timerFile?.jobs).toHaveLength(1);
  });

  it('and the first error is reported', () => {
    const pieces = fc.constantFrom(
      ...'{ } [ ] , : "a" "\\u00e9" 1 -0 1e5 01 1. true null nul \' # // \n'.split(' '),
      ' ',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const fault = jsonFault(parts.join(''));
        // The text before the fault is the beginning of valid JSON: nothing in it is wrong.
        const before = parts.join('').slice(0, fault?.at.start ?? 0);
        expect((jsonFault(before) ?? fault)?.at.start).toBe(fault === undefined ? 0 : before.length);
      }),
      { numRuns: 2_000, seed: 13 },
    );
  });
});
