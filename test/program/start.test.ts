import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { reportsNoForker } from '../support/no-forker.js';
import { Puppet, type PuppetProcess } from '../support/puppet.js';
import { Desk, PROGRAM, type Program } from '../support/program.js';
import { Tmux, whyNoTmux } from '../support/tmux.js';

let desk: Desk;
let puppet: Puppet;

beforeEach(async () => {
  desk = new Desk();
  puppet = await Puppet.open();
});

afterEach(async () => {
  await puppet.close();
  await desk.clear();
});

const timers = (text: string) => desk.write('timers.yaml', `timers:\n${text}`);
const command = () => JSON.stringify(puppet.command);
const eventsOf = ({ lines }: Program) => lines.filter((line) => !reportsNoForker(line)).map(({ event }) => event);

/** A run of three processes, and its timeout. */
interface Tree {
  readonly program: Program;
  readonly leader: PuppetProcess;
  readonly child: PuppetProcess;
  readonly away: PuppetProcess;
  readonly seconds: number;
}

/** Starts the scheduler with one delayed timer that runs the puppet. */
async function startPuppet(more = ''): Promise<{ program: Program; held: Awaited<ReturnType<Puppet['next']>> }> {
  timers(`  job: { in: 1ms, run: ${command()}${more} }`);
  const program = desk.start(['start']);
  return { program, held: await puppet.next() };
}

describe('a run', () => {
  test('is logged from start to end, its output in between, and the scheduler ends when nothing can fire any longer', async () => {
    const { program, held } = await startPuppet();
    await held.print('one\ntwo\n');
    await held.printError('three\n');
    await held.exit(0);
    const { code, stderr } = await program.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const told = eventsOf(program);
    expect(told.filter((event) => event !== 'run.output')).toEqual([
      'scheduler.started',
      'run.started',
      'run.finished',
      'scheduler.stopping',
      'scheduler.stopped',
    ]);
    const output = program.lines.filter((line) => line.event === 'run.output');
    expect(output.filter((line) => line['stream'] === 'stdout').map((line) => line['line'])).toEqual(['one', 'two']);
    expect(output.filter((line) => line['stream'] === 'stderr').map((line) => line['line'])).toEqual(['three']);
    expect(await program.event('run.finished')).toMatchObject({
      level: 'info',
      task_name: 'job',
      trigger: 'schedule',
      status: 'success',
      success: true,
      exit_code: 0,
      signal: null,
      attempts: 1,
    });
  });

  test('has the documented fields, and its command finds them in its environment', async () => {
    const { program, held } = await startPuppet();
    const started = await program.event('run.started');
    expect(started.firing_id).toBe(`job@${started.scheduled_at}`);
    expect(started).toMatchObject({ attempt: 1, pid: held.pid, host: expect.any(String), msg: expect.any(String) });
    expect(started.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Date.parse(started.timestamp)).toBeGreaterThanOrEqual(Date.parse(started.scheduled_at));
    expect(held.env).toMatchObject({
      TIMERS_TASK_NAME: 'job',
      TIMERS_RUN_ID: started.run_id,
      TIMERS_FIRING_ID: started.firing_id,
      TIMERS_SCHEDULED_AT: started.scheduled_at,
      TIMERS_ATTEMPT: '1',
      TIMERS_TRIGGER: 'schedule',
    });
    await held.exit(0);
    await program.ended;
  });

  test('that fails has exit code, error and the tail of its output, and exit code 0 is the scheduler’s own', async () => {
    const { program, held } = await startPuppet();
    await held.print('before\n');
    await held.exit(7);
    expect((await program.ended).code).toBe(0);
    expect(await program.event('run.finished')).toMatchObject({
      level: 'error',
      status: 'failure',
      success: false,
      exit_code: 7,
      error: 'exit code 7',
      output_tail: 'before',
    });
  });

  test('that is tried again is one run with two attempts', async () => {
    timers(`  job: { in: 1ms, run: ${command()}, retry: { attempts: 2, delay: 1ms, jitter: false } }`);
    const program = desk.start(['start']);
    await (await puppet.next()).exit(1);
    const second = await puppet.next();
    expect(second.env['TIMERS_ATTEMPT']).toBe('2');
    await second.exit(0);
    await program.ended;
    expect(await program.event('attempt.failed')).toMatchObject({
      attempt: 1,
      status: 'failure',
      exit_code: 1,
      retry_in_ms: 1,
    });
    expect(await program.event('run.finished')).toMatchObject({ status: 'success', attempts: 2 });
  });

  /**
   * Starts a run with two more processes, one of them in another session. If its timeout ends it too early, the next
   * one gets twice as long.
   */
  async function startTree(seconds = 2): Promise<Tree> {
    timers(`  job: { in: 1ms, run: ${command()}, timeout: ${seconds}s, kill_after: 100ms }`);
    const program = desk.start(['start']);
    const grow = async (leader: PuppetProcess): Promise<Tree> => {
      const child = await leader.spawnGrandchild();
      const away = await leader.spawnGrandchild({ leaveGroup: true });
      await leader.ignoreTerm();
      await child.ignoreTerm();
      return { program, leader, child, away, seconds };
    };
    const leader = await Promise.race([puppet.next(), program.ended.then(() => undefined)]);
    const tree = leader && (await Promise.race([grow(leader), leader.gone]));
    if (tree !== undefined) return tree;
    await program.ended;
    // What still waits for a process of this tree must not get one of the next.
    await puppet.close();
    puppet = await Puppet.open();
    return startTree(2 * seconds);
  }

  test('that times out is ended with everything it started, even in another session', async () => {
    const { program, leader, child, away, seconds } = await startTree();
    await Promise.all([leader.gone, child.gone, away.gone]);
    await program.ended;
    expect(await program.event('orphan.found')).toMatchObject({
      level: 'warn',
      pid: away.pid,
      action: 'kill',
      escaped: true,
      msg: `job has process ${away.pid} outside its process group: killing it`,
    });
    expect(await program.event('run.finished')).toMatchObject({
      status: 'timeout',
      success: false,
      signal: 'SIGKILL',
      error: `timed out after ${seconds} s`,
    });
  });

  test('that is stopped leaves such a process alone where orphans are kept', async () => {
    desk.write('timers.yaml', `orphans: keep\ntimers:\n  job: { in: 1ms, run: ${command()} }`);
    const program = desk.start(['start']);
    const leader = await puppet.next();
    const away = await leader.spawnGrandchild({ leaveGroup: true });
    program.kill('SIGTERM');
    await program.ended;
    expect(await program.event('orphan.found')).toMatchObject({ pid: away.pid, action: 'keep', escaped: true });
    await away.print('still here');
    await away.kill();
  });

  test('ends at exit, though a background child holds its output', async () => {
    const { program, held } = await startPuppet();
    const child = await held.spawnGrandchild({ leaveGroup: true });
    await held.exit(0);
    expect((await program.ended).code).toBe(0);
    expect(await program.event('run.finished')).toMatchObject({ status: 'success' });
    await child.kill();
  });

  test('that prints JSON objects has them nested in the log where it asks for it; any other line stays text', async () => {
    const { program, held } = await startPuppet(', output: { parse: json }');
    await held.print('{"level":"info","n":[1]}\n[2]\n{broken\n');
    await held.exit(0);
    await program.ended;
    const output = program.lines.filter((line) => line.event === 'run.output');
    expect(output.map(({ line, data }) => data ?? line)).toEqual([{ level: 'info', n: [1] }, '[2]', '{broken']);
    expect(output[0]).not.toHaveProperty('line');
  });

  test('whose shell finds no command names the folder of the command', async () => {
    mkdirSync(join(desk.folder, 'shop'));
    timers('  job: { in: 1ms, cwd: shop, run: ./no-such.sh }');
    const program = desk.start(['start']);
    await program.ended;
    expect(await program.event('run.finished')).toMatchObject({
      exit_code: 127,
      error: `exit code 127: a command was not found; the working directory is ${join(desk.folder, 'shop')}`,
      output_tail: expect.stringContaining('./no-such.sh'),
    });
  });

  test('of a command that cannot be found fails with 127 and says which', async () => {
    timers('  job: { in: 1ms, run: [no-such-program-here] }');
    const program = desk.start(['start']);
    await program.ended;
    expect(await program.event('run.finished')).toMatchObject({
      status: 'failure',
      exit_code: 127,
      error: expect.stringContaining('no-such-program-here'),
    });
  });
});

describe('stopping', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s while nothing runs ends at once with exit code 0', async (signal) => {
    timers('  job: { in: 10h, run: "true" }');
    const program = desk.start(['start']);
    await program.event('scheduler.started');
    program.kill(signal);
    expect((await program.ended).code).toBe(0);
    expect(eventsOf(program)).toEqual(['scheduler.started', 'scheduler.stopping', 'scheduler.stopped']);
    expect(await program.event('scheduler.stopping')).toMatchObject({ signal, running: 0 });
  });

  test('SIGTERM during a run ends its group and reports it canceled', async () => {
    const { program, held } = await startPuppet();
    const child = await held.spawnGrandchild();
    program.kill('SIGTERM');
    await Promise.all([held.gone, child.gone]);
    expect((await program.ended).code).toBe(0);
    expect(await program.event('run.finished')).toMatchObject({
      status: 'canceled',
      signal: 'SIGTERM',
      error: 'the scheduler was stopped',
    });
    expect(program.lines.at(-1)?.event).toBe('scheduler.stopped');
  });

  test('a command that ignores TERM is killed after kill_after', async () => {
    const { program, held } = await startPuppet(', kill_after: 200ms');
    await held.ignoreTerm();
    program.kill('SIGTERM');
    await held.gone;
    expect((await program.ended).code).toBe(0);
    expect(await program.event('run.finished')).toMatchObject({ status: 'canceled', signal: 'SIGKILL' });
  });

  test('a second signal kills at once', async () => {
    const { program, held } = await startPuppet(', kill_after: 1h');
    await held.ignoreTerm();
    program.kill('SIGINT');
    await held.signaled();
    program.kill('SIGINT');
    await held.gone;
    expect((await program.ended).code).toBe(0);
    expect(await program.event('run.finished')).toMatchObject({ status: 'canceled', signal: 'SIGKILL' });
  });

  test('a run in a retry pause is canceled at once', async () => {
    const { program, held } = await startPuppet(', retry: { attempts: 2, delay: 1h, max_delay: 1h }');
    await held.exit(1);
    await program.event('attempt.failed');
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(0);
    expect(await program.event('run.finished')).toMatchObject({ status: 'canceled', attempts: 1 });
  });

  test('--keep-alive stays when nothing can fire any more', async () => {
    timers(`  job: { in: 1ms, run: ${command()} }`);
    const program = desk.start(['start', '--keep-alive']);
    await (await puppet.next()).exit(0);
    await program.event('run.finished');
    program.kill('SIGTERM');
    await program.ended;
    expect(await program.event('scheduler.stopping')).toMatchObject({ signal: 'SIGTERM' });
  });
});

describe('a log that is not read', () => {
  test('its reader goes away: jobs keep running, and standard error says so once', async () => {
    desk.write(
      'timers.yaml',
      `timers:\n  job: { every: 100ms, run: [sh, -c, "echo x >> ran"] }\n  end: { in: 1ms, run: ${command()} }`,
    );
    const program = desk.start(['start']);
    const held = await puppet.next();
    program.process.stdout?.destroy();
    const before = readRan();
    while (readRan() < before + 3) await held.print('noise\n');
    program.kill('SIGTERM');
    const { code, stderr } = await program.ended;
    expect(code).toBe(0);
    expect(stderr.match(/timers: /g)).toHaveLength(1);
  });

  test('that nobody continues to read does not delay a stop', async () => {
    timers('  loud: { in: 1ms, run: "seq 300000; touch printed" }');
    const program = desk.start(['start', '--keep-alive', '--log-format', 'json']);
    await program.event('scheduler.started');
    program.process.stdout?.pause();
    await eventually('all to be printed', () => existsSync(`${desk.folder}/printed`) || undefined);
    const ended = once(program.process, 'exit');
    program.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    program.process.stdout?.resume();
  });

  const readRan = (): number => {
    try {
      return readFileSync(`${desk.folder}/ran`, 'utf8').length;
    } catch {
      return 0;
    }
  };
});

describe('a terminal', () => {
  /** Starts it in its own terminal, in which the exit code goes into a file whatever happens to the terminal. */
  async function startInTerminal(): Promise<{ tmux: Tmux; held: Awaited<ReturnType<Puppet['next']>> }> {
    timers(`  job: { in: 1ms, run: ${command()}, kill_after: 500ms }`);
    const tmux = new Tmux(desk.folder, { env: { XDG_STATE_HOME: `${desk.folder}/.state` } });
    onTestFinished(() => tmux.close());
    desk.write('start.sh', `trap '' HUP; ${process.execPath} ${PROGRAM} start --launcher execa; echo $? > code`);
    tmux.type('sh start.sh');
    return { tmux, held: await puppet.next() };
  }
  const exitCode = () =>
    eventually(
      'its end',
      () => (existsSync(`${desk.folder}/code`) ? readFileSync(`${desk.folder}/code`, 'utf8') : '') || undefined,
    );

  test('that is stopped (Ctrl-S) does not delay a stop', async (context) => {
    context.skip(whyNoTmux() !== undefined, whyNoTmux());
    const { tmux, held } = await startInTerminal();
    await held.ignoreTerm();
    await tmux.until(/job/);
    tmux.press('C-s');
    const parent = Number(readFileSync(`/proc/${held.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
    process.kill(parent, 'SIGTERM');
    expect(await exitCode()).toBe('0\n');
  });

  test('that goes away shuts it down, with exit code 0', async (context) => {
    context.skip(whyNoTmux() !== undefined, whyNoTmux());
    const { tmux, held } = await startInTerminal();
    await tmux.until(/job/);
    tmux.close();
    await held.gone;
    expect(await exitCode()).toBe('0\n');
  });
});

test('every line of a command that prints fast and ends is logged', async () => {
  timers('  fast: { in: 1ms, run: [seq, "60000"] }');
  // To a file: after 10 s a scheduler stops waiting for a reader, and on a busy machine this process may be one.
  const program = desk.start(['start', '--log-format', 'json'], { wrap: ['sh', '-c', 'exec "$@" > out', 'sh'] });
  expect((await program.ended).code).toBe(0);
  const told = readFileSync(join(desk.folder, 'out'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event === 'run.output')
    .map(({ line }) => line);
  expect(told).toEqual(Array.from({ length: 60_000 }, (_, n) => String(n + 1)));
});

test('a file with errors is not started: they are reported, exit code 1', async () => {
  timers('  job: { every: 10, run: "true" }\n  other: { evry: 10s, run: "true" }');
  const { code, stdout, stderr } = await desk.run('start');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('timers.yaml:2:17');
  expect(stderr).toContain('timers.yaml:3:12');
});
