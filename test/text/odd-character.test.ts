import { describe, expect, it } from 'vitest';
import { asItLooks, oddCharacter } from '../../src/text/odd-character.js';

describe('characters that look like others', () => {
  it.each([
    ['a\u00a0b', 1, 'U+00A0 (no-break space)', /looks like a space/],
    ['\u2003', 0, 'U+2003 (a space)', /looks like a space/],
    ['ab\uff1a', 2, 'U+FF1A (fullwidth colon)', /looks like ":"/],
    ['\uff23', 0, 'U+FF23 (fullwidth)', /looks like "C"/],
    ['cr\u043en', 2, 'U+043E (Cyrillic)', /looks like "o"/],
    ['\u0391', 0, 'U+0391 (Greek)', /looks like "A"/],
    ['\ufeffa', 0, 'U+FEFF (byte order mark)', /remove it/],
    ['a\u2028', 1, 'U+2028 (line separator)', /line break/],
  ])('are detected: %j', (text, index, name, said) => {
    expect(oddCharacter(text)).toMatchObject({ index, name });
    expect(oddCharacter(text)?.hint).toMatch(said);
  });

  it('do not include any ordinary character', () => {
    expect(oddCharacter('every: 10s\t日本 é ж 😀 “x”')).toBeUndefined();
    expect(asItLooks('cr\u043en\uff1a\u00a0日本\u200b')).toBe('cron: 日本');
  });
});
