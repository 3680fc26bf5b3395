import { afterEach, describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../src/domain/time.js';
import { everyMs, job } from '../support/rig.js';
import { FakeHistory, finished, firingAt, missed, skipped } from '../support/past.js';
import { servePage, type ServedPage } from './page.js';

let page: ServedPage | undefined;
afterEach(() => page?.listening.stop());

const JOBS = [job('backup', everyMs(10 * SECOND)), job('tick', everyMs(MINUTE))];

const PAST = [
  finished(firingAt('2025-12-31T23:50')),
  finished(firingAt('2025-12-31T23:52'), {
    runId: 'failed1',
    outcome: { status: 'failure', exitCode: 3, error: 'exit code 3' },
    outputTail: 'secret line',
  }),
  skipped(firingAt('2025-12-31T23:54')),
  missed(firingAt('2025-12-31T23:56'), { count: 3, firstScheduledFor: Date.parse('2025-12-31T23:55:00Z') }),
  finished(firingAt('2025-12-31T23:58', { jobName: 'tick' }), { runId: 'tick1' }),
];

describe('the current state', () => {
  test('the status contains every timer with its last outcomes, recorded and from this process', async () => {
    page = await servePage(JOBS, { recorded: new FakeHistory({ endings: PAST }) });
    page.rig.executor.lasting = SECOND;
    await page.rig.clock.advance(11 * SECOND);
    page.tell();
    const status = await page.listening.json('/api/status');
    expect(status).toMatchObject({ file: '/etc/timers.yaml', can_act: false, left_out: 0 });
    expect(status['timers']).toMatchObject([
      {
        task_name: 'backup',
        recent: ['success', 'failure', 'skipped', 'missed', 'success'],
        last: { status: 'success', cause: '', lateness_ms: 0 },
      },
      { task_name: 'tick', recent: ['success'], last: { run_id: 'tick1' } },
    ]);
  });

  test('a stream starts with the full status and continues with changed timers', async () => {
    page = await servePage(JOBS);
    const heard = await page.listening.listen('/api/events');
    const first = await heard.next();
    expect([first.event, (first.data['timers'] as unknown[]).length]).toEqual(['status', 2]);
    await page.rig.clock.advance(10 * SECOND);
    page.rig.executor.attempts[0]!.end(3);
    await page.rig.clock.advance(1);
    page.tell();
    await page.pass();
    const { event, data } = await heard.next();
    expect(event).toBe('change');
    expect(data['timers']).toMatchObject([
      { task_name: 'backup', failures_in_a_row: 1, recent: ['failure'], last: { cause: 'exit code 3' } },
    ]);
    heard.response.destroy();
  });

  test('an idle stream sends comments, and a stream without a reader is closed', async () => {
    page = await servePage([job('never', { next: () => undefined, count: () => 0, intervalLike: false })]);
    const before = page.rig.clock.armed;
    const heard = await page.listening.listen('/api/events');
    await heard.next();
    // The stream has armed the next check for changes, and the next comment.
    expect(page.rig.clock.armed).toBe(before + 2);
    await page.rig.clock.advance(16 * SECOND);
    expect((await heard.next()).event).toBe('comment');
    heard.response.destroy();
    await expect.poll(() => page?.rig.clock.armed).toBe(before);
  });

  test('the 33rd stream ends the oldest one, and plain requests are served', async () => {
    page = await servePage(JOBS);
    const { listening } = page;
    const open = [];
    for (let count = 0; count < 32; count++) open.push(await listening.listen('/api/events'));
    const more = await listening.listen('/api/events');
    expect((await more.next()).event).toBe('status');
    await open[0]!.ended;
    expect(open.slice(1).every(({ response }) => !response.destroyed)).toBe(true);
    expect((await listening.ask('/api/status')).status).toBe(200);
  });
});

describe('the timeline', () => {
  const span = 'from=2025-12-31T23:51:00Z&until=2026-01-01T00:01:00Z';

  test('has one lane per timer, with past firings without output and upcoming ones', async () => {
    page = await servePage(JOBS, { recorded: new FakeHistory({ endings: PAST }) });
    const { lanes } = await page.listening.json(`/api/timeline?${span}&task_name=backup&task_name=tick`);
    expect(lanes).toMatchObject([
      {
        task_name: 'backup',
        past: [
          { status: 'failure', cause: 'exit code 3', exit_code: 3 },
          { status: 'skipped', reason: 'overlap', cause: 'the previous run is still active' },
          { status: 'missed', count: 3, cause: 'the scheduler was not running' },
        ],
        is_past_cut: false,
        coming: Array.from({ length: 6 }, () => ({ task_name: 'backup' })),
      },
      { task_name: 'tick', past: [{ status: 'success' }], coming: [{ scheduled_at: '2026-01-01T00:01:00.000Z' }] },
    ]);
    expect(JSON.stringify(lanes)).not.toContain('secret line');
  });

  test('has one lane for all timers if no names are given', async () => {
    page = await servePage(JOBS, { recorded: new FakeHistory({ endings: PAST }) });
    const { lanes } = await page.listening.json(`/api/timeline?${span}`);
    expect((lanes as { past: { task_name: string }[] }[]).map(({ past }) => past.map((one) => one.task_name))).toEqual([
      ['backup', 'backup', 'backup', 'tick'],
    ]);
  });

  test('has lanes of limited length and reports that there is more', async () => {
    const endings = Array.from({ length: 300 }, (_, index) =>
      finished(firingAt('2025-12-31T23:52'), { runId: `run${index}`, at: Date.parse('2025-12-31T23:53:00Z') + index }),
    );
    page = await servePage(JOBS, { recorded: new FakeHistory({ endings }) });
    const { lanes } = await page.listening.json(
      '/api/timeline?from=2025-12-31T23:51:00Z&until=2026-01-01T02:00:00Z&task_name=backup',
    );
    const [lane] = lanes as { past: { run_id: string }[]; coming: unknown[] }[];
    expect(lane).toMatchObject({ is_past_cut: true, is_coming_cut: true });
    expect([lane?.past.length, lane?.past.at(-1)?.run_id, lane?.coming.length]).toEqual([250, 'run299', 250]);
  });

  test('rejects an invalid or too long period and too many names with a reason', async () => {
    page = await servePage(JOBS);
    const { listening } = page;
    for (const query of ['', 'from=x&until=y', 'from=2026-01-01T00:00Z&until=2027-01-01T00:00Z'])
      expect((await listening.ask(`/api/timeline?${query}`)).status).toBe(400);
    const many = Array.from({ length: 33 }, (_, index) => `&task_name=t${index}`).join('');
    expect(await listening.json(`/api/timeline?${span}${many}`)).toEqual({ error: 'at most 32 timers at once' });
  });
});

describe('one run', () => {
  test('that is active streams its output from the beginning to the end', async () => {
    page = await servePage(JOBS);
    await page.rig.clock.advance(10 * SECOND);
    const [attempt] = page.rig.executor.attempts;
    attempt!.io.output('stdout', '<b>one</b>', false);
    await page.rig.clock.advance(1);
    page.tell();
    expect(await page.listening.json('/api/run?run_id=run-1')).toMatchObject({
      task_name: 'backup',
      outcome: null,
      output: [{ stream: 'stdout', line: '<b>one</b>' }],
    });
    const heard = await page.listening.listen('/api/events?run_id=run-1');
    expect((await heard.next()).data).toMatchObject({ line: '<b>one</b>' });
    attempt!.io.output('stderr', 'two', false);
    attempt!.end(0);
    await page.rig.clock.advance(1);
    page.tell();
    expect((await heard.next()).data).toMatchObject({ stream: 'stderr', line: 'two' });
    expect((await heard.next()).event).toBe('end');
    await heard.ended;
  });

  test('that is silent streams a comment every 15 s, counted from its last line', async () => {
    page = await servePage(JOBS);
    await page.rig.clock.advance(10 * SECOND);
    const before = page.rig.clock.armed;
    const [attempt] = page.rig.executor.attempts;
    attempt!.io.output('stdout', 'one', false);
    await page.rig.clock.advance(1);
    page.tell();
    const heard = await page.listening.listen('/api/events?run_id=run-1');
    expect((await heard.next()).data).toMatchObject({ line: 'one' });
    await page.rig.clock.advance(10 * SECOND);
    attempt!.io.output('stdout', 'two', false);
    await page.rig.clock.advance(1);
    page.tell();
    expect((await heard.next()).data).toMatchObject({ line: 'two' });
    for (let beats = 0; beats < 2; beats++) {
      await page.rig.clock.advance(15 * SECOND);
      expect((await heard.next()).event).toBe('comment');
    }
    heard.response.destroy();
    await expect.poll(() => page?.rig.clock.armed).toBe(before);
  });

  test('read too slowly reports the number of lost lines and its end', async () => {
    page = await servePage(JOBS);
    await page.rig.clock.advance(10 * SECOND);
    const [attempt] = page.rig.executor.attempts;
    page.tell();
    const heard = await page.listening.listen('/api/events?run_id=run-1');
    heard.response.pause();
    const lines = 2_000;
    for (let printed = 0; printed < lines; printed++) {
      attempt!.io.output('stdout', 'x'.repeat(10_000), false);
      if (printed % 500 === 0) await page.rig.clock.advance(1);
    }
    attempt!.end(0);
    await page.rig.clock.advance(1);
    page.tell();
    heard.response.resume();
    const counts = { output: 0, dropped: 0 };
    for (;;) {
      const { event, data } = await heard.next();
      if (event === 'end') break;
      if (event === 'output') counts.output++;
      if (event === 'dropped') counts.dropped += Number(data);
    }
    expect(counts.dropped).toBeGreaterThan(0);
    // The lines may include the event that the run has started.
    expect(counts.output + counts.dropped).toBeOneOf([lines, lines + 1]);
    await heard.ended;
  });

  test('without a record comes from memory, and an unknown run returns 404', async () => {
    page = await servePage(JOBS);
    await page.rig.clock.advance(10 * SECOND);
    page.rig.executor.attempts[0]!.end(1);
    await page.rig.clock.advance(1);
    page.tell();
    const run = await page.listening.json('/api/run?run_id=run-1');
    expect(run).toMatchObject({
      outcome: { status: 'failure', cause: 'exit code 1' },
      started_at: '2026-01-01T00:00:10.000Z',
    });
    const { outcomes } = await page.listening.json('/api/outcomes?task_name=backup');
    expect(outcomes).toMatchObject([{ run_id: 'run-1', status: 'failure' }]);
    expect((await page.listening.ask('/api/run?run_id=nobody')).status).toBe(404);
    expect((await page.listening.ask('/api/outcomes?limit=1000')).status).toBe(400);
  });

  test('comes from memory if the record cannot be read', async () => {
    const broken = new FakeHistory({});
    broken.endings = () => {
      throw new Error('disk I/O error');
    };
    page = await servePage(JOBS, { recorded: broken });
    await page.rig.clock.advance(10 * SECOND);
    page.rig.executor.attempts[0]!.end(1);
    await page.rig.clock.advance(1);
    page.tell();
    const { outcomes } = await page.listening.json('/api/outcomes?task_name=backup');
    expect(outcomes).toMatchObject([{ run_id: 'run-1', status: 'failure' }]);
    expect((await page.listening.ask('/api/status')).status).toBe(200);
  });
});

describe('an action', () => {
  const bearer = { Authorization: 'Bearer secret' };

  test('with the token executes the verb with its arguments', async () => {
    page = await servePage(JOBS, { token: 'secret' });
    const args = { names: ['backup'], for_ms: 1000 };
    expect((await page.listening.post('/api/pause', args, bearer)).status).toBe(200);
    expect((await page.listening.post('/api/token', {}, bearer)).status).toBe(200);
    expect(page.acted).toEqual([{ verb: 'pause', args }]);
  });

  test.each([
    ['without the token', {}, 401],
    ['with a wrong token', { Authorization: 'Bearer secreT' }, 401],
    ['from a page of another origin', { ...bearer, Origin: 'http://evil.example' }, 403],
    ['from a page in a sandbox', { ...bearer, Origin: 'null' }, 403],
    ['from another site, by the browser’s headers', { ...bearer, 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['from another port of this machine', { ...bearer, 'Sec-Fetch-Site': 'same-site' }, 403],
    ['with another host name', { ...bearer, Host: 'evil.example' }, 421],
    ['sent by a form', { ...bearer, 'Content-Type': 'text/plain' }, 415],
  ])('%s is not executed', async (_who, headers, status) => {
    page = await servePage(JOBS, { token: 'secret' });
    expect((await page.listening.post('/api/trigger', { name: 'backup' }, headers)).status).toBe(status);
    expect(page.acted).toEqual([]);
  });

  test('is not allowed without a token file, and the response explains how to change that', async () => {
    page = await servePage(JOBS);
    const { status, text } = await page.listening.post('/api/trigger', { name: 'backup' }, bearer);
    expect([status, page.acted]).toEqual([403, []]);
    expect(text).toContain('set http.token_file');
  });

  test.each([
    ['unknown', 404],
    ['wrong', 400],
    ['unfit', 409],
  ] as const)('with invalid arguments or a refusal (%s) returns the reason', async (because, refused) => {
    page = await servePage(JOBS, {
      token: 'secret',
      answer: { kind: 'refused', because, reason: 'unknown timer "x"' },
    });
    for (const body of ['', '[]', '{', '7'])
      expect((await page.listening.post('/api/trigger', body, bearer)).status).toBe(400);
    const { status, text } = await page.listening.post('/api/trigger', { name: 'x' }, bearer);
    expect([status, text]).toEqual([refused, '{"error":"unknown timer \\"x\\""}\n']);
  });

  test('with a body that is too long is rejected, with or without Content-Length', async () => {
    page = await servePage(JOBS, { token: 'secret' });
    const body = JSON.stringify({ name: 'x'.repeat(3_000_000) });
    const refused = [413, '{"error":"the body is too long: it can have at most 64 KiB"}\n'];
    for (const headers of [{}, { 'Transfer-Encoding': 'chunked' }]) {
      const { status, text } = await page.listening.post('/api/trigger', body, { ...bearer, ...headers });
      expect([status, text]).toEqual(refused);
    }
    expect([page.acted, page.listening.troubles]).toEqual([[], []]);
  });

  test('can contain a character split across chunks', async () => {
    page = await servePage(JOBS, { token: 'secret' });
    const name = `${'x'.repeat(16_000)}ü`.repeat(2);
    expect((await page.listening.post('/api/trigger', { name }, bearer)).status).toBe(200);
    expect(page.acted).toEqual([{ verb: 'trigger', args: { name } }]);
  });

  test('cannot even be requested by a page of another origin', async () => {
    page = await servePage(JOBS);
    const { listening } = page;
    const look = (headers: Record<string, string>) => listening.ask('/api/status', { headers });
    expect((await look({ 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' })).status).toBe(403);
    expect((await look({ 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' })).status).toBe(200);
    expect((await look({ 'Sec-Fetch-Site': 'same-origin' })).status).toBe(200);
  });
});

test('the calendar contains the upcoming firings and requires the token', async () => {
  page = await servePage(JOBS, { token: 'secret' });
  const { listening } = page;
  expect((await listening.ask('/calendar.ics')).status).toBe(401);
  const { headers, text } = await listening.ask('/calendar.ics', { headers: { authorization: 'Bearer secret' } });
  expect(headers['content-type']).toBe('text/calendar; charset=utf-8');
  expect(text.match(/^SUMMARY:backup\r$/gm)).toHaveLength(100);
  expect(text).toContain('UID:tick@2026-01-01T00:01:00.000Z\r\n');
});
