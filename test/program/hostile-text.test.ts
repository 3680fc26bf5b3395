import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commandKinds } from '../../src/cli/commands/index.js';
import { visible } from '../../src/text/visible.js';
import { Desk, type Ended, type Program } from '../support/program.js';

/** Takes a title, conceals, forges a line, reverses and hides letters. */
const HOSTILE =
  'x\x1b]0;owned\x07\x1b[8m\x9b8m\x7f\u202e\u061c\u200e\u200f\u2066\u200b\ufeff\u2028\u{e0041}\nforged\ry\u0085';
const ESCAPED = JSON.stringify(HOSTILE).replace(
  /[\x7f-\uffff]/g,
  (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
);

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

const COLORS = { FORCE_COLOR: '1', NO_COLOR: '' };

const run = async (...args: readonly string[]): Promise<Ended> => {
  const ended = await desk.runWith(COLORS, ...args);
  expectHarmless(ended, args);
  return ended;
};

/** Apart from our colors, only text is sent, and no line is forged. */
function expectHarmless({ stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>, args: readonly string[]): void {
  for (const line of (stdout + stderr).split('\n')) {
    const text = line.replace(/\x1b\[(?:[1-57]|2[1-79]|3\d|9\d)m/g, '');
    expect(text, `${args.join(' ')}: ${visible(line)}`).toBe(visible(text));
    expect(text, `${args.join(' ')}: ${visible(line)}`).not.toMatch(/^forged|^owned/);
  }
}

describe('control characters are escaped', () => {
  test.each(commandKinds.map(({ name }) => name))('in the arguments of %s', async (name) => {
    desk.write('timers.yaml', 'state: ./s.db\ntimers:\n  job: { cron: "0 0 1 1 *", run: [true] }\n');
    const lines: (readonly string[])[] = [
      [name, `--${HOSTILE}`],
      [name, HOSTILE, HOSTILE, HOSTILE],
      [name, '-f', HOSTILE, 'job'],
      [name, '--json', '-f', HOSTILE],
      [name, '--state', HOSTILE, 'job'],
    ].filter((line) => name !== 'start' || !line.includes('--state'));
    await Promise.all(lines.map((line) => run(...line)));
  });

  test('in unknown commands, option values and help topics', async () => {
    for (const line of [[HOSTILE], [`--${HOSTILE}`], ['help', HOSTILE]]) await run(...line);
    const { stderr } = await run('lst');
    expect(stderr).toContain('\n(Did you mean list?)');
    for (const line of [
      ['next', '--until', HOSTILE],
      ['history', '--since', HOSTILE],
      ['history', '--run', HOSTILE],
      ['start', '--log-format', HOSTILE],
      ['explain', '--timezone', HOSTILE, '* * * * *'],
      ['simulate', '--durations', HOSTILE],
      ['in', HOSTILE, '--', 'true'],
    ])
      await run(...line);
  });
});

const file = (rest: string): string => `state: ./s.db
x-note: ${ESCAPED}
timers:
  loud: { cron: "0 0 1 1 *", run_at_start: true, run: "cat loud.txt; cat loud.txt >&2; exit 3", description: ${ESCAPED}, tags: [${ESCAPED}] }
  gone: { cron: "0 0 1 1 *", run_at_start: true, run: [true], cwd: ${ESCAPED} }
  lost: { cron: "0 0 1 1 *", run_at_start: true, run: [${ESCAPED}] }
  json: { cron: "0 0 1 1 *", run_at_start: true, run: [cat, data.json], output: { parse: json } }
${rest}`;

describe('control characters in files and command output are escaped', () => {
  /** A scheduler whose timers have run and failed. */
  async function start(format: string): Promise<Program> {
    desk.write('loud.txt', `${HOSTILE}\n`);
    desk.write('data.json', `${JSON.stringify({ [HOSTILE]: HOSTILE })}\n`);
    desk.write('timers.yaml', file(''));
    const program = desk.start(['start', '--log-format', format], { env: COLORS });
    await expect.poll(() => existsSync(join(desk.folder, 's.db')) && desk.outcomes('s.db').length).toBe(4);
    await run('pause', 'gone', '--reason', HOSTILE);
    await run('in', '1h', '--description', HOSTILE, '--', `echo '${HOSTILE}'`);
    await run('trigger', 'loud', '--wait');
    return program;
  }
  const breakFile = () =>
    desk.write('timers.yaml', file(`  ${ESCAPED}: { every: ${ESCAPED}, run: true, ${ESCAPED}: 1 }\n`));

  test.each(['json', 'pretty'])('in the %s log of a running scheduler', async (format) => {
    const program = await start(format);
    breakFile();
    await run('reload');
    program.kill('SIGTERM');
    const ended = await program.ended;
    expectHarmless(ended, ['start']);
    if (format !== 'json') return;
    const printed = program.lines.find(({ event, task_name: name }) => event === 'run.output' && name === 'json');
    expect(printed?.['data']).toEqual({ [HOSTILE]: HOSTILE });
  });

  test('in the output of commands that query a running scheduler', async () => {
    await start('json');
    const recorded = (await run('history', '--json')).stdout.split('\n').filter((line) => line !== '');
    const runs = recorded.map((line) => (JSON.parse(line) as { run_id: string }).run_id);
    for (const id of runs) for (const form of [[], ['--json']]) await run('history', '--run', id, ...form);
    breakFile();
    for (const line of [['validate'], ['validate', '--json'], ['diff'], ['reload']]) await run(...line);
    for (const name of ['status', 'list', 'next', 'history', 'logs', 'simulate'])
      for (const form of [[], ['--json']]) await run(name, ...form);
    desk.write('timers.yaml', file(''));
    for (const line of [['list'], ['next'], ['why', 'loud', '--at', 'now'], ['explain', 'loud'], ['simulate']])
      for (const form of [[], ['--json']]) await run(...line, ...form);
  });

  test('in the output of commands in a folder whose name contains them', async () => {
    const folder = join(desk.folder, HOSTILE);
    mkdirSync(folder);
    const path = join(folder, 'timers.yaml');
    desk.write(join(HOSTILE, 'timers.yaml'), file(''));
    expect(existsSync(path)).toBe(true);
    for (const line of [
      ['validate'],
      ['list'],
      ['history'],
      ['status'],
      ['run', 'nobody'],
      ['why', 'loud', '--at', 'now'],
    ])
      for (const form of [[], ['--json']]) await run(...line, ...form, '-f', path);
  });

  test('except in the output of timers run, which is passed through unchanged', async () => {
    desk.write('loud.txt', `${HOSTILE}\n`);
    desk.write('timers.yaml', file(''));
    const { stdout, stderr, code } = await desk.run('run', 'loud');
    expect([stdout, stderr, code]).toEqual([`${HOSTILE}\n`, expect.stringContaining(`${HOSTILE}\n`), 3]);
  });
});
