import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { load } from '../config/diagnose.js';
import { rounds } from './rounds.js';

const timer = '{every: 1m, run: x}';
const first = (text: string) => load(text).problems[0];

/** Reading each takes a few seconds at most. Without the limits, each takes minutes or gigabytes. */
describe('hostile files', () => {
  it.each([
    ['10,000 open brackets', '['.repeat(10_000), 'too-deep'],
    ['10,000 open maps', '{a: '.repeat(10_000), 'too-deep'],
    ['10,000 nested dashes', '- '.repeat(10_000), 'too-deep'],
    ['1,000 nested keys', Array.from({ length: 1_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 'too-deep'],
    ['200,000 commas', `[${','.repeat(200_000)}`, 'yaml-syntax'],
    ['50,000 quotes', '"\n'.repeat(50_000), 'yaml-syntax'],
    ['20,000 tabs', `timers:\n${'\ta: b\n'.repeat(20_000)}`, 'tab-indent'],
    ['20,000 unquoted texts', 'a: @b\n'.repeat(20_000), 'needs-quotes'],
    ['20,000 tags', 'a: !b c\n'.repeat(20_000), 'custom-tag'],
    ['20,000 equal keys', `timers:\n${`  a: ${timer}\n`.repeat(20_000)}`, 'duplicate-key'],
    ['a name of a million letters', `timers:\n  ${'a'.repeat(1_000_000)}: ${timer}`, 'bad-key'],
    [
      'a million variables',
      `timers:\n  a: {every: 1m, run: x, description: "${'${'.repeat(1_000_000)}"}`,
      'bad-variable',
    ],
    ['a zone of a million letters', `timezone: ${'E'.repeat(1_000_000)}\ntimers: {a: ${timer}}`, 'unknown-timezone'],
    ['a file of spaces', ' '.repeat(8_000_000), 'empty-file'],
  ])('are rejected: %s', (_what, text, code) => {
    expect(first(text)?.code).toBe(code);
  });

  const long = 'x'.repeat(60_000);
  it.each([
    `cwd: /${long}`,
    `cwd: "${'x '.repeat(30_000)}"`,
    `user: ${long}`,
    `env_file: ${long}`,
    `shell: /${long}`,
    `output: {file: ${long}}`,
    `env: {${long}: [1]}`,
    `env: {A: "\${${long}}"}`,
    `pass_env: ["${long} x"]`,
    `timeout: ${long}`,
    `${long}: 1`,
  ])('repeat little of a long value in messages: %.20s', (line) => {
    const { problems } = load(`timers:\n  a:\n    every: 1m\n    run: x\n    ${line}\n`);
    expect(problems).not.toEqual([]);
    for (const { message, hint = '' } of problems) {
      expect(message.length).toBeLessThan(700);
      expect(hint.length).toBeLessThan(700);
    }
  });

  it('with a billion laughs attack are rejected', () => {
    const letters = 'bcdefghij'.split('');
    const levels = letters.map(
      (letter, index) =>
        `x-${letter}: &${letter} [${Array(9)
          .fill(`*${'abcdefghij'.charAt(index)}`)
          .join(', ')}]`,
    );
    const text = `x-a: &a [ha, ha]\n${levels.join('\n')}\ntimers: {t: {every: 1m, run: *j}}`;
    expect(first(text)?.code).toBe('alias-bomb');
  });

  it('with a large map merged into many timers are handled', () => {
    const keys = Array.from({ length: 1_000 }, (_, index) => `  k${index}: v`).join('\n');
    const timers = Array.from({ length: 10_000 }, (_, index) => `  t${index}: {<<: *large, every: 1m, run: x}`).join(
      '\n',
    );
    const { problems } = load(`x-large: &large\n${keys}\ntimers:\n${timers}`);
    expect(problems.some(({ code }) => code === 'alias-bomb' || code === 'unknown-key')).toBe(true);
  });

  it('report many errors only up to a limit', () => {
    const timers = Array.from({ length: 5_000 }, (_, index) => `  t${index}: {evry: 1m, run: x}`).join('\n');
    const { problems } = load(`timers:\n${timers}`);
    expect(problems).toHaveLength(1_001);
    expect(problems.at(-1)).toMatchObject({ code: 'too-many-problems', line: 1_001, severity: 'error' });
    expect(problems.at(-1)?.message).toBe('Only the first 1,000 problems are shown.');
  });

  it('report a thousand errors without other output', () => {
    const timers = Array.from({ length: 1_000 }, (_, index) => `  t${index}: {evry: 1m, run: x}`).join('\n');
    expect(load(`timers:\n${timers}`).problems).toHaveLength(1_000);
  });

  it('with too many errors are not read further, which is reported', () => {
    const { problems } = load(`timers:\n${'\ta: b\n'.repeat(20_000)}`);
    expect(problems.at(-1)).toMatchObject({ code: 'too-many-problems', severity: 'error' });
    expect(problems.length).toBeLessThanOrEqual(1_001);
  });
});

describe('10,000 timers', () => {
  it('are all read', () => {
    const text = `timers:\n${Array.from({ length: 10_000 }, (_, index) => `  t${index}: {every: 1m, run: x}`).join('\n')}`;
    expect(load(text).timerFile?.jobs).toHaveLength(10_000);
  });
});

describe('any text', () => {
  const pieces = fc.constantFrom(
    ...[
      'timers:',
      'a',
      ':',
      ' ',
      '\n',
      '  ',
      '- ',
      '"',
      "'",
      '[',
      ']',
      '{',
      '}',
      ',',
      '#',
      '&a',
      '*a',
      '!',
      '|',
      '>',
      '@',
      '%',
      '?',
    ],
    ...[
      '`',
      '\t',
      '\r\n',
      '---',
      '...',
      '<<: *a',
      'cron: "* * * * *"',
      'every: 1m',
      'run: x',
      '${A',
      '}',
      '\u0001',
      '\ud800',
      '😀',
      '~',
      '0',
    ],
  );
  it('is parsed without throwing, and every problem has a place within the text', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        const lines = text.split('\n');
        const { problems, timerFile } = load(text);
        for (const { line, column, endColumn = column + 1, message } of problems) {
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
          expect(endColumn).toBeGreaterThan(column);
          expect(message).not.toBe('');
        }
        expect(timerFile === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
      }),
      rounds(2_000),
    );
  });
});
