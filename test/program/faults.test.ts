import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Desk, type Program } from '../support/program.js';
import { Puppet } from '../support/puppet.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => desk.clear());

test('start with too few file descriptors runs as many commands as they allow', async () => {
  desk.write('timers.yaml', 'state: false\ntimers:\n  job: { in: 1ms, run: "true" }\n');
  const wrap = ['/bin/sh', '-c', 'ulimit -n 24; exec "$@"', 'sh'];
  const { code, stderr } = await desk.start(['start'], { wrap }).ended;
  expect(code, stderr).toBe(0);
  expect(stderr).not.toMatch(/internal error|package\.json/);
});

/** Raises errors that nothing catches: one by SIGUSR2, and another as a rejection. */
const SABOTAGE = `process.on('SIGUSR2', () => {
  void Promise.reject(new TypeError('no such promise'));
  setImmediate(() => { throw new TypeError('no such thing'); });
});`;

describe('uncaught errors', () => {
  let puppet: Puppet;
  beforeEach(async () => {
    puppet = await Puppet.open();
  });
  afterEach(() => puppet.close());

  async function start() {
    desk.write('timers.yaml', `state: false\ntimers:\n  job: { in: 1ms, run: ${JSON.stringify(puppet.command)} }\n`);
    const sabotage = desk.write('sabotage.cjs', SABOTAGE);
    const program = desk.start(['start', '--keep-alive'], { env: { NODE_OPTIONS: `--require=${sabotage}` } });
    return { program, held: await puppet.next() };
  }

  const bugs = (program: Program) => program.lines.filter(({ event }) => event === 'internal.error');

  test('are reported, and the scheduler and its commands keep running', async () => {
    const { program, held } = await start();
    program.kill('SIGUSR2');
    await program.line((line) => line['error'] === 'TypeError: no such thing');
    expect(bugs(program)).toMatchObject([
      { level: 'error', doing: 'working', error: 'TypeError: no such promise', stack: expect.any(String) as string },
      { error: 'TypeError: no such thing' },
    ]);
    await held.exit(0);
    expect(await program.event('run.finished')).toMatchObject({ status: 'success' });
    program.kill('SIGTERM');
    const { code, stderr } = await program.ended;
    expect(code).toBe(0);
    expect(stderr).toContain('timers: internal error, please report it: TypeError: no such thing\n');
  });

  test('shut the scheduler down if there are more than ten within a minute', async () => {
    const { program } = await start();
    for (let pairs = 1; pairs <= 5; pairs++) {
      program.kill('SIGUSR2');
      await program.line(() => bugs(program).length === 2 * pairs);
    }
    program.kill('SIGUSR2');
    const { code, stderr } = await program.ended;
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/timers: stopping after 10 internal errors within a minute/);
    expect(program.lines.at(-1)?.event).toBe('scheduler.stopped');
    expect(await program.event('run.finished')).toMatchObject({ status: 'canceled' });
  });
});
