import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk, ROOT, type Program } from '../support/program.js';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

/** Debian's package `prometheus`. */
const hasPromtool = ((): boolean => {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const PORT = 20_000 + (process.pid % 20_000);
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

test('Prometheus, probes and people are answered where the file says so', async () => {
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

test.skipIf(!hasPromtool)(
  `promtool finds nothing wrong with the metrics and the alert rules${hasPromtool ? '' : ' (skipped: promtool is not installed)'}`,
  async () => {
    const program = await start();
    const input = await (await ask('/metrics')).text();
    expect(execFileSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })).toBe('');
    const rules = `${ROOT}examples/monitoring/alerts.rules.yml`;
    expect(execFileSync('promtool', ['check', 'rules', rules], { encoding: 'utf8' })).toMatch(
      /SUCCESS: \d+ rules found/,
    );
    const named = [...execFileSync('cat', [rules], { encoding: 'utf8' }).matchAll(/\b((?:task|timers)_[a-z_]+)\b/g)];
    for (const [, name = ''] of named) if (!name.startsWith('timers_scheduler')) expect(input).toContain(name);
    program.kill('SIGTERM');
    await program.ended;
  },
);

test('a port that is taken is told, and the timers run', async () => {
  const first = await start();
  desk.write('other.yaml', `state: false\nhttp: 127.0.0.1:${PORT}\ntimers:\n  once: { in: 500ms, run: [true] }\n`);
  const { code, stdout, stderr } = await desk.run('start', '-f', 'other.yaml');
  expect(code).toBe(0);
  expect(stdout).toContain('"event":"run.finished"');
  expect(stderr).toMatch(/http: cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE.*; the timers go on/);
  first.kill('SIGTERM');
  await first.ended;
});
