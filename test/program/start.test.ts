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
  test('is logged with its output in order, and the scheduler exits when nothing can fire anymore', async () => {
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

  test('has the documented log fields, and its command finds them in its environment', async () => {
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

  test('that fails logs exit code, error and output tail; the scheduler still exits with code 0', async () => {
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

  test('that is retried is logged as one run with two attempts', async () => {
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

  test('that times out ends with all its processes, even one in another session', async () => {
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

  test('that is stopped leaves processes in another session alone with orphans: keep', async () => {
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

  test('ends when its command exits, even if a background child keeps its output open', async () => {
    const { program, held } = await startPuppet();
    const child = await held.spawnGrandchild({ leaveGroup: true });
    await held.exit(0);
    expect((await program.ended).code).toBe(0);
    expect(await program.event('run.finished')).toMatchObject({ status: 'success' });
    await child.kill();
  });

  test('nests JSON lines in the log with parse: json; other lines stay text', async () => {
    const { program, held } = await startPuppet(', output: { parse: json }');
    await held.print('{"level":"info","n":[1]}\n[2]\n{broken\n');
    await held.exit(0);
    await program.ended;
    const output = program.lines.filter((line) => line.event === 'run.output');
    expect(output.map(({ line, data }) => data ?? line)).toEqual([{ level: 'info', n: [1] }, '[2]', '{broken']);
    expect(output[0]).not.toHaveProperty('line');
  });

  test('whose shell finds no command reports its working directory', async () => {
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

  test('whose command is missing fails with exit code 127 and names the command', async () => {
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

describe('a stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s exits immediately with code 0 if nothing is running',
    async (signal) => {
      timers('  job: { in: 10h, run: "true" }');
      const program = desk.start(['start']);
      await program.event('scheduler.started');
      program.kill(signal);
      expect((await program.ended).code).toBe(0);
      expect(eventsOf(program)).toEqual(['scheduler.started', 'scheduler.stopping', 'scheduler.stopped']);
      expect(await program.event('scheduler.stopping')).toMatchObject({ signal, running: 0 });
    },
  );

  test('by SIGTERM ends the process group of a run and records it as canceled', async () => {
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

  test('kills a command that ignores SIGTERM after kill_after', async () => {
    const { program, held } = await startPuppet(', kill_after: 200ms');
    await held.ignoreTerm();
    program.kill('SIGTERM');
    await held.gone;
    expect((await program.ended).code).toBe(0);
    expect(await program.event('run.finished')).toMatchObject({ status: 'canceled', signal: 'SIGKILL' });
  });

  test('kills immediately on a second signal', async () => {
    const { program, held } = await startPuppet(', kill_after: 1h');
    await held.ignoreTerm();
    program.kill('SIGINT');
    await held.signaled();
    program.kill('SIGINT');
    await held.gone;
    expect((await program.ended).code).toBe(0);
    expect(await program.event('run.finished')).toMatchObject({ status: 'canceled', signal: 'SIGKILL' });
  });

  test('cancels a run immediately during its retry delay', async () => {
    const { program, held } = await startPuppet(', retry: { attempts: 2, delay: 1h, max_delay: 1h }');
    await held.exit(1);
    await program.event('attempt.failed');
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(0);
    expect(await program.event('run.finished')).toMatchObject({ status: 'canceled', attempts: 1 });
  });

  test('is not triggered with --keep-alive when nothing can fire anymore', async () => {
    timers(`  job: { in: 1ms, run: ${command()} }`);
    const program = desk.start(['start', '--keep-alive']);
    await (await puppet.next()).exit(0);
    await program.event('run.finished');
    program.kill('SIGTERM');
    await program.ended;
    expect(await program.event('scheduler.stopping')).toMatchObject({ signal: 'SIGTERM' });
  });
});

describe('a log without a reader', () => {
  test('is reported once on stderr after a broken pipe, and timers keep running', async () => {
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

  test('does not delay a stop if its reader stalls', async () => {
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
  /** Starts the scheduler in its own terminal. The exit code is written to a file, even if the terminal is closed. */
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

  test('paused with Ctrl-S does not delay a stop', async (context) => {
    context.skip(whyNoTmux() !== undefined, whyNoTmux());
    const { tmux, held } = await startInTerminal();
    await held.ignoreTerm();
    await tmux.until(/job/);
    tmux.press('C-s');
    const parent = Number(readFileSync(`/proc/${held.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
    process.kill(parent, 'SIGTERM');
    expect(await exitCode()).toBe('0\n');
  });

  test('that is closed shuts the scheduler down with exit code 0', async (context) => {
    context.skip(whyNoTmux() !== undefined, whyNoTmux());
    const { tmux, held } = await startInTerminal();
    await tmux.until(/job/);
    tmux.close();
    await held.gone;
    expect(await exitCode()).toBe('0\n');
  });
});

test('every line of a command with fast output is logged', async () => {
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

test('start reports the errors of an invalid file and exits with code 1', async () => {
  timers('  job: { every: 10, run: "true" }\n  other: { evry: 10s, run: "true" }');
  const { code, stdout, stderr } = await desk.run('start');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('timers.yaml:2:17');
  expect(stderr).toContain('timers.yaml:3:12');
});
