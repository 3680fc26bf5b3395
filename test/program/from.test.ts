import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk, type Program } from '../support/program.js';
import { FileServer } from '../support/file-server.js';

let desk: Desk;
let server: FileServer;
beforeEach(async () => {
  desk = new Desk();
  server = await new FileServer().open();
  server.text = fileOf('one');
});
afterEach(async () => {
  await desk.clear();
  await server.close();
});

const fileOf = (...names: string[]) =>
  `timers:\n${names.map((name) => `  ${name}: { every: 1s, run: "true" }\n`).join('')}`;

const start = (...more: string[]): Program =>
  desk.start(['start', '--from', server.url, '--every', '1s', '--state', 'edge.db', ...more]);

test('a node keeps running without its server, even after a restart, and loads the next version', async () => {
  const first = start();
  await first.event('run.finished', 'one');
  await server.close();
  await first.event('config.unreachable');
  first.kill('SIGKILL');
  await first.ended;
  const second = start();
  await second.event('config.unreachable');
  await second.event('run.finished', 'one');
  const status = JSON.parse((await desk.run('status', '--state', 'edge.db', '--json')).stdout) as object;
  expect(status).toMatchObject({ config_from: { url: server.url, reason: 'nothing is listening there' } });
  server.text = fileOf('two');
  await server.open();
  expect(await second.event('config.reloaded')).toMatchObject({ added: ['two'], removed: ['one'] });
  await second.event('run.finished', 'two');
  second.kill('SIGTERM');
  expect((await second.ended).code).toBe(0);
});

test('an invalid version is logged with line and column, and reload reports it', async () => {
  const program = start();
  await program.event('run.finished', 'one');
  server.text = 'timers:\n  one: { evry: 1s, run: "true" }\n';
  expect(await program.event('config.rejected')).toMatchObject({
    file: server.url,
    problems: [expect.stringContaining('2:10')],
  });
  const reload = await desk.run('reload', '--state', 'edge.db');
  expect(reload.code).toBe(1);
  expect(reload.stderr).toContain('Unknown key "evry"');
  program.kill('SIGTERM');
  await program.ended;
});

test.each([
  [['--from', 'http://timers.example.org/edge.yaml'], '--from takes a URL with https://'],
  [['--from', 'edge.yaml'], '--from takes a URL with https://'],
  [
    ['--from', 'http://127.0.0.1:1/a', '--every', '10ms'],
    '"10ms" is not a valid --every. Use a duration from 1s to 1d.',
  ],
  [['--from', 'http://127.0.0.1:1/a', '--verify-key', 'none'], '--verify-key: '],
  [['--from', 'http://127.0.0.1:1/a', '--watch'], 'cannot be used with'],
  [['--token-file', 'token'], '--token-file needs --from'],
  [['--from', 'https://edge:s3cret@timers.example.org/a'], '--from https://USER@HOST/timers.yaml --token-file'],
  [['--from', 'http://:s3cret@127.0.0.1:1/a'], 'other users of this machine can read a password'],
])('wrong usage is rejected: %j', async (args, words) => {
  const { code, stderr } = await desk.run('start', ...args);
  expect(stderr).not.toContain('s3cret');
  expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
});
