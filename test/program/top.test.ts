import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Puppet } from '../support/puppet.js';
import { Desk, PROGRAM, type Program } from '../support/program.js';
import { Tmux, whyNoTmux } from '../support/tmux.js';

const missing = whyNoTmux();
if (missing !== undefined) console.warn(`skipped: the tests of top in a real terminal (${missing})`);

let desk: Desk;
let puppet: Puppet;
let tmux: Tmux | undefined;

beforeEach(async () => {
  desk = new Desk();
  puppet = await Puppet.open();
});

afterEach(async () => {
  tmux?.close();
  tmux = undefined;
  await puppet.close();
  await desk.clear();
});

/** A scheduler with a timer controlled by the test, one that fails, and one that waits for tomorrow. */
async function start(): Promise<Program> {
  desk.write(
    'timers.yaml',
    `timers:
  job: { cron: "0 0 1 1 *", run: ${JSON.stringify(puppet.command)} }
  later: { cron: "0 0 2 1 *", run: "true" }
  shaky: { cron: "0 0 3 1 *", run: exit 3, breaker: 1 }
`,
  );
  const program = desk.start(['start']);
  await program.event('scheduler.started');
  return program;
}

const COMMAND = `"${process.execPath}" "${PROGRAM}" top`;

function open(size: { columns?: number; rows?: number } = {}, env: Record<string, string> = {}): Tmux {
  tmux = new Tmux(desk.folder, { ...size, env: { XDG_STATE_HOME: join(desk.folder, '.state'), ...env } });
  tmux.type('stty -a > before');
  return tmux;
}

/** After the view: the terminal as it was, and the exit code. */
async function left(terminal: Tmux): Promise<{ code: string; state: string }> {
  // Input before the prompt returns still goes to the program.
  await terminal.until(/^\$$/m);
  terminal.type('echo code=$?; stty -a | cmp - before && echo same terminal');
  const screen = await terminal.until(/^same terminal$/m);
  return { code: /^code=(\d+)$/m.exec(screen)?.[1] ?? '', state: terminal.state };
}

const AS_IT_WAS = 'cursor=1 alternate=0 wrap=1';

describe.skipIf(missing !== undefined)('in a real terminal', () => {
  test('top shows active, failing and paused timers, and keys trigger, follow, cancel, pause and resume', async () => {
    const program = await start();
    const terminal = open();
    terminal.type(COMMAND);
    await terminal.until(/^ {3}job .*\n {3}later .*\n {3}shaky /m);
    expect(terminal.state).toBe('cursor=0 alternate=1 wrap=0');

    terminal.press('End', 't');
    await terminal.until(/triggered shaky/);
    await terminal.until(/^>! shaky .* breaker \dm\d\ds +failure .* ✗$/m);
    expect(terminal.screen()).toContain('3 timers  1 failing  0 running');

    terminal.press('Home', 'o', 't');
    const held = await puppet.next();
    await held.print('\u001b[2Jdumping \u001b[31mtable\n');
    await terminal.until(/^>▸ job .* running \d+s/m);
    await terminal.until(/^\d\d:\d\d:\d\d │ dumping table$/m);
    terminal.press('c');
    await terminal.until(/cancel job, its run\?/);
    terminal.press('y');
    await held.gone;
    await terminal.until(/^>[^▸]* job .* canceled .* c$/m);
    expect(await program.event('run.finished', 'job')).toMatchObject({ trigger: 'manual', status: 'canceled' });

    terminal.press('p');
    await terminal.until(/^>‖ job .* paused/m);
    terminal.press('p');
    await terminal.until(/^> {2}job /m);
    terminal.press('q');
    expect(await left(terminal)).toEqual({ code: '0', state: AS_IT_WAS });
  });

  test('top adapts to the terminal size, even after a resize, and uses color unless NO_COLOR is set', async () => {
    await start();
    const terminal = open({ columns: 200, rows: 50 });
    terminal.type(COMMAND);
    await terminal.until(/SCHEDULE/);
    expect(terminal.screen({ colors: true })).toMatch(/\u001b\[1m timers\.yaml/);
    terminal.resize(60, 20);
    const small = await terminal.until(/c cancel {2}\? help {2}q quit$/m);
    expect(small).not.toContain('SCHEDULE');
    terminal.press('q');
    await terminal.until(/^\$$/m);
    terminal.type(`clear; NO_COLOR=1 ${COMMAND}`);
    await terminal.until(/^ {3}job /m);
    expect(terminal.screen({ colors: true })).not.toContain('\u001b[');
  });

  test.each([
    ['Ctrl-C', (terminal: Tmux) => terminal.press('C-c'), '0'],
    ['SIGTERM', 'TERM', '143'],
    ['SIGINT', 'INT', '130'],
    ['SIGHUP', 'HUP', '129'],
    ['a crash', 'USR2', '1'],
  ])('top restores the terminal after %s', async (_, how, code) => {
    await start();
    const crash = desk.write(
      'crash.mjs',
      `process.on('SIGUSR2', () => setImmediate(() => { throw new Error('boom'); }));`,
    );
    const terminal = open();
    // The shell prints the pid before it becomes the program.
    terminal.type(`(echo $BASHPID > pid; NODE_OPTIONS="--import ${crash}" exec ${COMMAND})`);
    await terminal.until(/^ {3}job /m);
    if (typeof how === 'string') await desk.start([], { wrap: ['bash', '-c', `kill -${how} $(cat pid)`] }).ended;
    else how(terminal);
    await terminal.until(/^\$ $|^\$$/m);
    expect(await left(terminal)).toEqual({ code, state: AS_IT_WAS });
    if (how === 'USR2') expect(terminal.screen()).toContain('internal error, please report it: Error: boom');
  });

  test('top restores the terminal while suspended by Ctrl-Z', async () => {
    await start();
    const terminal = open();
    terminal.type(COMMAND);
    await terminal.until(/^ {3}job /m);
    terminal.press('C-z');
    await terminal.until(/Stopped/);
    expect(await left(terminal)).toMatchObject({ state: AS_IT_WAS });
    terminal.type('fg');
    await terminal.until(/^ {3}job .*\n {3}later /m);
    terminal.press('q');
    expect((await left(terminal)).state).toBe(AS_IT_WAS);
  });

  test('top outlives its scheduler, reports that it is gone, and connects to the next one', async () => {
    const program = await start();
    const terminal = open();
    terminal.type(COMMAND);
    await terminal.until(/^ {3}job /m);
    program.kill('SIGKILL');
    await terminal.until(/The scheduler disconnected \d+s ago/);
    terminal.press('Down', 't');
    await terminal.until(/there is no scheduler to reach/);
    const next = await start();
    await terminal.until(new RegExp(`the scheduler is back, pid ${next.process.pid}`));
    await terminal.until(/3 timers {2}0 failing/);
    await desk.run('stop');
    await terminal.until(/The scheduler disconnected/);
    terminal.press('q');
    expect(await left(terminal)).toEqual({ code: '0', state: AS_IT_WAS });
  });
});

test('top without a terminal fails and suggests timers status', async () => {
  await start();
  expect(await desk.run('top')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'timers: top needs a terminal for its screen and its keys. Without one, use timers status\n',
  });
});
