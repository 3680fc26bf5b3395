import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Desk, PROGRAM, ROOT } from '../support/program.js';
import { Tmux, whyNoTmux } from '../support/tmux.js';

const FILE = 'timers:\n  backup: { every: 1h, run: "true" }\n  bakery.two: { in: 1x, run: 3 }\n';
const OTHER = 'timers:\n  nightly: { every: 1h, run: "true" }\n';

/** How a shell is started in a terminal, and how it gets the completion: as the examples of `timers completion --help` say. */
const SHELLS = {
  bash: { start: 'bash --norc', setUp: 'source <(timers completion bash)' },
  zsh: { start: 'zsh -f', setUp: 'autoload -U compinit; compinit -u -D; source <(timers completion zsh)' },
  fish: { start: 'fish --no-config --private', setUp: 'timers completion fish | source' },
} as const;

type Shell = keyof typeof SHELLS;

/** What is typed before the tab, and the resulting line. */
const COMPLETED: readonly (readonly [string, string, string])[] = [
  ['a command', 'timers trig', 'timers trigger '],
  ['the name of a timer', 'timers trigger back', 'timers trigger backup '],
  ['a name with a dot', 'timers explain bake', 'timers explain bakery.two '],
  ['the name of a timer of another file', 'timers pause -f other.yaml ni', 'timers pause -f other.yaml nightly '],
  ['an option', 'timers start --keep', 'timers start --keep-alive '],
  ['the value of an option', 'timers start --log-format pre', 'timers start --log-format pretty '],
  ['a time zone', 'timers list --timezone Europe/Berl', 'timers list --timezone Europe/Berlin '],
  ['a file', 'timers list --file oth', 'timers list --file other.yaml '],
  ['a file as an argument', 'timers validate oth', 'timers validate other.yaml '],
  ['a format to import', 'timers import superc', 'timers import supercronic '],
  ['a file to import', 'timers import oth', 'timers import other.yaml '],
  ['a file behind a format', 'timers import superc oth', 'timers import superc other.yaml '],
  ['an outcome', 'timers history --status fail', 'timers history --status failure '],
  ['recorded run times', 'timers simulate --durations rec', 'timers simulate --durations recorded '],
  ['a key', 'timers keys retry.att', 'timers keys retry.attempts '],
  ['a format to export', 'timers export kub', 'timers export kubernetes '],
  ['a timer to export', 'timers export systemd back', 'timers export systemd backup '],
  ['a topic of the help', 'timers help simu', 'timers help simulate '],
  ['a key of the help', 'timers help keys overl', 'timers help keys overlap '],
];

let desk: Desk;
let terminal: Tmux | undefined;
beforeEach(() => {
  desk = new Desk();
  desk.write('timers.yaml', FILE);
  desk.write('other.yaml', OTHER);
  mkdirSync(join(desk.folder, 'bin'));
  chmodSync(desk.write('bin/timers', `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`), 0o755);
});
afterEach(async () => {
  terminal?.close();
  terminal = undefined;
  await desk.clear();
});

const whyNot = (shell: Shell): string | undefined =>
  whyNoTmux() ?? (spawnSync(shell, ['--version']).status === 0 ? undefined : `there is no ${shell}`);

test('fish uses the shipped completions instead of those it generates from the manual page', ({ skip }) => {
  const fish: Shell = 'fish';
  if (spawnSync(fish, ['--version']).status !== 0) skip('there is no fish');
  const made = '.local/share/fish/generated_completions';
  const own = '.config/fish/completions';
  for (const folder of [made, own]) mkdirSync(join(desk.folder, folder), { recursive: true });
  desk.write(`${made}/timers.fish`, 'complete -c timers -l made-of-the-manual\n');
  desk.write(`${own}/timers.fish`, `${SHELLS.fish.setUp}\n`);
  const PATH = [join(desk.folder, 'bin'), process.env['PATH']].join(delimiter);
  const env = { PATH, HOME: desk.folder };
  const { stdout } = spawnSync(fish, ['--command', 'complete --do-complete "timers import --"'], {
    cwd: desk.folder,
    env,
    encoding: 'utf8',
  });
  expect(stdout.match(/^--[\w-]+/gm)).toEqual(['--help', '--json', '--no-color', '--output']);
});

describe.each(Object.keys(SHELLS) as Shell[])('%s', (shell) => {
  test('completes commands, options and timer names', async ({ skip }) => {
    const reason = whyNot(shell);
    if (reason !== undefined) skip(reason);
    const { start, setUp } = SHELLS[shell];
    const PATH = [join(desk.folder, 'bin'), process.env['PATH']].join(delimiter);
    terminal = new Tmux(desk.folder, { columns: 120, env: { PATH, HOME: desk.folder, TERM: 'screen' } });
    terminal.type(`exec ${start}`);
    terminal.type(`${setUp}; echo s''et`);
    await terminal.until(/^set$/m);
    for (const [, typed, line] of COMPLETED) {
      terminal.type('clear');
      terminal.press('-l', typed);
      await terminal.until(new RegExp(`${typed}\\s*$`, 'm'));
      terminal.press('Tab');
      // x marks the end of the completed word, regardless of the prompt and of suggestions after the cursor.
      terminal.press('-l', 'x');
      // Any x on the screen is not enough: while the shell is busy, the terminal echoes what is typed.
      const screen = await terminal.until(new RegExp(`${line.replaceAll('.', '\\.')}x`));
      // zsh prints the errors of its functions.
      expect(screen).not.toMatch(/bad option|not found/);
      // Not Ctrl-C: the terminal then discards what is typed next.
      terminal.press('C-u');
    }
  });
});

test('timers completion prints the scripts in the package', async () => {
  for (const [shell, file] of [
    ['bash', 'timers.bash'],
    ['zsh', '_timers'],
    ['fish', 'timers.fish'],
  ] as const) {
    const { code, stdout } = await desk.run('completion', shell);
    expect({ code, stdout }).toEqual({ code: 0, stdout: readFileSync(join(ROOT, 'completions', file), 'utf8') });
  }
});

test('timer names come from the file, even if it has errors; without a file there are none', async () => {
  expect((await desk.run('completion', 'names')).stdout).toBe('backup\nbakery.two\n');
  desk.write('timers.json', '{"timers": {"one": 3, "two words": {}}}');
  expect((await desk.run('completion', 'names', '-f', 'timers.json')).stdout).toBe('one\n');
  expect(await desk.run('completion', 'names', '-f', 'gone.yaml')).toMatchObject({ code: 0, stdout: '', stderr: '' });
});

const noMan = spawnSync('man', ['--version']).status === 0 ? undefined : 'there is no man';

test('the manual page has no errors and documents every command', ({ skip }) => {
  if (noMan !== undefined) skip(noMan);
  const page = join(ROOT, 'man/timers.1');
  const env = { ...process.env, MANWIDTH: '100', LC_ALL: 'C.UTF-8' };
  const { stdout, stderr } = spawnSync('man', ['--warnings', '-l', page], { encoding: 'utf8', env });
  expect(stderr).toBe('');
  const help = execFileSync(process.execPath, [PROGRAM, '--help'], { encoding: 'utf8' });
  const commands = [...help.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name);
  expect(commands.length).toBeGreaterThan(20);
  for (const name of commands.filter((each) => each !== 'help')) expect(stdout).toContain(`timers ${name} `);
});
