import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../support/free-ports.js';
import { Desk, type Program } from '../support/program.js';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

const PORT = await freePort();
const ask = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${PORT}${path}`);

async function start(): Promise<Program> {
  desk.write(
    'timers.yaml',
    `state: false
http: 127.0.0.1:${PORT}
timers:
  good: { in: 1ms, run: [true] }
  bad: { in: 1ms, run: [false] }
  never: { every: 1h, run: [true] }
`,
  );
  const program = desk.start(['start']);
  await program.event('run.finished', 'good');
  await program.event('run.finished', 'bad');
  return program;
}

test('the configured address serves metrics and probes', async () => {
  const program = await start();
  for (const path of ['/healthz', '/readyz']) {
    const response = await ask(path);
    expect([response.status, await response.json()]).toEqual([200, { ok: true, reasons: [] }]);
  }
  const metrics = await (await ask('/metrics')).text();
  for (const series of [
    'task_execution_total{task="good",status="success"} 1',
    'task_execution_total{task="bad",status="failure"} 1',
    'task_execution_total{task="never",status="missed"} 0',
    'task_consecutive_failures{task="bad"} 1',
    'task_execution_duration_seconds_count{task="good"} 1',
  ])
    expect(metrics).toContain(`${series}\n`);
  program.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
});

test('a public address requires the token for metrics, but not for probes', async () => {
  desk.write('token', 'a-token-of-some-length-0123456789\n');
  desk.write(
    'open.yaml',
    `state: false\nhttp: { listen: "0.0.0.0:${PORT}", token_file: ./token }\ntimers:\n  never: { every: 1h, run: [true] }\n`,
  );
  chmodSync(join(desk.folder, 'token'), 0o600);
  const program = desk.start(['start', '-f', 'open.yaml']);
  await program.event('scheduler.started');
  const statuses = async (headers: Record<string, string>) =>
    Promise.all(
      ['/healthz', '/readyz', '/metrics'].map(
        async (path) => (await fetch(`http://127.0.0.1:${PORT}${path}`, { headers })).status,
      ),
    );
  expect(await statuses({})).toEqual([200, 200, 401]);
  expect(await statuses({ Authorization: 'Bearer another' })).toEqual([200, 200, 401]);
  expect(await statuses({ Authorization: 'Bearer a-token-of-some-length-0123456789' })).toEqual([200, 200, 200]);
});

test('a port in use is reported, and the timers run', async () => {
  const first = await start();
  expect(await first.event('http.listening')).toMatchObject({ level: 'info', address: `127.0.0.1:${PORT}` });
  desk.write('other.yaml', `state: false\nhttp: 127.0.0.1:${PORT}\ntimers:\n  once: { in: 500ms, run: [true] }\n`);
  const { code, stdout, stderr } = await desk.run('start', '-f', 'other.yaml');
  expect(code).toBe(0);
  expect(stdout).toContain('"event":"run.finished"');
  const told = stdout.split('\n').filter((line) => line.includes('"event":"http.'));
  expect(told.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({
      event: 'http.unavailable',
      level: 'error',
      address: `127.0.0.1:${PORT}`,
      reason: 'another program is using that port (EADDRINUSE)',
    }),
  ]);
  expect(stderr).toBe('');
  first.kill('SIGTERM');
  await first.ended;
});

test('a scheduler waiting for a port is not ready, and listens once the port is free', async () => {
  const first = await start();
  desk.write('other.yaml', `http: 127.0.0.1:${PORT}\ntimers:\n  never: { every: 1h, run: [true] }\n`);
  const second = desk.start(['start', '-f', 'other.yaml']);
  await second.event('http.unavailable');
  const ready = () => desk.run('status', '--check', '-f', 'other.yaml');
  const { code, stdout, stderr } = await ready();
  expect([code, stdout + stderr]).toEqual([
    1,
    expect.stringContaining(
      `the HTTP server cannot listen: another program is using that port (EADDRINUSE), at 127.0.0.1:${PORT}`,
    ),
  ]);
  expect((await desk.run('status', '--check', 'alive', '-f', 'other.yaml')).code).toBe(0);
  first.kill('SIGTERM');
  await first.ended;
  await second.event('http.listening');
  expect((await ask('/readyz')).status).toBe(200);
  expect((await ready()).code).toBe(0);
});

test('the page and the socket get the same record of the status, even of a rejected file', async () => {
  await start();
  desk.write('timers.yaml', `state: false\nhttp: 127.0.0.1:${PORT}\ntimers:\n  good: { evry: 1ms, run: [true] }\n`);
  expect((await desk.run('reload')).code).toBe(1);
  const status = JSON.parse((await desk.run('status', '--json')).stdout) as Record<string, unknown>;
  const page: unknown = await (await ask('/api/status')).json();
  expect(status).toMatchObject({
    config_rejected: { problems: [expect.stringContaining('evry')] },
    timers: [{ task_name: 'good' }, { task_name: 'bad' }, { task_name: 'never' }],
  });
  // Both are asked at different times. Only followers of the socket need a revision, and timers status adds troubles.
  const { now, uptime_ms, revision, troubles, ...common } = status;
  expect([now, uptime_ms, revision, troubles].every((value) => value !== undefined)).toBe(true);
  expect(page).toMatchObject(common);
});
