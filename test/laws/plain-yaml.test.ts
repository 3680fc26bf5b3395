import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAnyYaml } from '../../src/config/check/read-tree.js';
import { Problems } from '../../src/config/text/diagnostic.js';
import type { Slot } from '../../src/config/text/node.js';
import { readPlainYaml } from '../../src/config/text/read-plain-yaml.js';
import { Source } from '../../src/config/text/source.js';
import { finish } from '../../src/turns/steps.js';

const RUNS = Number(process.env['RUNS'] ?? 5_000);

const plain = (text: string): Slot | undefined => finish(readPlainYaml(text));

/** The tree that the YAML library reads, and its problems. */
function byLibrary(text: string) {
  const problems = new Problems(new Source(text));
  return { tree: finish(readAnyYaml(problems)), problems: problems.list() };
}

/** A tree as plain data, with the order of keys. */
const flat = (tree: Slot | undefined): unknown =>
  JSON.parse(JSON.stringify(tree, (_, value: unknown) => (value instanceof Map ? [...value] : value)));

/**
 * Checks that the tree equals the library's and has no problem, unless the text is left to the library. Returns whether
 * it was.
 */
function check(text: string): boolean {
  const tree = plain(text);
  if (tree === undefined) return false;
  const library = byLibrary(text);
  expect(library.problems, text).toEqual([]);
  expect(flat(tree), text).toEqual(flat(library.tree));
  return true;
}

const name = fc.oneof(
  fc.constantFrom('timers', 'run', 'cron', 'a.b-c', '_x', '1', 'null', 'true', '"quoted"', "'it''s'", '"a b"'),
  fc.stringMatching(/^[a-z][a-z0-9_.-]{0,6}$/),
);
const scalar = fc.oneof(
  fc.constantFrom('5m', '0.5h', '10', '0', '2026-11-29T02:19:41Z', 'true', 'false', 'echo a:b#c', '-x', '$HOME/x y'),
  fc.constantFrom('"a\\n\\"b\\""', '"# : {"', "'it''s'", '""', "''", '~/x', 'über', '(x)', '1_000', 'a  b', '1.2.3.4'),
  fc.stringMatching(/^[a-z0-9/.$][a-z0-9/. $=-]{0,12}[a-z0-9]$/).filter((text) => !/^[-+.\de]*$/.test(text)),
);
const flow = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalar.filter((text) => !/[{#]/.test(text)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc
      .uniqueArray(fc.tuple(name, tie('value')), { maxLength: 3, selector: ([key]) => unquote(key) })
      .map((pairs) => (pairs.length === 0 ? '{}' : `{ ${pairs.map(([k, v]) => `${k}: ${v}`).join(', ')} }`)),
  ),
})).value;
const unquote = (key: string): string => key.replace(/^(["'])(.*)\1$/, '$2').replaceAll("''", "'");

/** A value with the text before its first line, and its further lines, not indented yet. */
type Value = readonly [first: string, ...rest: string[]];
const indented = (lines: readonly string[], by: string): string[] =>
  lines.map((line) => (line === '' ? '' : by + line));
const tail = fc.constantFrom('', '', '', ' ', ' # note', '  # a: "b');
const gap = fc.constantFrom<string[][]>([], [], [], [''], ['# note'], ['', '# x', '']);
const body = fc
  .array(fc.constantFrom('echo a', '  deeper: b', 'x # y', ''), { minLength: 1, maxLength: 4 })
  .filter(([first]) => first !== '' && !first?.startsWith(' '));
const value = fc.letrec<{ value: Value; block: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.tuple(fc.oneof(scalar, flow), tail).map(([text, end]): Value => [` ${text}${end}`]),
    fc.tuple(fc.constantFrom(' |', ' |-'), body).map(([sign, lines]): Value => [sign, ...indented(lines, '  ')]),
    tie('block'),
  ),
  block: fc.oneof(
    fc
      .tuple(fc.array(fc.oneof(scalar, flow), { minLength: 1, maxLength: 3 }), tail, fc.constantFrom('', '  '))
      .map(([items, end, by]): Value => [end, ...items.map((item) => `${by}- ${item}${end}`)]),
    fc
      .tuple(
        fc.uniqueArray(fc.tuple(name, tie('value'), gap), {
          minLength: 1,
          maxLength: 4,
          selector: ([key]) => unquote(key),
        }),
        tail,
        fc.constantFrom(' ', '  ', '    '),
      )
      .map(([entries, end, by]): Value => [
        end,
        ...indented(
          entries.flatMap(([key, [first, ...rest], before]) => [...before, `${key}:${first}`, ...rest]),
          by,
        ),
      ]),
  ),
})).value;
const file = fc
  .uniqueArray(fc.tuple(name, value, gap), { minLength: 1, maxLength: 4, selector: ([key]) => unquote(key) })
  .map((entries) => entries.flatMap(([key, [first, ...rest], before]) => [...before, `${key}:${first}`, ...rest]))
  .chain((lines) => fc.constantFrom('', '\n', '\n\n').map((end) => lines.join('\n') + end));

/** YAML files, blocks of YAML in documents, and texts in tests. */
function textsIn(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: folder !== '.', encoding: 'utf8' });
  return files.flatMap((file) => {
    if (/\.yaml$/.test(file)) return [readFileSync(join(folder, file), 'utf8')];
    if (/\.md$/.test(file)) return blocks(join(folder, file), /```yaml\n(.*?)```/gs);
    if (/test\.ts$/.test(file)) return blocks(join(folder, file), /`([^`]*:[^`$]*)`/g);
    return [];
  });
}

const blocks = (file: string, pattern: RegExp): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, text = '']) => text.replaceAll('\\n', '\n'));

describe('the fast parser for plain YAML', () => {
  test('returns the same tree as the library for ordinary files, without falling back', () => {
    fc.assert(
      fc.property(file, (text) => {
        // A number such as 0x0 is for the library.
        fc.pre(!/\b0[xo]\w/.test(text));
        expect(check(text), text).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('returns the same tree as the library for files with other YAML', () => {
    const odd = fc.oneof(
      fc.constantFrom('\n', ' ', '  ', '\n  ', ':', ': ', '#', ' #', '- ', '-', '?', '? ', '|', '|\n', '>', '&a', '*a'),
      fc.constantFrom(
        '!',
        '%',
        '@',
        '`',
        '"',
        '[',
        ']',
        '{',
        '}',
        ',',
        '~',
        "'",
        '\\',
        '\t',
        '\r',
        '\0',
        '!!str ',
        '<<',
      ),
      fc.constantFrom('---', '\n---\n', '\n...\n', '\n- a\n', '\n  b: c\n', '0x1F', '1e5', '.inf', '\u2028', '\ufeff'),
      fc.string({ maxLength: 3 }),
    );
    const change = fc.tuple(fc.nat(), fc.nat({ max: 4 }), odd);
    const changed = fc.tuple(file, fc.array(change, { minLength: 1, maxLength: 3 })).map(([text, changes]) =>
      changes.reduce((now, [at, length, put]) => {
        const start = at % (now.length + 1);
        return now.slice(0, start) + put + now.slice(start + length);
      }, text),
    );
    fc.assert(
      fc.property(changed, (text) => void check(text)),
      { numRuns: RUNS },
    );
  });

  test('returns the same tree as the library for documents and tests', () => {
    const documented = ['.', 'docs'].flatMap((folder) => textsIn(folder));
    expect(documented.filter(check).length / documented.length).toBeGreaterThan(0.8);
    textsIn('test').forEach(check);
  });

  test('leaves files to the library that the library rejects for their size', () => {
    for (const text of [`${'k'.repeat(1025)}: 1`, `"${'k'.repeat(1025)}": 1`, `a: ${'['.repeat(99)}${']'.repeat(99)}`])
      expect(check(text)).toBe(false);

    expect(plain(`a: [${'1, '.repeat(100_001)}1]`)).toBeUndefined();
    expect(plain(`a: 1\n${'# b\n'.repeat(250_000)}`)).toBeUndefined();
  });
});
