import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StatusRecord } from '../../src/domain/status-record.js';
import { KEPT, SHORT } from '../support/machines.js';
import { Desk, type Program } from '../support/program.js';
import { hasRedis, RedisServer } from '../support/redis-server.js';

if (!hasRedis) console.log('shared-state.test.ts: redis-server is not installed, so no test runs');

/** What the timers of each machine do: `tick` shows its machine and its fence. */
const TIMERS = `timezone: UTC
timers:
  tick: { every: 1s, run: 'echo "$TIMERS_NODE $TIMERS_FENCE"', overlap: allow, catch_up: { policy: all, within: 1m } }
  long: { every: 1d, run: [sleep, "600"] }`;

describe.skipIf(!hasRedis)('two machines on one Redis', () => {
  let redis: RedisServer;
  let one: Desk;
  let two: Desk;
  beforeEach(async () => {
    redis = await RedisServer.open();
    [one, two] = [machine('one'), machine('two')];
  });
  afterEach(async () => {
    await Promise.all([one.clear(), two.clear()]);
    await redis.close();
  });

  function machine(name: string): Desk {
    const desk = new Desk();
    write(desk, name, KEPT);
    return desk;
  }
  const write = (desk: Desk, name: string, lease: string) =>
    desk.write('timers.yaml', `state: { url: "${redis.url}", lease: ${lease}, name: ${name} }\n${TIMERS}`);

  /** The first is the active one, the second stands by. */
  async function startBoth(): Promise<{ active: Program; standby: Program }> {
    const active = one.start(['start']);
    await active.line(({ event }) => event === 'scheduler.took_over');
    const standby = two.start(['start']);
    await standby.line(({ event }) => event === 'scheduler.standing_by');
    return { active, standby };
  }

  interface Told {
    readonly scheduled_at: string;
    readonly status: string;
    readonly node?: string;
  }

  async function historyOf(desk: Desk, ...args: readonly string[]): Promise<readonly Told[]> {
    const { stdout, stderr } = await desk.run('history', '--json', ...args);
    const lines = stdout.split('\n').filter((line) => line !== '');
    expect(stderr).not.toContain('cannot be read');
    return lines.map((line) => JSON.parse(line) as Told);
  }

  /** The seconds between each two outcomes. */
  const steps = (told: readonly Told[]): Set<number> => {
    const instants = told.map(({ scheduled_at }) => Date.parse(scheduled_at)).sort((a, b) => a - b);
    return new Set(instants.slice(1).map((at, n) => (at - instants[n]!) / 1_000));
  };

  test('the standby takes over from a killed machine, each firing has one outcome, and the fence rises', async () => {
    write(one, 'one', SHORT);
    write(two, 'two', SHORT);
    const { active, standby } = await startBoth();
    const first = await active.line(({ event, task_name }) => event === 'run.output' && task_name === 'tick');
    active.kill('SIGKILL');
    await active.ended;
    await standby.line(({ event }) => event === 'scheduler.took_over');
    const second = await standby.line(({ event, task_name }) => event === 'run.output' && task_name === 'tick');
    const [, before] = String(first['line']).split(' ');
    const [node, after] = String(second['line']).split(' ');
    expect(node).toBe('two');
    expect(Number(after)).toBeGreaterThan(Number(before));
    standby.kill('SIGTERM');
    expect((await standby.ended).code).toBe(0);
    const told = await historyOf(two, 'tick');
    expect([...steps(told)]).toEqual([1]);
    // The lost run names the machine that died.
    expect(new Set(told.map(({ node }) => node))).toEqual(new Set(['one', 'two']));
    const bad = told.filter(({ status }) => !['success', 'lost', 'canceled'].includes(status));
    expect(bad).toEqual([]);
  });

  test('a clean stop hands over immediately, and active runs are canceled and recorded', async () => {
    const { active, standby } = await startBoth();
    const trigger = await two.run('trigger', 'long');
    expect(trigger.stderr).toContain('long');
    await active.line(({ event, task_name }) => event === 'run.started' && task_name === 'long');
    active.kill('SIGTERM');
    expect((await active.ended).code).toBe(0);
    const took = await standby.line(({ event }) => event === 'scheduler.took_over');
    expect(took['from']).toBe('one');
    standby.kill('SIGTERM');
    await standby.ended;
    expect(await historyOf(one, 'long')).toMatchObject([{ status: 'canceled' }]);
    expect((await historyOf(one)).filter(({ status }) => status === 'missed')).toEqual([]);
  });

  test('commands on the standby show and control the active machine', async () => {
    const { active } = await startBoth();
    // The machines look for each other every two seconds.
    const others = async () => (await active.status()).shared?.others;
    await expect.poll(others).toMatchObject([{ name: 'two', has_same_timers: true }]);
    const { shared } = JSON.parse((await two.run('status', '--json')).stdout) as StatusRecord;
    expect(shared).toMatchObject({ node: 'one', role: 'active', active: 'one' });
    expect(shared).toMatchObject({ others: [{ name: 'two', has_same_timers: true }] });
    expect((await two.run('status', '--check')).code).toBe(0);
    const pause = await two.run('pause', 'tick', '--reason', 'repair');
    expect(pause).toMatchObject({ code: 0 });
    const list = await one.run('list');
    expect(list.stdout).toMatch(/tick\s+paused: repair/);
    const wrong = await two.run('trigger', 'tock');
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.stderr).toContain('unknown timer "tock"');
  });

  test('commands on a machine without a scheduler show and control the active one, and read its log', async () => {
    const three = machine('three');
    try {
      const none = await three.run('status');
      expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('timers start') as string });
      await startBoth();
      const { shared } = JSON.parse((await three.run('status', '--json')).stdout) as StatusRecord;
      expect(shared).toMatchObject({ node: 'one', role: 'active' });
      const waited = await three.run('trigger', 'tick', '--wait');
      expect(waited.stdout).toMatch(/^one \d+\n$/);
      expect(waited.code).toBe(0);
      expect((await three.run('pause', 'tick', '--reason', 'repair')).code).toBe(0);
      for (const desk of [two, three]) {
        const logs = await desk.run('logs', 'tick', '-n', '50', '--json');
        expect(logs.stderr).toContain('the log of one');
        expect(logs.stdout).toContain('timer.paused');
      }
      const stop = await three.run('stop');
      expect(stop).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('Run the command on one, which is active') as string,
      });
      expect(await three.run('status', '--check')).toMatchObject({ code: 1 });
    } finally {
      await three.clear();
    }
  });

  test('a request that a suspended machine does not accept in time fails and is never executed', async () => {
    write(one, 'one', SHORT);
    const active = one.start(['start']);
    const terms = () => active.lines.filter(({ event }) => event === 'scheduler.took_over').length;
    await active.line(() => terms() > 0);
    const before = terms();
    active.kill('SIGSTOP');
    const three = machine('three');
    try {
      const pause = await three.run('pause', 'tick');
      expect(pause.code).toBe(1);
      expect(pause.stderr).toContain('and will not execute it');
      active.kill('SIGCONT');
      await active.line(() => terms() > before);
      // Requests are executed in their order.
      expect((await three.run('pause', 'long')).code).toBe(0);
      const paused = active.lines.filter(({ event }) => event === 'timer.paused').map(({ task_name }) => task_name);
      expect(paused).toEqual(['long']);
    } finally {
      active.kill('SIGCONT');
      await three.clear();
    }
  });

  test('a wrong password prevents the start, and no password is printed', async () => {
    await redis.command('CONFIG', 'SET', 'requirepass', 'right');
    const url = redis.url.replace('//', '//:s3cret-word@');
    one.write('timers.yaml', `state: "${url}"\n${TIMERS}`);
    const ended = await one.run('start');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/password/);
    expect(ended.stdout + ended.stderr).not.toContain('s3cret-word');
    one.write('password', 'right\n');
    expect((await one.run('start', '--state', url)).stderr).toMatch(
      /^error: --state: .*password_file: \.\/password\}\n$/,
    );
    one.write('timers.yaml', `state: { url: "${redis.url}", password_file: ./password, name: one }\n${TIMERS}`);
    const program = one.start(['start']);
    await program.line(({ event }) => event === 'scheduler.started');
  });
});
