import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { KEYS } from '../../src/config/check/schema.js';
import { Document, guide, pattern, readme, reference, type Shown } from '../support/documents.js';
import { Desk, PROGRAM, ROOT } from '../support/program.js';

/** A folder with a page's files, in which its commands run. */
class Reader {
  readonly #desk = new Desk();
  readonly #page: Document;

  constructor(page: Document) {
    this.#page = page;
  }

  prepare(): void {
    const { folder } = this.#desk;
    for (const { role, text } of this.#page.files) {
      mkdirSync(join(folder, dirname(role)), { recursive: true });
      this.#desk.write(role, text);
    }
    this.#desk.write('package.json', '{"type":"module"}');
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules', 'timers-cli'));
  }

  /** Returns what a line prints. Returns once a scheduler started in the background is ready. */
  async types({ line }: Shown): Promise<string> {
    const [, args] = /^timers start (.*) > \S+ &$/.exec(line) ?? [];
    if (args === undefined) return this.#shell(line);
    await this.#desk.start(['start', ...args.split(' ')]).event('scheduler.started');
    return '';
  }

  clear(): Promise<void> {
    return this.#desk.clear();
  }

  #shell(line: string): Promise<string> {
    const script = `timers() { "${process.execPath}" "${PROGRAM}" "$@"; }; ${line}`;
    const cwd = this.#desk.folder;
    const env = { ...process.env, XDG_STATE_HOME: join(cwd, '.state') };
    return new Promise((resolve) => {
      execFile('bash', ['-c', script], { cwd, env }, (_error, stdout, stderr) => resolve(stdout + stderr));
    });
  }
}

const pages = [readme, ...guide];

/** The timer files of a page, except those that it checks itself to show an error. */
const timerFilesOf = (page: Document): readonly string[] =>
  page.files
    .filter(({ language, text }) => language === 'yaml' && Object.hasOwn(parse(text) as object, 'timers'))
    .map(({ role }) => role)
    .filter((file) => !page.shown.some(({ line }) => line.startsWith(`timers validate ${file}`)));

describe.each(pages.map((page) => [page.path, page] as const))('%s', (_path, page) => {
  const reader = new Reader(page);
  beforeAll(() => reader.prepare());
  afterAll(() => reader.clear());

  test('has only blocks of a kind that is exercised here', () => {
    const others = page.blocks.filter(({ role, language }) => !role.includes('.') && language !== 'console');
    const kinds = others.map(({ language, role }) => `${language} ${role}`.trim());
    expect(new Set(kinds)).toEqual(new Set(FURTHER_KINDS[page.path] ?? []));
    expect(page.text.match(/^ *```/gm)).toHaveLength(2 * page.blocks.length);
  });

  if (page.shown.length > 0) {
    describe('what is shown is what happens', () => {
      test.each(page.shown)('$line', async (shown) => {
        expect(await reader.types(shown)).toMatch(pattern(shown.output));
      });
    });
  }

  // After the session, which creates what some files name.
  test.each(timerFilesOf(page))('the file %s is valid, without warnings', async (file) => {
    const { text } = page.files.find(({ role }) => role === file)!;
    const isRefused = /^ +user:/m.test(text) && process.geteuid!() !== 0;
    const said = await reader.types({ line: `timers validate ${file} --strict`, output: '' });
    expect(said).toMatch(isRefused ? /only root may run commands as another user/ : / is valid: /);
  });
});

/** Blocks that are neither a file nor a session, by page: each has its test below. */
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
])('a busy machine may print otherwise than "%s"', (shown, printed) => {
  expect(printed).toMatch(pattern(shown));
  expect(`${printed}.`).not.toMatch(pattern(shown));
});

test('the record for Elastic has only fields of the index template', () => {
  const [, record = ''] = /^```json\n(.*)\n```$/m.exec(readFileSync(join(ROOT, 'docs/guide/logs.md'), 'utf8')) ?? [];
  const template = readFileSync(join(ROOT, 'examples/logs/index-template.json'), 'utf8');
  const names = Object.keys(JSON.parse(record) as object);
  expect(names).toContain('event.action');
  for (const name of names) expect(template).toContain(`"${name}"`);
});

test('the two commands are the ones of package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(readme.only('sh').map(({ text }) => text.trim())).toEqual(['npm ci && npm start', 'npm ci && npm test']);
  expect(scripts).toMatchObject({
    dependencies: 'npm run build',
    start: expect.stringContaining('timers.example.yaml'),
    test: expect.any(String),
  });
});

test('the picture is in the form of the log', () => {
  const picture = readFileSync(join(ROOT, 'docs/picture/terminal.svg'), 'utf8');
  const lines = [...picture.matchAll(/<text [^>]*>(.*?)<\/text>/g)].map(([, line = '']) =>
    line.replace(/<[^>]*>/g, ''),
  );
  const log = lines.slice(lines.findIndex((line) => line.startsWith('──')) + 1);
  expect(log.length).toBeGreaterThan(9);
  for (const line of log) expect(line).toMatch(/^\d\d:\d\d:\d\d [·▸│✓┃↻] \S/);
});

test('the live view is a frame as it is drawn', () => {
  const operating = guide.find(({ path }) => path.endsWith('operating.md'))!;
  const frame = readFileSync(join(ROOT, 'test/cli/render/top/frames/80x20-readme.txt'), 'utf8');
  expect(operating.blocks.find(({ role }) => role === 'top')!.text).toBe(frame);
});

test('every key of the file is in a timer file that the guide shows', () => {
  const shown = guide.flatMap((page) => page.only('yaml').map(({ text }) => text)).join('');
  const all = new Set(Object.values(KEYS).flat());
  expect([...all].filter((key) => !new RegExp(`(^|[ {])${key}:`, 'm').test(shown))).toEqual([]);
});

test('the README has at most 150 lines', () => {
  expect(readme.text.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});

test.each([...pages, ...reference].map((page) => [page.path, page] as const))('%s has no dead link', (path, page) => {
  for (const link of page.links.filter((target) => !/^[a-z]+:/.test(target))) {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : join(dirname(path), file);
    expect(existsSync(join(ROOT, target)), `${link} in ${path}`).toBe(true);
    if (anchor !== undefined) expect(new Document(target).anchors, link).toContain(anchor);
  }
});
