import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk, type Program } from '../support/program.js';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

const pathOf = (name: string): string => join(desk.folder, name);

function start(http: string): Program {
  desk.write('timers.yaml', `http: ${http}\nstate: false\ntimers:\n  job: { cron: "0 0 1 1 *", run: [true] }\n`);
  return desk.start(['start']);
}

interface Question {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
}

const ask = (socketPath: string, { path = '/api/status', ...rest }: Question = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    request({ socketPath, path, ...rest }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end(rest.method === 'POST' ? '{"name":"job"}' : undefined);
  });

const trigger = { path: '/api/trigger', method: 'POST', headers: { 'Content-Type': 'application/json' } };

test('only its owner can use a socket file, to read and to act; stopping removes the file', async () => {
  const program = start('unix:./run/http.sock');
  const socket = pathOf('run/http.sock');
  expect(await program.event('http.listening')).toMatchObject({ address: `unix:${socket}` });
  expect([statSync(socket).mode & 0o777, statSync(pathOf('run')).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(await Promise.all([ask(socket), ask(socket, { path: '/metrics' }), ask(socket, trigger)])).toEqual([
    200, 200, 200,
  ]);
  for (const [host, status] of [
    ['x', 200],
    ['localhost:9464', 200],
    ['evil.example', 421],
  ] as const)
    expect(await ask(socket, { headers: { Host: host } }), host).toBe(status);
  program.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  expect(existsSync(socket)).toBe(false);
});

test('a socket with a token file requires the token for any Host header', async () => {
  writeFileSync(pathOf('token'), 'secret-of-this-test', { mode: 0o600 });
  const program = start('{ listen: "unix:http.sock", token_file: ./token }');
  await program.event('http.listening');
  const socket = pathOf('http.sock');
  const bearer = { Authorization: 'Bearer secret-of-this-test', Host: 'timers.example' };
  expect([await ask(socket), await ask(socket, { headers: bearer })]).toEqual([401, 200]);
  program.kill('SIGTERM');
  await program.ended;
});

test('a socket file left by a killed scheduler is replaced', async () => {
  const first = start('unix:http.sock');
  await first.event('http.listening');
  first.kill('SIGKILL');
  await first.ended;
  expect(existsSync(pathOf('http.sock'))).toBe(true);
  const second = desk.start(['start']);
  await second.event('http.listening');
  expect(await ask(pathOf('http.sock'))).toBe(200);
  second.kill('SIGTERM');
  await second.ended;
});

test('a socket that another process serves is kept, and the timers run', async () => {
  const server = createServer().listen(pathOf('http.sock'));
  const program = start('unix:http.sock');
  expect(await program.event('http.unavailable')).toMatchObject({ reason: 'another scheduler is listening there' });
  program.kill('SIGTERM');
  await program.ended;
  expect(existsSync(pathOf('http.sock'))).toBe(true);
  server.close();
});

test('a folder that others can write to is rejected', async () => {
  mkdirSync(pathOf('open'));
  chmodSync(pathOf('open'), 0o1777);
  const program = start('unix:open/http.sock');
  const { reason } = await program.event('http.unavailable');
  expect(reason).toBe(`other users can change ${pathOf('open')} (chmod go-w ${pathOf('open')})`);
  program.kill('SIGTERM');
  await program.ended;
});

test('a regular file at the socket’s path is left untouched', async () => {
  writeFileSync(pathOf('precious'), 'precious');
  symlinkSync('precious', pathOf('link'));
  for (const path of ['precious', 'link']) {
    desk.write('timers.yaml', `http: unix:${path}\nstate: false\ntimers:\n  job: { in: 1ms, run: [true] }\n`);
    const { code, stdout } = await desk.run('validate');
    expect([code, stdout]).toEqual([1, expect.stringContaining('Choose a path that does not exist yet.')]);
  }
  expect(statSync(pathOf('precious')).size).toBe(8);
});
