import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createSystemClock } from '../../src/clocks/system.js';
import { loadTimerFile } from '../../src/config/index.js';
import { thisMachine } from '../../src/this-machine.js';
import { pattern, type Document, type Shown } from './documents.js';
import { withoutForkerReport } from './no-forker.js';
import { Desk, PROGRAM, ROOT } from './program.js';

/** Whether its commands take or print a time of day. The others do the same in every time zone. */
export const showsTimes = ({ shown }: Document): boolean =>
  shown.some(({ line, output }) => /\d\d:\d\d/.test(line + output));

/** Tests that type what a page shows, in order, and check its timer files. */
export function follow(page: Document): void {
  const reader = new Reader(page);
  beforeAll(() => reader.prepare());
  afterAll(() => reader.clear());

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
    const problems = await reader.problemsOf(file);
    const refusal = expect.stringContaining('only root may run commands as another user') as string;
    expect(problems).toEqual(isRefused ? expect.arrayContaining([refusal]) : []);
  });
}

/** The timer files of a page, except those that it checks itself to show an error. */
const timerFilesOf = (page: Document): readonly string[] =>
  page.files
    .filter(({ language, text }) => language === 'yaml' && Object.hasOwn(parse(text) as object, 'timers'))
    .map(({ role }) => role)
    .filter((file) => !page.shown.some(({ line }) => line.startsWith(`timers validate ${file}`)));

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

  /** The errors and warnings that `timers validate` prints for a file. */
  async problemsOf(file: string): Promise<readonly string[]> {
    const now = createSystemClock().now();
    const { problems } = await loadTimerFile({ cwd: this.#desk.folder, file, foresees: true }, thisMachine(now));
    return problems.map(({ message, hint }) => `${message} ${hint ?? ''}`);
  }

  clear(): Promise<void> {
    return this.#desk.clear();
  }

  #shell(line: string): Promise<string> {
    const script = `timers() { "${process.execPath}" "${PROGRAM}" "$@"; }; ${line}`;
    const cwd = this.#desk.folder;
    const env = { ...process.env, XDG_STATE_HOME: join(cwd, '.state') };
    return new Promise((resolve) => {
      execFile('bash', ['-c', script], { cwd, env }, (_error, stdout, stderr) =>
        resolve(withoutForkerReport(stdout + stderr)),
      );
    });
  }
}
