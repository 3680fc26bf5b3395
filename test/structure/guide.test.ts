import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { KEYS } from '../../src/config/check/schema.js';
import { Document, guide, pattern, readme, reference } from '../support/documents.js';
import { ROOT } from '../support/program.js';

// `test/program/readme.test.ts` types what these pages show.
const pages = [readme, ...guide];

test.each(pages.map((page) => [page.path, page] as const))(
  '%s contains only blocks that a test runs',
  (_path, page) => {
    const others = page.blocks.filter(({ role, language }) => !role.includes('.') && language !== 'console');
    const kinds = others.map(({ language, role }) => `${language} ${role}`.trim());
    expect(new Set(kinds)).toEqual(new Set(FURTHER_KINDS[page.path] ?? []));
    expect(page.text.match(/^ *```/gm)).toHaveLength(2 * page.blocks.length);
  },
);

/** Blocks that are neither a file nor a session, by page: each has its test here, unless noted. */
const FURTHER_KINDS: Readonly<Record<string, readonly string[]>> = {
  'README.md': ['sh'],
  'docs/guide/edge.md': ['bash commands'],
  // `test/sinks/log-shipping.test.ts` runs logrotate; the query needs a Loki.
  'docs/guide/logs.md': ['json', 'text'],
  // `test/stores/shared/redis-board.test.ts` tries the permissions.
  'docs/guide/more-than-one-machine.md': ['bash commands', 'text'],
  'docs/guide/operating.md': ['text top'],
};

test.each([
  ['10:52 ▸ backup started', '10:52 ▸ backup started, 1.3 s late'],
  ['It began at …, on time, and ended', 'It began at 10:52, 1.3 s late, and ended'],
  ['…  once   failure  … ms  2', '10:52  once   failure  1.2 s  2'],
  ['TIMER  OUTCOME  RUN', 'TIMER  OUTCOME  LATE   RUN'],
  ['TIMER  OUTCOME  TOOK   TRIES', 'TIMER  OUTCOME  TOOK    LATE   TRIES'],
])('a document still matches if a slow machine prints something other than "%s"', (shown, printed) => {
  expect(printed).toMatch(pattern(shown));
  expect(`${printed}.`).not.toMatch(pattern(shown));
});

test('the Elastic record in the guide uses only fields of the index template', () => {
  const [, record = ''] = /^```json\n(.*)\n```$/m.exec(readFileSync(join(ROOT, 'docs/guide/logs.md'), 'utf8')) ?? [];
  const template = readFileSync(join(ROOT, 'examples/logs/index-template.json'), 'utf8');
  const names = Object.keys(JSON.parse(record) as object);
  expect(names).toContain('event.action');
  for (const name of names) expect(template).toContain(`"${name}"`);
});

test('the two commands in the README exist in package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(readme.only('sh').map(({ text }) => text.trim())).toEqual(['npm ci && npm start', 'npm ci && npm test']);
  expect(scripts).toMatchObject({
    dependencies: 'npm run build',
    start: expect.stringContaining('timers.example.yaml'),
    test: expect.any(String),
  });
});

test('the picture in the README has the form of the log', () => {
  const picture = readFileSync(join(ROOT, 'docs/picture/terminal.svg'), 'utf8');
  const lines = [...picture.matchAll(/<text [^>]*>(.*?)<\/text>/g)].map(([, line = '']) =>
    line.replace(/<[^>]*>/g, ''),
  );
  const log = lines.slice(lines.findIndex((line) => line.startsWith('──')) + 1);
  expect(log.length).toBeGreaterThan(9);
  for (const line of log) expect(line).toMatch(/^\d\d:\d\d:\d\d [·▸│✓┃↻] \S/);
});

test('the live view in the guide is a frame that top draws', () => {
  const operating = guide.find(({ path }) => path.endsWith('operating.md'))!;
  const frame = readFileSync(join(ROOT, 'test/cli/render/top/frames/80x20-readme.txt'), 'utf8');
  expect(operating.blocks.find(({ role }) => role === 'top')!.text).toBe(frame);
});

test('the guide shows a timer file for every key', () => {
  const shown = guide.flatMap((page) => page.only('yaml').map(({ text }) => text)).join('');
  const all = new Set(Object.values(KEYS).flat());
  const missing = [...all].filter((key) => !new RegExp(`(^|[ {])${key}:`, 'm').test(shown));
  expect(missing, 'Show these keys in a YAML block of docs/guide').toEqual([]);
});

test.each([...pages, ...reference].map((page) => [page.path, page] as const))('%s has no dead link', (path, page) => {
  for (const link of page.links.filter((target) => !/^[a-z]+:/.test(target))) {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : join(dirname(path), file);
    expect(existsSync(join(ROOT, target)), `${link} in ${path}`).toBe(true);
    if (anchor !== undefined) expect(new Document(target).anchors, link).toContain(anchor);
  }
});
