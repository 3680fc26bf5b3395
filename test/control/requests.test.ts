import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE } from '../../src/domain/time.js';
import { overlap } from '../../src/policies/index.js';
import { at, firing } from '../support/events.js';
import { everyMs, job } from '../support/rig.js';
import { RawClient, Served } from './socket.js';

let served: Served;
let client: RawClient;

beforeEach(async () => {
  served = new Served();
  await served.listen();
  client = new RawClient(served.path);
});

afterEach(async () => {
  client.socket.destroy();
  await served.clear();
});

const run = { event: 'run.output', at, firing, runId: 'r1', stream: 'stdout', truncated: false } as const;

describe('a request', () => {
  test('is one line, and its response carries its id', async () => {
    expect(await client.ask({ id: 5, verb: 'status' })).toMatchObject({
      v: 1,
      id: 5,
      ok: { pid: 7, file: '/etc/timers.yaml', timers: [{ task_name: 'tick' }, { task_name: 'backup' }] },
    });
  });

  test.each([
    ['not JSON', 'hello\n', { id: null, error: { code: 'bad_request' } }],
    ['a list', '[]\n', { id: null, error: { code: 'bad_request' } }],
    ['another version', '{"v":2,"id":1,"verb":"status"}\n', { id: 1, error: { code: 'unsupported_version' } }],
    ['without an id', '{"v":1,"verb":"status"}\n', { id: null, error: { code: 'bad_request' } }],
    ['without a verb', '{"v":1,"id":1}\n', { id: 1, error: { code: 'bad_request' } }],
    ['an unknown verb', '{"v":1,"id":1,"verb":"toString"}\n', { id: 1, error: { code: 'unknown_verb' } }],
    ['invalid arguments', '{"v":1,"id":1,"verb":"status","args":[]}\n', { id: 1, error: { code: 'bad_request' } }],
  ])('that is %s is rejected, and the next one is served', async (_, line, refusal) => {
    client.write(line);
    expect(await client.next()).toMatchObject(refusal);
    expect(await client.ask({ id: 2, verb: 'status' })).toMatchObject({ id: 2, ok: {} });
  });

  test.each([
    ['status', { recent: 21 }, 'bad_argument'],
    ['status', { since: 'then' }, 'bad_argument'],
    ['trigger', {}, 'bad_argument'],
    ['trigger', { name: 'tick', overlap: 'sometimes' }, 'bad_argument'],
    ['trigger', { name: 'tock' }, 'unknown_timer'],
    ['pause', { names: [] }, 'bad_argument'],
    ['pause', { names: ['tick'], for_ms: -1 }, 'bad_argument'],
    ['pause', { names: ['tick', 'tock'] }, 'unknown_timer'],
    ['cancel', { target: 'tock' }, 'unknown_run'],
    ['reset', { name: 'tick' }, 'nothing_to_reset'],
    ['logs', { task_name: 'tock' }, 'unknown_timer'],
  ])('%s of %j is rejected with %s and changes nothing', async (verb, args, code) => {
    expect(await client.ask({ id: 1, verb, args })).toMatchObject({ id: 1, error: { code } });
    expect(served.rig.scheduler.controls.status().jobs.every(({ paused }) => paused === undefined)).toBe(true);
  });

  test.each([
    ['cron', { key: 'cron', text: '@daily' }, true, /cron fires at set times/],
    ['days of local time', { key: 'every', text: '1d at 10:30' }, true, /every with at fires at set times/],
    ['a delay of a disabled timer', { key: 'in', text: '1m' }, false, /it is disabled$/],
  ])('to reset %s is rejected with the reason', async (_what, written, enabled, reason) => {
    const schedule = { ...everyMs(MINUTE), ...(written.key === 'in' && { length: MINUTE }) };
    served.rig.scheduler.controls.put(job('mine', schedule, { written, enabled }));
    expect(await client.ask({ id: 1, verb: 'reset', args: { name: 'mine' } })).toMatchObject({
      error: { code: 'nothing_to_reset', message: expect.stringMatching(reason) },
    });
  });

  test('to trigger a timer returns whether its run waits for an earlier one', async () => {
    const queued = job('queued', everyMs(MINUTE), { admission: [overlap('queue')] });
    served.rig.scheduler.controls.put(queued);
    const trigger = { verb: 'trigger', args: { name: 'queued' } };
    expect(await client.ask({ id: 1, ...trigger })).toMatchObject({ ok: { state: 'attempting' } });
    expect(await client.ask({ id: 2, ...trigger })).toMatchObject({ ok: { state: 'parked' } });
  });

  test('to reset a timer returns the nominal instant and the actual start under jitter', async () => {
    served.rig.scheduler.controls.put(job('mine', { ...everyMs(MINUTE), length: MINUTE }, { offset: 2_000 }));
    const { ok } = (await client.ask({ id: 1, verb: 'reset', args: { name: 'mine' } })) as unknown as {
      ok: { next_at: string; starts_at: string };
    };
    expect(Date.parse(ok.starts_at) - Date.parse(ok.next_at)).toBe(2_000);
  });

  test.each([
    ['no time', { run: 'x', cwd: '/' }],
    ['no delay', { in_ms: 0, run: 'x', cwd: '/' }],
    ['no command', { in_ms: 1, cwd: '/' }],
    ['an empty list', { in_ms: 1, run: [], cwd: '/' }],
    ['a list with a value that is not a string', { in_ms: 1, run: ['x', 1], cwd: '/' }],
    ['a NUL character', { in_ms: 1, run: ['x', '\0'], cwd: '/' }],
    ['a command that is too long', { in_ms: 1, run: 'x'.repeat(33_000), cwd: '/' }],
    ['a relative directory', { in_ms: 1, run: 'x', cwd: 'here' }],
    ['an invalid timeout', { in_ms: 1, run: 'x', cwd: '/', timeout_ms: '1h' }],
    ['a description that is too long', { in_ms: 1, run: 'x', cwd: '/', description: 'x'.repeat(1_025) }],
  ])('for an ad-hoc timer with %s is rejected', async (_what, args) => {
    expect(await client.ask({ id: 1, verb: 'add', args })).toMatchObject({ error: { code: 'bad_argument' } });
    expect(served.asked).toEqual([]);
  });

  test('for an ad-hoc timer returns its name, due time and persistence', async () => {
    const args = { at: '17:00', timezone: 'Asia/Tokyo', run: ['x', 'y'], cwd: '/' };
    expect(await client.ask({ id: 1, verb: 'add', args })).toMatchObject({
      ok: {
        task_name: 'in:23456',
        scheduled_at: '1970-01-01T00:00:00.000Z',
        command: 'true',
        cwd: '/',
        keeping: 'memory',
      },
    });
    expect(served.asked).toEqual(['{"at":"17:00","timezone":"Asia/Tokyo"}']);
  });

  test('for health asks for liveness or readiness', async () => {
    expect(await client.ask({ id: 1, verb: 'health', args: { question: 'alive' } })).toMatchObject({
      ok: { ok: true, reasons: [] },
    });
    expect(await client.ask({ id: 2, verb: 'health' })).toMatchObject({
      ok: { ok: false, reasons: ['the disk is full'] },
    });
    expect(await client.ask({ id: 3, verb: 'health', args: { question: 'well' } })).toMatchObject({
      error: { code: 'bad_argument', message: 'question takes alive or ready' },
    });
  });

  test.each(['trigger', 'pause', 'stop', 'reload', 'status'])(
    'for %s that arrives too late is not executed',
    async (verb) => {
      const args = { name: 'tick', names: ['tick'], expires_at: served.clock.now() - 1 };
      expect(await client.ask({ id: 1, verb, args })).toMatchObject({ error: { code: 'expired' } });
      expect(served.asked).toEqual([]);
      expect(served.rig.scheduler.controls.status().jobs[0]).toMatchObject({ paused: undefined, runs: [] });
      expect(await client.ask({ id: 2, verb, args: { ...args, expires_at: served.clock.now() } })).toHaveProperty('ok');
    },
  );

  test('to cancel accepts a prefix of a run id, and reports an ambiguous prefix', async () => {
    const { controls } = served.rig.scheduler;
    controls.trigger('tick');
    controls.trigger('backup');
    const ids = controls.status().jobs.flatMap(({ runs }) => runs.map(({ runId }) => runId));
    const common = ids[0]!.slice(0, -1);
    expect(ids.every((id) => id.startsWith(common))).toBe(true);
    expect(await client.ask({ id: 1, verb: 'cancel', args: { target: common } })).toMatchObject({
      error: { code: 'unknown_run', message: `2 active runs begin with "${common}": ${ids.join(', ')}` },
    });
    expect(await client.ask({ id: 2, verb: 'cancel', args: { target: ids[1] } })).toMatchObject({
      ok: { task_name: 'backup', run_id: ids[1], canceled: 1 },
    });
  });

  test('to cancel accepts a prefix of the run of a removed timer', async () => {
    const { controls } = served.rig.scheduler;
    controls.trigger('tick');
    const [runId = ''] = controls.status().jobs.flatMap(({ runs }) => runs.map((run) => run.runId));
    controls.reload({ jobs: [] }, { file: 'f' });
    expect(await client.ask({ id: 1, verb: 'cancel', args: { target: runId.slice(0, -1) } })).toMatchObject({
      ok: { task_name: 'tick', run_id: runId, canceled: 1 },
    });
  });

  test('for an unknown timer is rejected with the nearest name', async () => {
    const { error } = await client.ask({ id: 1, verb: 'trigger', args: { name: 'bakcup' } });
    expect(error).toMatchObject({ message: 'unknown timer "bakcup" in /etc/timers.yaml. Did you mean backup?' });
  });

  test('longer than 64 KiB closes only its own connection', async () => {
    const other = new RawClient(served.path);
    client.write('x'.repeat(65 * 1024));
    expect(await client.next()).toMatchObject({ id: null, error: { code: 'bad_request' } });
    await client.closed;
    expect(await other.ask({ id: 1, verb: 'status' })).toMatchObject({ id: 1 });
    other.socket.destroy();
  });

  test('of random bytes is harmless, and the next client is served', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), async (chunks) => {
        const hostile = new RawClient(served.path);
        for (const chunk of chunks) hostile.write(chunk);
        hostile.socket.destroySoon();
        await hostile.closed;
        expect(await client.ask({ id: 9, verb: 'stop', args: {} })).toEqual({ v: 1, id: 9, ok: {} });
      }),
      { numRuns: 50 },
    );
    expect(served.bugs).toEqual([]);
  });

  test('of random JSON gets a refusal or a well-formed response', async () => {
    const verb = fc.constantFrom('add', 'trigger', 'pause', 'resume', 'cancel', 'reset', 'reload', 'stop', 'logs');
    const args = fc.dictionary(
      fc.constantFrom(
        'name',
        'names',
        'all',
        'for_ms',
        'target',
        'in_ms',
        'dry_run',
        'drain',
        'last',
        'overlap',
        'at',
        'run',
        'cwd',
      ),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(verb, args, async (asked, given) => {
        const guest = new RawClient(served.path);
        const answer = await guest.ask({ id: 1, verb: asked, args: given });
        guest.socket.destroy();
        expect(answer).toMatchObject({ v: 1, id: 1 });
      }),
      { numRuns: 200 },
    );
    expect(served.bugs).toEqual([]);
  });
});

describe('a verb that has a bug', () => {
  test('gets a response and is reported, and the socket keeps serving', async () => {
    await served.clear();
    served = new Served({ reload: () => Promise.reject(new Error('oops')) });
    await served.listen();
    client = new RawClient(served.path);
    expect(await client.ask({ id: 1, verb: 'reload' })).toMatchObject({ error: { code: 'internal' } });
    expect(served.bugs).toEqual([new Error('oops')]);
    expect(await client.ask({ id: 2, verb: 'status' })).toMatchObject({ id: 2, ok: {} });
  });
});

describe('logs', () => {
  test('return past records, then new ones, of one timer or run', async () => {
    served.ring.accept({ ...run, lines: 'before' });
    served.ring.accept({ ...run, lines: 'of another run', runId: 'r2' });
    expect(await client.ask({ id: 1, verb: 'logs', args: { run_id: 'r1', follow: true } })).toMatchObject({ ok: {} });
    expect(await client.next()).toMatchObject({ id: 1, event: { event: 'run.output', line: 'before' } });
    served.ring.accept({ ...run, lines: 'of another run', runId: 'r2' });
    served.ring.accept({ ...run, lines: 'behind' });
    expect(await client.next()).toMatchObject({ id: 1, event: { line: 'behind' } });
  });

  test('end for every follower when the scheduler stops', async () => {
    await client.ask({ id: 1, verb: 'logs', args: { follow: true } });
    const closed = served.server.close();
    expect(await client.next()).toEqual({ v: 1, id: 1, end: true });
    await closed;
  });

  test('return the end of a run even if its output was dropped', async () => {
    await client.ask({ id: 1, verb: 'logs', args: { follow: true } });
    client.socket.pause();
    for (let sent = 0; sent < 1_500; sent++) served.ring.accept({ ...run, lines: 'x'.repeat(10_000) });
    served.ring.accept({
      event: 'run.finished',
      at,
      firing,
      runId: 'r1',
      outcome: { status: 'success' },
      durationMs: 1,
      attempts: 1,
      latenessMs: 0,
      failuresInARow: 0,
    });
    client.socket.resume();
    let dropped = 0;
    for (;;) {
      const reply = await client.next();
      dropped += Number(reply['dropped'] ?? 0);
      if ((reply['event'] as { event?: string } | undefined)?.event === 'run.finished') break;
    }
    expect(dropped).toBeGreaterThan(0);
  });

  test('are dropped and counted while the reader stalls, and sent again afterward', async () => {
    await client.ask({ id: 1, verb: 'logs', args: { follow: true } });
    client.socket.pause();
    const line = 'x'.repeat(10_000);
    for (let sent = 0; sent < 1_000; sent++) served.ring.accept({ ...run, lines: line });
    let told = 0;
    client.socket.resume();
    for (;;) {
      served.ring.accept({ ...run, lines: line });
      const { event, dropped } = await client.next();
      if (event !== undefined) told++;
      if (dropped === undefined) continue;
      expect(told).toBeLessThan(1_000);
      expect(dropped).toBeGreaterThan(0);
      return;
    }
  });

  test('keep the latest 2,000 events, and fewer if lines are long', async () => {
    for (let sent = 0; sent < 3_000; sent++) served.ring.accept({ ...run, lines: String(sent) });
    expect(served.ring.past({}, Infinity)).toHaveLength(2_000);
    for (let sent = 0; sent < 1_000; sent++) served.ring.accept({ ...run, lines: 'x'.repeat(16_384) });
    expect(served.ring.past({}, Infinity)).toHaveLength(496);
    expect(await client.ask({ id: 1, verb: 'logs', args: { last: 0 } })).toMatchObject({ ok: {} });
    expect(await client.next()).toMatchObject({ end: true });
  });
});
