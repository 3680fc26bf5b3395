import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-ports.js';
import { Desk, type Program } from '../support/program.js';

let desk: Desk;
let port: number;
beforeEach(async () => {
  desk = new Desk();
  port = await freePort();
});
afterEach(() => desk.clear());

const timers = (text: string) =>
  desk.write('timers.yaml', `http: 127.0.0.1:${port}\nstate: ./state/timers.db\n${text}`);
const IDLE = 'timers:\n  yearly: { cron: "0 0 1 1 *", run: "true" }\n';

async function start(text = IDLE, env: Record<string, string> = {}): Promise<Program> {
  timers(text);
  mkdirSync(join(desk.folder, 'state'));
  const program = desk.start(['start'], { env });
  await program.event('scheduler.started');
  return program;
}

interface Answer {
  readonly ok: boolean;
  readonly reasons: readonly string[];
}

/** What a probe sees at a path: the status, and the reasons. `signal` ends the prober's patience. */
async function probe(
  path: '/healthz' | '/readyz',
  signal: AbortSignal | null = null,
): Promise<readonly [number, readonly string[]]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal });
  const { ok, reasons } = (await response.json()) as Answer;
  expect(ok).toBe(response.status === 200);
  return [response.status, reasons];
}

/** What a container's health check sees. */
async function check(question: 'alive' | 'ready'): Promise<readonly [number | null, readonly string[]]> {
  const { code, stdout } = await desk.run('status', '--check', question, '--json');
  const { ok, reasons } = JSON.parse(stdout) as Answer;
  expect(ok).toBe(code === 0);
  return [code, reasons];
}

/** All four agree: the probes over HTTP, and the command over the socket. */
async function expectHealth(alive: readonly unknown[], ready: readonly unknown[]): Promise<void> {
  const statusOf = (reasons: readonly unknown[]) => (reasons.length === 0 ? 200 : 503);
  const codeOf = (reasons: readonly unknown[]) => (reasons.length === 0 ? 0 : 1);
  // Immediately, because a blocked loop is remembered for 30 s.
  expect(await Promise.all([probe('/healthz'), probe('/readyz'), check('alive'), check('ready')])).toEqual([
    [statusOf(alive), alive],
    [statusOf(ready), ready],
    [codeOf(alive), alive],
    [codeOf(ready), ready],
  ]);
}

test('a working scheduler is alive and ready, and the check prints one line', async () => {
  await start();
  await expectHealth([], []);
  expect(await desk.run('status', '--check')).toMatchObject({ code: 0, stdout: '', stderr: 'timers: ready\n' });
});

test('a rejected timer file makes the scheduler unready, but still alive, until it is accepted', async () => {
  const program = await start();
  timers('timers:\n  yearly: { corn: "0 0 1 1 *", run: "true" }\n');
  program.kill('SIGHUP');
  await program.event('config.rejected');
  const reason = expect.stringMatching(/^the timer file has changed but is not loaded: \d+:\d+ .*/);
  await expectHealth([], [reason]);
  const { code, stderr } = await desk.run('status', '--check');
  expect([code, stderr.split('\n')]).toEqual([
    1,
    [expect.stringMatching(/^timers: not ready: the timer file has changed/), ''],
  ]);
  timers(IDLE);
  program.kill('SIGHUP');
  await program.event('config.reloaded');
  await expectHealth([], []);
});

test('a syntax error in the timer file makes the scheduler unready, but still alive', async () => {
  desk.write('timers.yaml', IDLE);
  const program = desk.start(['start']);
  await program.event('scheduler.started');
  desk.write('timers.yaml', 'timers: [');
  expect((await desk.run('reload')).code).toBe(1);
  await program.event('config.rejected');
  expect(await check('alive')).toEqual([0, []]);
  expect(await check('ready')).toEqual([1, [expect.stringMatching(/^the timer file has changed but is not loaded: /)]]);
});

test('an unwritable state makes the scheduler unready until it can be written again', async () => {
  const program = await start('timers:\n  often: { every: 1s, run: "true" }\n');
  const [state, away] = ['state', 'away'].map((name) => join(desk.folder, name)) as [string, string];
  await program.event('run.finished');
  renameSync(state, away);
  // Not even root can create a file in a folder that is a file.
  writeFileSync(state, '');
  await program.event('state.unavailable');
  const reason = expect.stringMatching(/^the state cannot be written: .+/);
  expect(await probe('/readyz')).toEqual([503, [reason]]);
  expect((await probe('/healthz'))[0]).toBe(200);
  rmSync(state);
  renameSync(away, state);
  await program.event('state.recovered');
  expect(await probe('/readyz')).toEqual([200, []]);
});

test('a stopping scheduler is alive but not ready', async () => {
  const program = await start('timers:\n  long: { every: 1d, run_at_start: true, run: [tail, -f, /dev/null] }\n');
  await program.event('run.started', 'long');
  const stopping = desk.start(['stop', '--drain']);
  await program.event('scheduler.stopping');
  await expectHealth([], ['it is stopping']);
  program.kill('SIGTERM');
  await stopping.ended;
});

test('the check reports that no scheduler is running', async () => {
  timers(IDLE);
  const reason = 'no scheduler of timers.yaml is running. Start it: timers start';
  expect(await check('ready')).toEqual([1, [reason]]);
  expect((await desk.run('status', '--check', 'alive')).stderr).toBe(`timers: not alive: ${reason}\n`);
});

/** Blocks the event loop until the file `go` exists, for at least 13 s. The next check may be 1.5 s away. */
const BLOCKER = `
import { existsSync, writeFileSync } from 'node:fs';
process.on('SIGUSR2', () => {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const least = performance.now() + 13_000;
  writeFileSync('blocked', '');
  while (performance.now() < least || !existsSync('go')) Atomics.wait(cell, 0, 0, 20);
  writeFileSync('free', '');
});
`;

describe('a blocked event loop', () => {
  test('makes probes time out while it lasts, and is given as the reason afterward', async () => {
    const blocker = desk.write('blocker.mjs', BLOCKER);
    const isThere = (name: string) => () => existsSync(join(desk.folder, name)) || undefined;
    const program = await start(IDLE, { NODE_OPTIONS: `--import=${blocker}` });
    await expectHealth([], []);

    program.kill('SIGUSR2');
    await eventually('the loop to be blocked', isThere('blocked'));
    const patience = new AbortController();
    const unanswered = probe('/healthz', patience.signal);
    expect(await check('alive')).toEqual([1, [expect.stringContaining('has not responded for 5 s')]]);
    patience.abort();
    await expect(unanswered).rejects.toThrow(/aborted/);
    expect(isThere('free')()).toBeUndefined();

    desk.write('go', '');
    await eventually('the loop to turn again', isThere('free'));
    const reason = expect.stringMatching(/^the event loop was blocked for \d{5} ms$/);
    expect(await eventually('an answer', () => probe('/healthz'))).toEqual([503, [reason]]);
    await expectHealth([reason], [reason]);
  });
});
