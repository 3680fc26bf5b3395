import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk, type LogLine, type Program } from '../support/program.js';

let desk: Desk;
let proxy: Server;
let port: number;
beforeEach(async () => {
  desk = new Desk();
  desk.write('token', 'a-token-of-some-length-0123456789\n');
  chmodSync(join(desk.folder, 'token'), 0o600);
  port = await freePort();
  proxy = lossyProxy(port);
  await once(proxy, 'listening');
});
afterEach(async () => {
  await desk.clear();
  proxy.closeAllConnections();
  proxy.close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return free;
}

/** A proxy that loses every third response, so that its outcomes are sent again. */
function lossyProxy(to: number): Server {
  let answers = 0;
  const server = createServer((incoming, response) => {
    const { method, url, headers } = incoming;
    const outgoing = request({ host: '127.0.0.1', port: to, method, path: url, headers }, (answer) => {
      if (++answers % 3 === 0) response.destroy();
      else answer.pipe(response.writeHead(answer.statusCode ?? 500, answer.headers));
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  return server.listen(0, '127.0.0.1');
}

const proxyPort = () => (proxy.address() as { port: number }).port;

function startCenter(): Program {
  desk.write(
    'center.yaml',
    `state: ./center.db
history: { runs: 100000 }
http: { listen: "127.0.0.1:${port}", token_file: ./token }
timers: { never: { every: 1d, run: [true] } }
`,
  );
  return desk.start(['start', '-f', 'center.yaml']);
}

function startEdge(): Program {
  desk.write(
    'edge.yaml',
    `state: ./edge.db
history: { runs: 100000 }
forward: { url: "http://127.0.0.1:${proxyPort()}/api/outcomes", token_file: ./token }
timers:
  quick: { every: 250ms, run: [true] }
  bad: { every: 500ms, run: "echo sorry; exit 3", retry: { attempts: 2, delay: 100ms } }
`,
  );
  return desk.start(['start', '-f', 'edge.yaml']);
}

async function historyOf(state: string): Promise<readonly LogLine[]> {
  const { stdout } = await desk.run('history', '--state', state, '-n', '100000', '--json');
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LogLine);
}

/** `ROUNDS=50 npx vitest run --project program test/program/forward.test.ts` takes minutes. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 6);
/** At least this many outcomes in a round. */
const A_ROUND = 3;

const finishedOf = ({ lines }: Program) => lines.filter(({ event }) => event === 'run.finished').length;

test('no outcome is lost, duplicated or reordered when either end is killed and responses are lost', async () => {
  let center = startCenter();
  let edge = startEdge();
  for (let round = 0; round < ROUNDS; round++) {
    const enough = finishedOf(edge) + A_ROUND;
    await edge.line(() => finishedOf(edge) >= enough);
    const victim = round % 2 === 0 ? edge : center;
    victim.kill('SIGKILL');
    await victim.ended;
    if (victim === edge) edge = startEdge();
    else center = startCenter();
  }
  await edge.event('run.finished', 'quick');
  const unsent = async () => {
    const { stdout } = await desk.run('status', '-f', 'edge.yaml', '--json');
    return JSON.parse(stdout) as { forward: { unsent: number } };
  };
  desk.write('edge.yaml', EDGE_IDLE(proxyPort()));
  await desk.run('reload', '-f', 'edge.yaml');
  while ((await unsent()).forward.unsent > 0);
  edge.kill('SIGTERM');
  await edge.ended;
  const sent = await historyOf('edge.db');
  const received = (await historyOf('center.db')).filter(({ task_name: name }) => name.includes('/'));
  expect(received.length).toBeGreaterThanOrEqual(ROUNDS * A_ROUND);
  const facts = ({ task_name: name, status, scheduled_at: due, timestamp }: LogLine) => [
    name.replace(/^.*\//, ''),
    status,
    due,
    timestamp,
  ];
  expect(received.map(facts)).toEqual(sent.map(facts));
  if (ROUNDS > 6) process.stdout.write(`${ROUNDS} kills: ${received.length} outcomes\n`);
});

/** The same file without a timer that fires, so that everything can be sent. */
const EDGE_IDLE = (to: number) => `state: ./edge.db
history: { runs: 100000 }
forward: { url: "http://127.0.0.1:${to}/api/outcomes", token_file: ./token }
timers: { idle: { every: 1d, run: [true] } }
`;

test('the server shows the outcomes of each node, and rejects malformed ones', async () => {
  const center = startCenter();
  await center.event('http.listening');
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/outcomes`, {
      method: 'POST',
      body,
      headers: {
        Authorization: 'Bearer a-token-of-some-length-0123456789',
        'Timers-Node': 'edge-7',
        'Timers-From': '1',
        'Timers-To': '1',
        ...headers,
      },
    });
    const refused = response.headers.get('Timers-Refused');
    return [response.status, await response.json(), ...(refused === null ? [] : [refused])];
  };
  const line = JSON.stringify({
    event: 'run.finished',
    timestamp: '2026-11-23T02:00:01.000Z',
    task_name: 'backup',
    firing_id: 'backup@2026-11-23T02:00:00.000Z',
    scheduled_at: '2026-11-23T02:00:00.000Z',
    trigger: 'schedule',
    run_id: 'mwto5kw4e3k1x',
    status: 'failure',
    exit_code: 1,
    signal: null,
    duration_ms: 900,
    attempts: 1,
    lateness_ms: 4,
    error: 'exit code 1',
    output_tail: 'sorry',
  });
  expect(await post(line, { Authorization: 'Bearer wrong' })).toMatchObject([401, {}]);
  expect(await post(line)).toEqual([200, { taken: 1, repeated: 0 }]);
  expect(await post(line)).toEqual([200, { taken: 0, repeated: 1 }]);
  for (const [body, words, headers] of [
    ['{', 'line 1 is not JSON'],
    ['[]', 'line 1 is not a JSON object'],
    [line.replace('"failure"', '"fine"'), 'line 1: "status" takes '],
    [line.replace('backup"', '../x"'), 'line 1: "task_name" takes '],
    [`${line}\n${line}`, 'the body has 2'],
    [line, 'Timers-Node takes ', { 'Timers-Node': 'a/b' }],
    [line, 'Timers-From and Timers-To take ', { 'Timers-To': '9999999' }],
  ] as const)
    expect(await post(body, headers)).toEqual([
      400,
      { error: expect.stringContaining(words) as string },
      ...(words.startsWith('line') ? [expect.stringContaining(words)] : []),
    ]);
  expect(await post('x'.repeat(2 * 1024 * 1024 + 1))).toEqual([413, { error: expect.any(String) as string }]);
  const [shown] = await historyOf('center.db');
  expect(shown).toMatchObject({ task_name: 'edge-7/backup', run_id: 'edge-7/mwto5kw4e3k1x', status: 'failure' });
  const run = await desk.run('history', '--state', 'center.db', '--run', 'edge-7/mwto5kw4e3k1x');
  expect(run.stdout).toContain('sorry');
  const api = await fetch(`http://127.0.0.1:${port}/api/outcomes?task_name=edge-7/backup`, {
    headers: { Authorization: 'Bearer a-token-of-some-length-0123456789' },
  });
  expect(await api.json()).toMatchObject({ outcomes: [{ task_name: 'edge-7/backup', status: 'failure' }] });
});
