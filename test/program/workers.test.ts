import { readFileSync } from 'node:fs';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-ports.js';
import { KEPT, Machines, SHORT } from '../support/machines.js';
import type { Desk, Program } from '../support/program.js';
import type { Puppet } from '../support/puppet.js';
import { hasRedis, type RedisServer } from '../support/redis-server.js';
import { rightsOfTheGuide } from '../support/rights-of-the-guide.js';

if (!hasRedis) console.log('workers.test.ts: redis-server is not installed, so no test runs');

describe.skipIf(!hasRedis)('workers on a shared state', () => {
  let all: Machines;
  let redis: RedisServer;
  let puppet: Puppet;
  beforeEach(async () => {
    all = await Machines.open();
    ({ redis, puppet } = all);
  });
  afterEach(() => all.close());
  const timers = (more = '') => all.timers(more);
  const machine = (name: string, text?: string, lease?: string) => all.machine(name, text, lease);
  const active = (desk: Desk) => all.active(desk);
  const worker = (desk: Desk, ...args: readonly string[]) => all.worker(desk, ...args);

  const opened: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });
  /** The queue, as anyone with the password of the store reaches it. */
  function queue(): Queue {
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    const reached = new Queue('any', { connection, prefix: '{timers}:work', skipVersionCheck: true });
    opened.push({ close: () => reached.close().then(() => connection.disconnect()) });
    return reached;
  }

  test('a worker runs the command, and both logs name the worker’s machine', async () => {
    const one = machine('one');
    const [scheduler, there] = await Promise.all([active(one), worker(machine('w1'))]);
    await scheduler.trigger('job');
    const process = await puppet.next();
    expect(process.env).toMatchObject({ TIMERS_NODE: 'w1', TIMERS_TASK_NAME: 'job', TIMERS_ATTEMPT: '1' });
    expect(Number(process.env['TIMERS_FENCE'])).toBeGreaterThan(0);
    await process.print('halfway\n');
    const line = await there.event('run.output');
    expect(line).toMatchObject({ node: 'w1', line: 'halfway', task_name: 'job' });
    expect(await scheduler.event('run.started')).toMatchObject({ node: 'w1', pid: process.pid });
    void process.exit(3);
    const finished = await scheduler.event('run.finished');
    expect(finished).toMatchObject({ status: 'failure', exit_code: 3, output_tail: 'halfway', error: 'exit code 3' });
    expect(finished).toMatchObject({ node: 'w1' });
    expect(JSON.parse((await one.run('history', '--json')).stdout)).toMatchObject({ node: 'w1', status: 'failure' });
    expect(await there.event('attempt.ended')).toMatchObject({ node: 'w1', exit_code: 3, run_id: finished.run_id });
  });

  test('a run on a worker survives the death of the scheduler, and the next scheduler reports it', async () => {
    const [one, two] = [machine('one', timers(), SHORT), machine('two', timers(), SHORT)];
    const first = await active(one);
    const second = two.start(['start']);
    await second.event('scheduler.standing_by');
    await worker(machine('w1'));
    await first.trigger('job');
    const process = await puppet.next();
    await first.event('run.started');
    first.kill('SIGKILL');
    await second.event('scheduler.took_over');
    expect(await second.event('run.started')).toMatchObject({ node: 'w1', attempt: 1 });
    void process.exit(0);
    expect(await second.event('run.finished')).toMatchObject({ status: 'success', attempts: 1 });
    const { stdout } = await two.run('history', '--json');
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { status: string }).status),
    ).toEqual(['success']);
  });

  test('a clean stop leaves active runs to the next scheduler, which also times them out', async () => {
    // Only the timeout of the second timer ends it, however long the first one takes to stop.
    const text = timers(', timeout: 1h');
    const [one, two] = [machine('one', text), machine('two', timers(', timeout: 1s'))];
    const first = await active(one);
    await worker(machine('w1', text));
    await first.trigger('job');
    const process = await puppet.next();
    await first.event('run.started');
    first.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    expect(first.lines.filter(({ event }) => event === 'run.finished')).toEqual([]);
    const second = await active(two);
    expect(await second.event('run.finished')).toMatchObject({ status: 'timeout', attempts: 1 });
    await process.gone;
  });

  test('timers cancel ends a run on a worker and a run that no worker has taken', async () => {
    const one = machine('one');
    const scheduler = await active(one);
    await scheduler.trigger('job');
    await all.wait(1);
    await one.run('cancel', 'job');
    expect(await scheduler.event('run.finished')).toMatchObject({ status: 'canceled' });
    await worker(machine('w1'));
    await scheduler.trigger('job');
    const process = await puppet.next();
    await one.run('cancel', 'job');
    await process.gone;
    const ends = () => scheduler.lines.filter(({ event }) => event === 'run.finished');
    await scheduler.line(() => ends().length === 2);
    expect(ends()[1]).toMatchObject({ status: 'canceled', signal: 'SIGTERM' });
  });

  test('SIGTERM lets a worker’s active runs finish, and a second one ends them as lost', async () => {
    const one = machine('one');
    const scheduler = await active(one);
    const w1 = await worker(machine('w1'));
    await scheduler.trigger('job');
    const first = await puppet.next();
    w1.kill('SIGTERM');
    await w1.event('worker.stopping');
    void first.exit(0);
    expect(await w1.ended).toMatchObject({ code: 0 });
    expect(await scheduler.event('run.finished')).toMatchObject({ status: 'success' });
    const w2 = await worker(machine('w2'));
    await scheduler.trigger('job');
    const second = await puppet.next();
    w2.kill('SIGTERM');
    await w2.event('worker.stopping');
    w2.kill('SIGTERM');
    await second.gone;
    expect(await w2.ended).toMatchObject({ code: 0 });
    const lost = await scheduler.line(({ status }) => status === 'lost');
    expect(lost).toMatchObject({ error: 'w2 was stopped while it was running', node: 'w2' });
  });

  test('a worker with another definition of the timer returns the run until --watch loads the right file', async () => {
    const one = machine('one');
    const scheduler = await active(one);
    const desk = machine('w1', timers(', env: { MODE: other }'));
    const other = await worker(desk, '--watch');
    await scheduler.trigger('job');
    const { node, reason } = await other.event('worker.refused');
    expect({ node, reason }).toEqual({
      node: 'w1',
      reason: expect.stringMatching(
        /^its file \S+ defines job differently \([\w-]{12}\) than the scheduler \([\w-]{12}\)$/,
      ) as string,
    });
    all.give(desk, 'w1', timers());
    await other.event('config.reloaded');
    await (await puppet.next()).exit(0);
    expect(await scheduler.event('run.finished')).toMatchObject({ status: 'success', attempts: 1 });
  });

  test('foreign entries in the queue do not start a command, and the next run succeeds', async () => {
    const one = machine('one');
    const scheduler = await active(one);
    const work = queue();
    const env = { TIMERS_TASK_NAME: 'job', TIMERS_RUN_ID: 'x', TIMERS_ATTEMPT: '1', TIMERS_SCHEDULED_AT: '2026-01-01' };
    const large = 'x'.repeat(10_000_000);
    await work.add(
      'no-such-timer',
      { hash: 'h', env: { ...env, TIMERS_TASK_NAME: 'no-such-timer' } },
      { jobId: 'x.1' },
    );
    await work.add('job', { hash: 'another', env: { ...env, TIMERS_RUN_ID: 'y' } }, { jobId: 'y.1' });
    await work.add('job', { hash: 'h', env: { ...env, PATH: '/evil' } });
    await work.add('job', { hash: 'h', env: { ...env, TIMERS_FENCE: large } });
    await work.add('job', { run: 'touch /tmp/evil', command: ['touch', 'evil'] });
    await work.add(large, large);
    const names = [
      '__proto__',
      'constructor',
      'toString',
      'job\u001b[31m\n',
      ...Array.from({ length: 100 }, (_, i) => `job-${i}`),
    ];
    await work.addBulk(
      names.map((name, index) => {
        const data = { hash: 'h', env: { ...env, TIMERS_TASK_NAME: name, TIMERS_RUN_ID: `many-${index}` } };
        return { name, data, opts: { jobId: `many-${index}.1` } };
      }),
    );
    const client = new Redis(redis.url);
    await client.lpush('{timers}:work:any:wait', 'nowhere', 'broken');
    await client.hset('{timers}:work:any:broken', { name: 'job', data: '{"hash":', opts: '[' });
    client.disconnect();
    const there = await worker(machine('w1'), '--concurrency', '1');
    await expect.poll(() => work.getWaitingCount()).toBe(0);
    await scheduler.trigger('job');
    await (await puppet.next()).exit(0);
    expect(await scheduler.event('run.finished')).toMatchObject({ status: 'success' });
    expect(there.lines.filter(({ event }) => event === 'run.started')).toHaveLength(1);
    const refused = there.lines.flatMap(({ event, reason }) => (event === 'worker.refused' ? [String(reason)] : []));
    expect(refused.length).toBeGreaterThan(3);
    expect(refused.length).toBeLessThan(20);
    expect(Math.max(...refused.map((reason) => reason.length))).toBeLessThan(500);
  });

  test.each([
    ['no result', {}],
    ['an impossible exit code', { exit: { kind: 'exited', code: 'rm -rf' }, node: 'evil' }],
    ['a result of 10 MB', 'x'.repeat(10_000_000)],
  ])('a forged result is recorded as lost: %s', async (_, result) => {
    const one = machine('one');
    const scheduler = await active(one);
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    const forger = new Worker('any', () => Promise.resolve(result), {
      ...{ connection, prefix: '{timers}:work', name: 'forger', skipVersionCheck: true },
    });
    opened.push({ close: () => forger.close(true).then(() => connection.disconnect()) });
    await scheduler.trigger('job');
    const finished = await scheduler.event('run.finished');
    expect(finished).toMatchObject({ status: 'lost', error: 'forger sent no valid result' });
    expect(await scheduler.ask('health', { question: 'ready' })).toMatchObject({ ok: true });
  });

  test('both sides report a store that rejects messages, and runs continue', async () => {
    await redis.command('ACL', 'SETUSER', ...rightsOfTheGuide(), 'resetchannels');
    const text = `state: { url: "${redis.url.replace('//', '//timers:PASSWORD@')}", lease: ${KEPT} }\n${timers()}`;
    const [one, w1] = [machine('one'), machine('w1')];
    for (const desk of [one, w1]) desk.write('timers.yaml', text);
    const [scheduler, there] = [await active(one), await worker(w1)];
    const refusal = expect.stringMatching(/no access to the commands, keys or channels: see the permissions/) as string;
    expect(await there.event('queue.unheard')).toMatchObject({ level: 'error', reason: refusal });
    await scheduler.trigger('job');
    expect(await scheduler.event('queue.unheard')).toMatchObject({ reason: refusal });
    await (await puppet.next()).exit(0);
    expect(await scheduler.event('run.finished')).toMatchObject({ status: 'success' });
    expect(there.lines.filter(({ event }) => event === 'queue.unheard')).toHaveLength(1);
  });

  test('overlap, groups and concurrency hold across workers', async () => {
    const mark = (name: string) =>
      `'echo "+ ${name} $TIMERS_RUN_ID" >> "$MARKS"; sleep 0.15; echo "- ${name} $TIMERS_RUN_ID" >> "$MARKS"'`;
    const timer = (name: string, more: string) =>
      `  ${name}: { every: 100ms, run: ${mark(name)}, run_on: any, ${more} }\n`;
    const text =
      'concurrency: 2\ntimers:\n' +
      timer('skips', 'overlap: skip') +
      timer('queues', 'overlap: queue') +
      timer('one', 'overlap: allow, group: g') +
      timer('other', 'overlap: skip, group: g');
    const one = machine('one', text);
    const marks = one.write('marks', '');
    const [w1, w2] = [machine('w1', text), machine('w2', text)];
    const start = (desk: Desk, ...args: string[]) => desk.start(args, { env: { MARKS: marks } });
    const [first, second] = [start(w1, 'worker', '--concurrency', '4'), start(w2, 'worker', '--concurrency', '4')];
    const scheduler = start(one, 'start');
    const done = () => scheduler.lines.filter(({ event }) => event === 'run.finished').length >= 40;
    await scheduler.line(done);
    const ran = (program: Program) => program.lines.filter(({ event }) => event === 'attempt.ended').length;
    expect(Math.min(ran(first), ran(second))).toBeGreaterThan(0);
    expect(violations(readMarks(marks))).toEqual([]);
  });

  test('the active machine exposes the metrics that the autoscaler of workers queries', async () => {
    const port = await freePort();
    const one = machine('one', `http: 127.0.0.1:${port}\n${timers()}`);
    const scheduler = await active(one);
    await worker(machine('w1'), '--concurrency', '1');
    const series = async () => (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).split('\n');
    await scheduler.trigger('job');
    const process = await puppet.next();
    await expect.poll(series).toContain('timers_queue_runs{label="any",state="active"} 1');
    expect(await series()).toEqual(
      expect.arrayContaining([
        'timers_queue_runs{label="any",state="waiting"} 0',
        'timers_queue_oldest_seconds{label="any"} 0',
        'timers_worker_slots{label="any"} 1',
        expect.stringMatching(/^timers_forecast_runs_at_once\{label="any",window="5m",quantile="0.95"\} /),
      ]),
    );
    void process.exit(0);
  });

  test('run_on requires a Redis state, even on the command line', async () => {
    const desk = machine('none');
    desk.write('timers.yaml', `state: ./timers.db\n${timers()}`);
    const refused = await desk.run('start');
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('run_on needs a shared state on Redis');
    expect(await desk.run('worker')).toMatchObject({ code: 1 });
    const one = machine('one');
    const overridden = await one.run('start', '--state', 'false');
    expect(overridden).toMatchObject({ code: 1 });
    expect(overridden.stderr).toMatch(/timers\.yaml:\d+:\d+ {2}error {2}run_on needs a shared state on Redis/);
    expect(overridden.stderr).toContain('does not use the state in the file');
    expect(await one.run('worker', '--label', 'local')).toMatchObject({ code: 2 });
    expect(await one.run('worker', '--lock', '1s')).toMatchObject({ code: 2 });
    expect(await one.run('worker', '--concurrency', '0')).toMatchObject({ code: 2 });
  });
});

const readMarks = (file: string): readonly string[] => readFileSync(file, 'utf8').trim().split('\n');

/** Where commands ran in parallel although the file forbids it. */
function violations(marks: readonly string[]): readonly string[] {
  const running = new Map<string, string>();
  return marks.flatMap((line) => {
    const [sign, name = '', id = ''] = line.split(' ');
    if (sign === '-') running.delete(id);
    else running.set(id, name);
    const names = [...running.values()];
    const count = (...which: string[]) => names.filter((one) => which.includes(one)).length;
    const isWrong = names.length > 2 || count('skips') > 1 || count('queues') > 1 || count('one', 'other') > 1;
    return isWrong ? [`${line}: ${names.join(' ')}`] : [];
  });
}
