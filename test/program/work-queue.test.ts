import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Machines, SHORT } from '../support/machines.js';
import { hasRedis } from '../support/redis-server.js';

if (!hasRedis) console.log('work-queue.test.ts: redis-server is not installed, so no test runs');

describe.skipIf(!hasRedis)('a run that waits for a worker', () => {
  let all: Machines;
  beforeEach(async () => {
    all = await Machines.open();
  });
  afterEach(() => all.close());

  test('is missed at its deadline, and no worker receives it later', async () => {
    // The second timer has the time that it needs.
    const text = all.timers(', deadline: 500ms') + all.timers().replace('timers:\n', '').replace('job:', 'later:');
    const one = all.machine('one', text);
    const scheduler = await all.active(one);
    await scheduler.trigger('job');
    expect(await scheduler.event('firing.missed')).toMatchObject({ task_name: 'job', reason: 'deadline' });
    const there = await all.worker(all.machine('w1', text));
    await scheduler.trigger('later');
    await (await all.puppet.next()).exit(0);
    await scheduler.event('run.finished');
    expect(there.lines.filter(({ event }) => event === 'run.started')).toMatchObject([{ task_name: 'later' }]);
  });

  test('is shown as waiting, and as running once a worker takes it', async () => {
    const one = all.machine('one');
    const scheduler = await all.active(one);
    await scheduler.trigger('job');
    await all.wait(1);
    const shown = async () => (await scheduler.status()).timers;
    expect(await shown()).toMatchObject([{ state: 'waiting', runs: [{ state: 'waiting', pid: null }] }]);
    await all.worker(all.machine('w1'));
    const { pid } = await scheduler.event('run.started');
    expect(await shown()).toMatchObject([{ state: 'running', runs: [{ state: 'attempting', pid }] }]);
    void (await all.puppet.next()).exit(0);
    await scheduler.event('run.finished');
  });

  test('counts its wait as lateness, and only its command as duration', async () => {
    const one = all.machine('one');
    const scheduler = await all.active(one);
    await scheduler.trigger('job');
    const askedBy = Date.now();
    const there = await all.worker(all.machine('w1'));
    void (await all.puppet.next()).exit(0);
    const finished = await scheduler.event('run.finished');
    const offeredAt = Date.parse((await there.event('worker.started')).timestamp);
    expect(finished['lateness_ms']).toBeGreaterThanOrEqual(offeredAt - askedBy);
    expect(finished['duration_ms']).toBeLessThanOrEqual(Date.parse(finished.timestamp) - offeredAt);
  });

  test('is withdrawn by the next scheduler if its timer was removed, so old workers do not start it', async () => {
    const one = all.machine('one');
    const first = await all.active(one);
    await first.trigger('job');
    await all.wait(1);
    await first.stop();
    all.give(one, 'one', all.timers().replace('job:', 'other:'));
    const second = await all.active(one);
    expect(await second.event('run.finished')).toMatchObject({
      ...{ task_name: 'job', status: 'lost' },
      error: 'it was assigned to a worker, and its timer was removed or now runs elsewhere',
    });
    const old = all.timers() + all.timers().replace('timers:\n', '').replace('job:', 'other:');
    const there = await all.worker(all.machine('w1', old));
    await second.trigger('other');
    const process = await all.puppet.next();
    expect(process.env['TIMERS_TASK_NAME']).toBe('other');
    void process.exit(0);
    await second.line(({ event, task_name: name }) => event === 'run.finished' && name === 'other');
    expect(there.lines.filter(({ event }) => event === 'run.started')).toHaveLength(1);
  });

  test('gets the reloaded definition of its timer, and workers with the new file run it', async () => {
    const one = all.machine('one');
    const scheduler = await all.active(one);
    await scheduler.trigger('job');
    await all.wait(1);
    const text = all.timers(', env: { MODE: new }');
    all.give(one, 'one', text);
    await scheduler.ask('reload');
    await scheduler.event('config.reloaded');
    const there = await all.worker(all.machine('w1', text));
    const process = await all.puppet.next();
    expect(process.env['MODE']).toBe('new');
    void process.exit(0);
    expect(await scheduler.event('run.finished')).toMatchObject({ status: 'success', attempts: 1 });
    expect(there.lines.filter(({ event }) => event === 'worker.refused')).toEqual([]);
  });

  test('is ended before its timer runs elsewhere, even if a worker has already started it', async () => {
    const one = all.machine('one', all.timers(), SHORT);
    const first = await all.active(one);
    await all.worker(all.machine('w1'));
    await first.trigger('job');
    const process = await all.puppet.next();
    await first.event('run.started');
    first.kill('SIGKILL');
    await first.ended;
    all.give(one, 'one', all.timers(', retry: { attempts: 2, on: [lost], delay: 0s }').replace(', run_on: any', ''));
    await all.active(one);
    const again = await all.puppet.next();
    await process.gone;
    expect(again.env).toMatchObject({ TIMERS_ATTEMPT: '2', TIMERS_NODE: 'one' });
  });
});
