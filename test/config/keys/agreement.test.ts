import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseTimerFile } from '../../../src/config/index.js';
import { Document, guide, readme, reference } from '../../support/documents.js';
import { ROOT } from '../../support/program.js';
import { disagreement } from '../../support/schema.js';
import { machine } from '../diagnose.js';

/**
 * The schema and `timers validate` agree on which files are valid, except for what docs/reference/schema.md lists. The
 * texts of test/config are compared where they are read (`load`); this covers all others.
 */

const tracked = (...patterns: readonly string[]): readonly string[] =>
  execFileSync('git', ['ls-files', ...patterns], { cwd: ROOT, encoding: 'utf8' })
    .trim()
    .split('\n');

function compare(text: string, folder = ROOT): string | undefined {
  const { problems } = parseTimerFile({ path: join(folder, 'timers.yaml'), folder, text }, { ...machine, env: {} });
  return disagreement(text, problems);
}

describe('schema and timers validate agree on files of the repository', () => {
  test.each(tracked('*.yaml', '*.yml'))('%s', (path) => {
    const file = join(ROOT, path);
    expect(compare(readFileSync(file, 'utf8'), dirname(file))).toBeUndefined();
  });
});

describe('schema and timers validate agree on blocks of the pages', () => {
  const others = tracked('*.md')
    .filter((path) => !path.startsWith('docs/'))
    .map((path) => new Document(path));
  const pages = new Map([readme, ...guide, ...reference, ...others].map((page) => [page.path, page]));
  const blocks = [...pages.values()].flatMap(({ path, blocks: all }) =>
    all
      .filter(({ language }) => language === 'yaml')
      .map(({ text }, index) => [`${path}, block ${index + 1}`, text] as const),
  );
  test.each(blocks)('%s', (_name, text) => {
    expect(compare(text)).toBeUndefined();
  });
});

/** Timer files that tests contain as one literal, without placeholders. */
const inTests = (path: string): readonly string[] =>
  [...readFileSync(join(ROOT, path), 'utf8').matchAll(/`([^`]*)`|'([^'\n]*)'/g)]
    .map(([, template = '', quoted = '']) => template || quoted)
    .filter((text) => /(?:^|\n|\\n) *timers: ?(?:\{|\n|\\n)/.test(text) && !/\$\{(?!\w+(?::-[^}]*)?\})/.test(text))
    .map((text) =>
      text.replaceAll('\\n', '\n').replaceAll("\\'", "'").replaceAll('\\\\', '\\').replaceAll('\\${', '${'),
    );

describe('schema and timers validate agree on files in tests', () => {
  const paths = tracked('test/*.ts').filter((path) => !path.startsWith('test/config/') && inTests(path).length > 0);
  test.each(paths)('%s', (path) => {
    expect(
      inTests(path)
        .map((text) => compare(text))
        .filter((one) => one !== undefined),
    ).toEqual([]);
  });
});
