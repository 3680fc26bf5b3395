import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { Puppet } from '../support/puppet.js';
import { Desk, type Program } from '../support/program.js';

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

/** Starts the scheduler in a session without a terminal, as in a container, with a timer that runs the puppet. */
async function startDetached(): Promise<{ program: Program; held: Awaited<ReturnType<Puppet['next']>> }> {
  desk.write(
    'timers.yaml',
    `state: false\ntimers:\n  job: { in: 1ms, run: ${JSON.stringify(puppet.command)} }\n  later: { every: 1h, run: "true" }`,
  );
  const program = desk.start(['start'], { wrap: ['setsid'] });
  return { program, held: await puppet.next() };
}

/**
 * A script for `node --require` that sends this process a signal before the program starts, or when its first line has
 * run.
 */
const sending = (signal: NodeJS.Signals, when: 'before' | 'loading') =>
  desk.write(
    'send.cjs',
    when === 'before'
      ? `process.kill(process.pid, '${signal}');`
      : // Node 20 gets the script from code-cache.js, later versions from Node's own loader.
        `const vm = require('node:vm');
         const Module = require('node:module');
         const at = (name) => name.endsWith('main.cjs') && process.kill(process.pid, '${signal}');
         const load = Module._load;
         Module._load = function (name, ...rest) { at(name); return load.call(this, name, ...rest); };
         const { Script } = vm;
         vm.Script = class extends Script {
           constructor(source, options) { at(options?.filename ?? ''); super(source, options); }
         };`,
  );

test.each([[[]], [['--json']]])('timers run that is interrupted says so: %j', async (options) => {
  const command = JSON.stringify(puppet.command);
  desk.write('timers.yaml', `state: false\ntimers:\n  job: { every: 1h, run: ${command} }\n`);
  const program = desk.start(['run', 'job', ...options]);
  const held = await puppet.next();
  program.kill('SIGINT');
  await held.gone;
  const { stdout, stderr } = await program.ended;
  expect(stdout + stderr).toMatch(/job was canceled after .*: it was interrupted/);
  expect(stdout + stderr).not.toContain('the scheduler was stopped');
});

test.each(['SIGQUIT', 'SIGWINCH', 'SIGPWR', 'SIGXCPU', 'SIGABRT'] as const)(
  '%s shuts the scheduler down like SIGTERM',
  async (signal) => {
    const { program, held } = await startDetached();
    await program.event('run.started');
    program.kill(signal);
    await held.gone;
    expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
    expect(await program.event('scheduler.stopping')).toMatchObject({ signal, running: 1 });
    expect(await program.event('run.finished')).toMatchObject({ status: 'canceled' });
  },
);

test.each(['SIGHUP', 'SIGUSR2'] as const)('%s reloads the file', async (signal) => {
  const { program } = await startDetached();
  await program.event('run.started');
  program.kill(signal);
  await program.event('config.reloaded');
});

test('signals without a meaning have no effect', async () => {
  const { program, held } = await startDetached();
  await program.event('run.started');
  const signals = 'USR1 PIPE ALRM VTALRM PROF IO STKFLT TRAP XFSZ URG CONT'.split(' ');
  for (const signal of signals) program.kill(`SIG${signal}` as NodeJS.Signals);
  // Later requests are still executed, in order.
  program.kill('SIGHUP');
  await program.event('config.reloaded');
  await held.exit(0);
  expect(await program.event('run.finished')).toMatchObject({ status: 'success' });
});

test('SIGHUP during startup reloads the file', async () => {
  desk.write('timers.yaml', 'state: false\ntimers:\n  job: { every: 1h, run: "true" }');
  const NODE_OPTIONS = `--require ${sending('SIGHUP', 'loading')}`;
  const program = desk.start(['start'], { env: { NODE_OPTIONS } });
  await program.event('config.reloaded');
  program.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
});

test.each(['SIGTERM', 'SIGQUIT', 'SIGINT'] as const)('%s during startup ends the scheduler cleanly', async (signal) => {
  desk.write('timers.yaml', 'state: false\ntimers:\n  job: { every: 1h, run: "true" }');
  const NODE_OPTIONS = `--require ${sending(signal, 'loading')}`;
  expect((await desk.start(['start'], { env: { NODE_OPTIONS } }).ended).code).toBe(0);
});

test('a command that runs no timers is terminated by SIGHUP as usual', async () => {
  const NODE_OPTIONS = `--require ${sending('SIGHUP', 'loading')}`;
  expect((await desk.start(['list'], { env: { NODE_OPTIONS } }).ended).signal).toBe('SIGHUP');
});

test.each(['before', 'loading'] as const)(
  'SIGUSR1 does not open the inspector, sent at the stage: %s',
  async (when) => {
    desk.write('timers.yaml', 'state: false\ntimers:\n  job: { every: 1h, run: "true" }');
    const NODE_OPTIONS = `--require ${sending('SIGUSR1', when)}`;
    const program = desk.start(['start'], { env: { NODE_OPTIONS } });
    const { pid } = await program.event('scheduler.started');
    program.kill('SIGUSR1');
    program.kill('SIGHUP');
    await program.event('config.reloaded');
    await eventually('no open port', () => listensOnTcp(Number(pid)) === 0 || undefined);
    program.kill('SIGTERM');
    const openings = (await program.ended).stderr.split('Debugger listening').length - 1;
    expect(openings).toBeLessThanOrEqual(when === 'before' ? 1 : 0);
  },
);

test('SIGUSR1 before startup does not open the inspector if the program is started by its name', async () => {
  desk.write('timers.yaml', 'state: false\ntimers:\n  job: { every: 1h, run: "true" }');
  const NODE_OPTIONS = `--require ${sending('SIGUSR1', 'before')}`;
  const program = desk.start(['start'], { env: { NODE_OPTIONS }, wrap: ['sh', '-c', 'exec "$@"'] });
  await program.event('scheduler.started');
  program.kill('SIGTERM');
  const { stderr } = await program.ended;
  expect(stderr).toContain('Starting inspector on 240.0.0.1:9229 failed');
  expect(stderr).not.toContain('Debugger listening');
});

test('as PID 1 without the forker, the scheduler warns that nothing reaps zombies', async (context) => {
  const namespace = ['unshare', '--pid', '--fork', '--mount-proc'];
  const [command = '', ...options] = namespace;
  context.skip(spawnSync(command, [...options, 'true']).status !== 0, 'PID namespaces are not allowed here');
  desk.write('timers.yaml', 'state: false\ntimers:\n  job: { in: 1ms, run: "true" }');
  const { code, stderr } = await desk.start(['start', '--launcher', 'execa'], { wrap: namespace }).ended;
  expect(code).toBe(0);
  expect(stderr).toBe(
    'timers: running as PID 1, but timers does not reap processes that commands leave behind: they remain as zombies. Use an init, such as docker run --init or tini.\n',
  );
});

/** How many TCP sockets a process listens on. */
function listensOnTcp(pid: number): number {
  const LISTENING = '0A';
  const listening = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTENING)
    .map((fields) => `socket:[${fields[9]}]`);
  const open = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return open.filter((target) => listening.includes(target)).length;
}
