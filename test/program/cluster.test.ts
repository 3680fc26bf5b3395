import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-ports.js';
import { Desk, PROGRAM, ROOT, type LogLine } from '../support/program.js';
import { hasRedis } from '../support/redis-server.js';

const FOLDER = join(ROOT, 'examples', 'cluster');
if (!hasRedis) console.log('cluster.test.ts: redis-server is not installed, so the script does not run');

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

/** The log of a node, as far as it is written. */
function logOf(name: string): readonly LogLine[] {
  const file = join(desk.folder, name, 'log');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine);
}
const has = (name: string, event: string) => logOf(name).some((line) => line.event === event);
const timesOf = (name: string, event: string) =>
  logOf(name).flatMap((line) => (line.event === event ? [Date.parse(line.timestamp)] : []));

describe.skipIf(!hasRedis)('examples/cluster', () => {
  test('runs two schedulers and two workers, and survives the death of the active scheduler', async () => {
    const env = { ...process.env, PLACE: desk.folder, PORT: String(await freePort()), XDG_STATE_HOME: desk.folder };
    const TIMERS = `${process.execPath} ${PROGRAM}`;
    const script = spawn(join(FOLDER, 'cluster.sh'), { env: { ...env, TIMERS }, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    script.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = new Promise((resolve) => script.once('close', resolve));
    try {
      const names = ['one', 'two'];
      await expect.poll(() => names.some((name) => has(name, 'scheduler.took_over'))).toBe(true);
      await expect.poll(() => names.some((name) => has(name, 'scheduler.standing_by'))).toBe(true);
      await expect.poll(() => ['w1', 'w2'].some((name) => has(name, 'attempt.ended'))).toBe(true);
      await expect.poll(() => names.some((name) => has(name, 'run.finished'))).toBe(true);
      // On a busy machine, the lease may have moved before.
      const takenAt = (name: string) => Math.max(0, ...timesOf(name, 'scheduler.took_over'));
      const [active = '', other = ''] = names.toSorted((a, b) => takenAt(b) - takenAt(a));
      const [before, killedAt] = [takenAt(other), Date.now()];
      process.kill(Number(new RegExp(`^${active}: pid (\\d+)`, 'm').exec(said)?.[1]), 'SIGKILL');
      await expect.poll(() => takenAt(other)).toBeGreaterThan(before);
      await expect.poll(() => Math.max(0, ...timesOf(other, 'run.finished'))).toBeGreaterThan(killedAt);
    } finally {
      script.kill('SIGTERM');
      await ended;
    }
  });
});

test('cluster.sh names the missing program and does not start the cluster', () => {
  const env = { ...process.env, PLACE: join(desk.folder, 'place'), TIMERS: 'no-such-timers' };
  const { status, stdout, stderr } = spawnSync(join(FOLDER, 'cluster.sh'), { env, encoding: 'utf8' });
  const missing = hasRedis ? 'no-such-timers' : 'redis-server';
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: `cluster.sh: there is no ${missing} on the PATH\n`,
  });
});

test('compose.yml starts the same commands as cluster.sh, with options that exist', async () => {
  const text = readFileSync(join(FOLDER, 'compose.yml'), 'utf8');
  const { services } = parse(text, { merge: true }) as {
    services: Record<string, { command?: readonly string[]; environment?: { MACHINE: string } }>;
  };
  const nodes = Object.entries(services).filter(([name]) => name !== 'redis');
  const script = readFileSync(join(FOLDER, 'cluster.sh'), 'utf8');
  for (const [name, { command: [command = '', ...args] = [], environment }] of nodes) {
    expect(script).toContain(`node ${name} ${command}\n`);
    expect(environment?.MACHINE).toBe(name);
    const help = (await desk.run(command, '--help')).stdout;
    for (const option of args.filter((arg) => arg.startsWith('--'))) expect(help).toContain(option);
  }
  expect(nodes).toHaveLength(4);
});
