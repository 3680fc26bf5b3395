import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { LINE_LIMIT, LineSplitter } from '../../src/executors/shell/line-splitter.js';

/** The output for these chunks; a cut line ends in ` …`. */
function split(...chunks: (string | Uint8Array)[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((block, truncated) =>
    lines.push(...(truncated ? [`${block} …`] : block.split('\n'))),
  );
  for (const chunk of chunks) {
    splitter.push(Buffer.from(chunk));
    while (splitter.flow(2));
  }
  splitter.end();
  return lines;
}

const long = 'x'.repeat(LINE_LIMIT);

describe('splitting output into lines', () => {
  test.each<[string, (string | Uint8Array)[], string[]]>([
    ['empty output', [], []],
    ['an empty line', ['\n'], ['']],
    ['several lines, the last without newline', ['a\nb\n\nc'], ['a', 'b', '', 'c']],
    ['a line in several chunks', ['a', 'b', 'c\nd', '\n'], ['abc', 'd']],
    ['CRLF, even split across chunks', ['a\r\nb\r', '\nc\r\n'], ['a', 'b', 'c']],
    ['the last state of a progress bar', ['10 %\r20 %\r30 %\n'], ['30 %']],
    ['a progress bar in several chunks', ['10', ' %\r', '20 %', '\r30', ' %\nnext\n'], ['30 %', 'next']],
    ['a progress bar with a carriage return at its end', ['10 %\r20 %\r', '\r\n', 'a\r\r\n'], ['20 %', 'a']],
    ['a progress bar without newline', ['10 %\r20 %\r'], ['20 %']],
    ['carriage returns alone', ['\r\n\r', '\r\n\r'], ['', '']],
    [
      'a short state after a state that is too long',
      [`${long}x\r`, 'short\n', `${long}x\rshort\n`],
      ['short', 'short'],
    ],
    ['a state that is too long after a short one', [`short\r${long}`, 'x\n'], [`${long} …`]],
    [
      'a long progress bar',
      ['a', ...Array.from({ length: 1_000 }, (_, n) => `\r${n} ${'#'.repeat(60)}`), '\n'],
      [`999 ${'#'.repeat(60)}`],
    ],
    ['a character split across chunks', [Buffer.from('ä€').subarray(0, 3), Buffer.from('ä€\n').subarray(3)], ['ä€']],
    ['bytes that are not UTF-8', [Buffer.from([0x61, 0xff, 0xc3, 0x0a, 0xe2, 0x82])], ['a\uFFFD\uFFFD', '\uFFFD']],
    ['NUL and control characters as data', ['a\0b\x1b[31m\n'], ['a\0b\x1b[31m']],
    ['a line of the maximum length', [`${long}\n`], [long]],
    ['a line that is too long by one byte', [`${long}x\nnext\n`], [`${long} …`, 'next']],
    ['a line that is too long, in several chunks', [long, 'x', 'y', 'z\nnext\n'], [`${long} …`, 'next']],
    ['a line that is too long, without newline', [long, long, long], [`${long} …`]],
    ['a line that is too long after other lines', [`a\nb\n${long}${long}`, 'more\nc'], ['a', 'b', `${long} …`, 'c']],
    ['a cut between characters', [`${'x'.repeat(LINE_LIMIT - 1)}€\n`], [`${'x'.repeat(LINE_LIMIT - 1)} …`]],
    [
      'a cut between characters, without newline',
      [`${'x'.repeat(LINE_LIMIT - 1)}€€`],
      [`${'x'.repeat(LINE_LIMIT - 1)} …`],
    ],
  ])('handles %s', (_, chunks, expected) => {
    expect(split(...chunks)).toEqual(expected);
  });

  it('emits blocks of at most the requested number of lines', () => {
    const blocks: string[] = [];
    const splitter = new LineSplitter((block) => blocks.push(block));
    splitter.push(Buffer.from('a'));
    splitter.flow(2);
    splitter.push(Buffer.from('b\nc\n\nd\ne'));
    expect([splitter.flow(2), blocks]).toEqual([true, ['ab\nc\n']]);
    expect([splitter.flow(2), blocks]).toEqual([false, ['ab\nc\n', 'd']]);
    splitter.end();
    expect(blocks).toEqual(['ab\nc\n', 'd', 'e']);
  });
});

describe('for random output, the splitter', () => {
  const bytes = fc
    .uint8Array({ maxLength: 400 })
    .map((array) => array.map((byte) => (byte % 7 === 0 ? 0x0a : byte % 5 === 0 ? 0x0d : byte)));

  it('emits the same lines regardless of chunk boundaries', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(400)), (output, places) => {
        const cuts = [0, ...places.sort((a, b) => a - b), output.length];
        const chunks = cuts.slice(1).map((cut, index) => output.subarray(cuts[index], cut));
        expect(split(...chunks)).toEqual(split(output));
      }),
    );
  });

  it('does not lose text', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }).filter((line) => !/[\r\n]/.test(line))), (lines) => {
        expect(split(lines.map((line) => `${line}\n`).join(''))).toEqual(lines);
      }),
    );
  });
});
