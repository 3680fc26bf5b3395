import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Desk, PROGRAM, ROOT } from '../support/program.js';

interface Block {
  /** What stands behind the three backticks: language, and a file name or role. */
  readonly language: string;
  readonly role: string;
  readonly text: string;
}

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const blocks: Block[] = [...readme.matchAll(/^```(\w+) ?(\S*)\n([^]*?)^```$/gm)].map(
  ([, language = '', role = '', text = '']) => ({ language, role, text }),
);
const only = (language: string) => blocks.filter((block) => block.language === language);

const desk = new Desk();

beforeAll(() => {
  for (const { role, text } of only('yaml')) desk.write(role, text);
  desk.write('package.json', '{"type":"module"}');
  mkdirSync(join(desk.folder, 'node_modules'));
  symlinkSync(ROOT, join(desk.folder, 'node_modules', 'timers-cli'));
});

afterAll(() => desk.clear());

interface Shown {
  readonly line: string;
  readonly output: string;
}

/** `$ command` lines, each with the output shown below it. */
const shown: Shown[] = only('console').flatMap(({ text }) =>
  text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => ({ line: part.slice(0, part.indexOf('\n')), output: part.slice(part.indexOf('\n') + 1) })),
);

/** `…` stands for any text on a line, and alone on a line for any lines. */
const pattern = (output: string): RegExp => {
  const lines = output
    .trimEnd()
    .split('\n')
    .map((line) =>
      line === '…'
        ? '[^]*'
        : line
            .split('…')
            .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
            // Widths of columns, and where a sentence is wrapped, follow from the figures in them.
            .map((part) => part.replace(/ {2,}/g, ' {2,}').replace(/(?<=\S) (?=[^\s{])/g, '(?: |\\n +)'))
            .join('[^\\n]*'),
    );
  return new RegExp(`^${lines.join('\\n')}\\s*$`);
};

function shell(line: string): Promise<string> {
  const script = `timers() { "${process.execPath}" "${PROGRAM}" "$@"; }; ${line}`;
  return new Promise((resolve) => {
    const env = { ...process.env, XDG_STATE_HOME: join(desk.folder, '.state') };
    execFile('bash', ['-c', script], { cwd: desk.folder, env }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}

test('every block is of a kind that is exercised here', () => {
  const kinds = blocks.map(({ language, role }) => `${language} ${role}`.trim());
  expect(new Set(kinds)).toEqual(
    new Set([
      'text',
      'sh',
      'yaml timers.yaml',
      'yaml broken.yaml',
      'yaml once.yaml',
      'yaml night.yaml',
      'yaml team.yaml',
      'yaml times.yaml',
      'yaml watched.yaml',
      'console',
      'js',
      'text output',
      'text top',
    ]),
  );
});

describe('what is shown is what happens', () => {
  test.each(shown)('$line', async ({ line, output }) => {
    expect(await shell(line)).toMatch(pattern(output));
  });
});

test('the two commands are the ones of package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(only('sh').map(({ text }) => text.trim())).toEqual(['npm ci && npm start', 'npm ci && npm test']);
  expect(scripts).toMatchObject({
    prepare: expect.any(String),
    start: expect.stringContaining('timers.example.yaml'),
    test: expect.any(String),
  });
});

test('the transcript is in the form of the log', () => {
  const transcript = blocks.find(({ language, role }) => language === 'text' && role === '')!.text;
  for (const line of transcript.trimEnd().split('\n').slice(1)) expect(line).toMatch(/^\d\d:\d\d:\d\d [·▸│✓┃↻] \S/);
});

test('the live view is a frame as it is drawn', () => {
  const frame = readFileSync(join(ROOT, 'test/cli/render/top/frames/80x20-readme.txt'), 'utf8');
  expect(blocks.find(({ role }) => role === 'top')!.text).toBe(frame);
});

test('the library block prints what stands below it', async () => {
  const path = desk.write('library.js', only('js')[0]!.text);
  expect(await shell(`node ${path}`)).toBe(blocks.find(({ role }) => role === 'output')!.text);
});
