import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonText, visible, visibleCharacters, visibleJson } from '../../src/text/visible.js';

describe('visible', () => {
  test.each([
    ['letters of any script', 'aé漢字 😀 שלום مرحبا नमस्ते\tb'],
    ['an emoji made of several characters', '👩‍💻 ❤️ 👍🏽 🏳️‍🌈 1️⃣'],
    ['a Persian word with a joiner', 'می\u200cخواهم'],
    ['a Hindi conjunct', 'क्\u200dष'],
    ['a Han variant', '葛\u{e0100}'],
    ['spaces of other widths', 'a\u00a0b\u3000c'],
  ])('keeps %s', (_words, text) => {
    expect(visible(text)).toBe(text);
  });

  test.each([
    ['C0', '\0\x07\x1b[31m\r\nx', '␀␇␛[31m␍␊x'],
    ['DEL and C1', '\x7f\x85\x9b', '<U+007F><U+0085><U+009B>'],
    [
      'every bidi mark',
      '\u061c\u200e\u200f\u202a\u202e\u2066\u2069',
      '<U+061C><U+200E><U+200F><U+202A><U+202E><U+2066><U+2069>',
    ],
    ['zero-width characters', 'a\u200bb\u2060c\ufeffd\u00ade', 'a<U+200B>b<U+2060>c<U+FEFF>d<U+00AD>e'],
    ['line breaks', 'a\u2028b\u2029', 'a<U+2028>b<U+2029>'],
    ['tags', 'a\u{e0041}\u{e007f}', 'a<U+E0041><U+E007F>'],
    ['a lone surrogate', 'a\ud83d', 'a<U+D83D>'],
    ['fillers', '\u3164\uffa0\u115f', '<U+3164><U+FFA0><U+115F>'],
    ['a joiner between Latin letters', 'back\u200dup\u200c', 'back<U+200D>up<U+200C>'],
    ['more than one joiner', 'می\u200c\u200cخ', 'می<U+200C><U+200C>خ'],
    ['variation selectors without effect', 'a\ufe0f\ufe01\u{e0100}', 'a<U+FE0F><U+FE01><U+E0100>'],
  ])('escapes %s', (_words, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('returns the same text character by character', () => {
    const anyText = fc.string({
      unit: fc.oneof(fc.constantFrom('\u200d', '\ufe0f', '👩', 'क', '\x1b', 'a'), fc.string()),
    });
    fc.assert(
      fc.property(anyText, (text) => {
        const characters = visibleCharacters(text);
        expect(characters.map(({ shown }) => shown).join('')).toBe(visible(text));
        expect(characters.reduce((sum, { units }) => sum + units, 0)).toBe(text.length);
      }),
    );
  });
});

describe('visible in JSON', () => {
  const HIDDEN = ['\u009b31m', '\u202e', '\u{e0041}', '\x7f', '\ufeff', '\u2028'].join('x');

  test('keeps the data and hides nothing', () => {
    const text = jsonText({ [HIDDEN]: [HIDDEN, '👩‍💻'] });
    expect(JSON.parse(text)).toEqual({ [HIDDEN]: [HIDDEN, '👩‍💻'] });
    expect(text).toContain('"\\u009b31mx\\u202ex\\udb40\\udc41x\\u007fx\\ufeffx\\u2028"');
    expect(visible(text)).toBe(text);
  });

  test('keeps the line breaks', () => {
    expect(jsonText({ a: '\u202e\n' }, 2)).toBe('{\n  "a": "\\u202e\\n"\n}');
    expect(visibleJson('{"a":1}\n')).toBe('{"a":1}\n');
  });

  test('keeps the meaning of any value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = jsonText(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(visible(text)).toBe(text);
      }),
    );
  });
});
